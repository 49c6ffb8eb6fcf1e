"""The `_meta` of a payload: what was said of a value before, and what scrubbing adds to it."""

from typing import Any, Final

import orjson

from urgentry.privacy.redaction import Remark

Path = tuple[Any, ...]
"""The place above and the step from there; `ROOT` is the payload. Linked, so that descending is
cheap."""
ROOT: Path = ()
Note = dict[str, Any]

MOST_REMARKS: Final = 2_000
"""In one payload, or saying what was removed would cost more than the payload."""


class Remarks:
    """Reads and writes the remarks of one payload by path."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self._payload = payload
        self._left = MOST_REMARKS
        given = payload.get("_meta")
        self._tree: dict[str, Any] = given if type(given) is dict else {}
        self._begins_with_some = has_remarks(self._tree)

    @property
    def is_full(self) -> bool:
        """Whether so much was removed that no more can be said of it."""
        return self._left <= 0

    def given(self, path: Path) -> list[Any]:
        """The remarks that were on a value before."""
        node: Any = self._tree
        if self._begins_with_some:
            for step in _steps(path):
                node = node.get(step)
                if type(node) is not dict:
                    return []
            return self._given(node.get(""))
        return []

    def taken(self, path: Path, remarks: list[Remark], length: int | None) -> None:
        """A text now has these remarks, all of them; `length` is how many characters it had, where
        only parts of it went."""
        self._left -= len(remarks)
        if self._left < 0:
            remarks = []
            if not self.given(path):
                return
        note = self._note(path)
        note["rem"] = remarks
        if length is not None:
            note.setdefault("len", length)

    def removed(self, path: Path, origin: str) -> None:
        """A value that is no text went as a whole, and what was said of its parts with it."""
        self._left -= 1
        if self._left >= 0:
            note = self._note(path)
            note["rem"] = [*self._given(note), [origin, "x"]]
            node = self._node(path)
            node.clear()
            node[""] = note

    def moved(self, path: Path, to: Path) -> None:
        """A value stands elsewhere now, and what was said of it with it."""
        node = self._node(path)
        note = node.pop("", None)
        if note is not None:
            self._node(to)[""] = note

    def _note(self, path: Path) -> Note:
        node = self._node(path)
        note: Note = node[""] if type(node.get("")) is dict else {}
        node[""] = note
        return note

    def _given(self, note: Any) -> list[Any]:
        given = note.get("rem") if type(note) is dict else None
        return given if type(given) is list else []

    def _node(self, path: Path) -> dict[str, Any]:
        node = self._tree
        self._payload["_meta"] = node
        for step in _steps(path):
            below = node.get(step)
            if type(below) is not dict:
                below = node[step] = {}
            node = below
        return node


def has_remarks(tree: dict[str, Any]) -> bool:
    """Whether anything is said of what was removed before."""
    try:
        return bool(tree) and b'"rem"' in orjson.dumps(tree)
    except TypeError:  # deeper than the encoder goes
        return True


def _steps(path: Path) -> list[str]:
    steps: list[str] = []
    while path:
        path, step = path
        steps.append(str(step))
    return steps[::-1]
