"""What normalisation found wrong or cut: the `_meta` tree of an event and its `errors` list.

Every module of this package gets the same `Report` and writes to it by path; `event` asks it for
the errors once, at the end. Nothing is allocated for an event in which nothing has to be said.
"""

from typing import Any

import orjson

from urgentry.ingest.normalize.limits import MAX_NESTING, REMARKS

# A place in the event: `ROOT`, or the place above and the step from there. Linked rather than
# flat, because a path is made for everything that is looked at and read for hardly anything.
Path = tuple[Any, ...]
ROOT: Path = ()

# Above this serialised size the original of a rejected value is not kept.
MAX_ORIGINAL_BYTES = 500

_NOTHING = object()


def at(name: str) -> Path:
    """The path of an attribute of the event."""
    return (ROOT, name)


class Report:
    """Collects remarks by path in the form that Sentry clients read them, `_meta`."""

    __slots__ = ("_left", "tree")

    def __init__(self, given: Any = None) -> None:
        self._left = REMARKS
        self.tree: dict[str, Any] = _sound(given, MAX_NESTING) if given else {}

    def reject(
        self,
        path: Path,
        reason: str = "",
        *,
        original: Any = _NOTHING,
        kind: str = "invalid_data",
        **details: Any,
    ) -> None:
        """Say that the value at `path` was replaced by null, and what it was if that is short."""
        if not self._has_room():
            return
        if reason:
            details["reason"] = reason
        note = self._note(path)
        note.setdefault("err", []).append([kind, details] if details else kind)
        if original is not _NOTHING and _is_short(original):
            note["val"] = original

    def shortened(self, path: Path, length: int, *, kept: int | None = None) -> None:
        """Say that the value at `path` had `length` characters or members; `kept` for a text."""
        if not self._has_room():
            return
        note = self._note(path)
        note["len"] = length
        if kept is not None:
            note.setdefault("rem", []).append(["!limit", "s", kept - 3, kept])

    def remark(self, path: Path, rule: str, action: str, start: int, end: int, length: int) -> None:
        """Say that a rule changed the characters from `start` to `end` of a text."""
        note = self._note(path)
        note.setdefault("rem", []).append([rule, action, start, end])
        note["len"] = length

    def errors(self, order: dict[str, int]) -> list[dict[str, Any]]:
        """One entry for each rejection; attributes of the event in `order`, then by name."""
        last = len(order)
        found: list[dict[str, Any]] = []
        for key in sorted(self.tree, key=lambda name: (order.get(name, last), name)):
            if key:
                _collect(self.tree[key], key, found)
        return found

    def _has_room(self) -> bool:
        """False once so much is wrong that saying all of it would cost more than the event."""
        self._left -= 1
        return self._left >= 0

    def _note(self, path: Path) -> dict[str, Any]:
        node = self.tree
        for step in _steps(path):
            node = node.setdefault(step, {})
        note: dict[str, Any] = node.setdefault("", {})
        return note


def _steps(path: Path) -> list[str]:
    steps: list[str] = []
    while path:
        path, step = path
        steps.append(str(step))
    return steps[::-1]


def _sound(node: Any, depth: int) -> dict[str, Any]:
    """What a client says in `_meta`, as far as it has the form of that tree."""
    sound: dict[str, Any] = {}
    if type(node) is not dict or not depth:
        return sound
    branches = {key: _sound(child, depth - 1) for key, child in node.items() if key}
    sound.update((key, child) for key, child in branches.items() if child)
    note = node.get("")
    if type(note) is dict and _is_short(note):
        sound[""] = {key: value for key, value in note.items() if _is_remark(key, value)}
    return sound


def _is_remark(key: str, value: Any) -> bool:
    return (key == "rem" and type(value) is list) or (key == "len" and type(value) is int)


def _is_short(value: Any) -> bool:
    try:
        return len(orjson.dumps(value)) < MAX_ORIGINAL_BYTES
    except TypeError:
        return False


def _collect(node: dict[str, Any], name: str, found: list[dict[str, Any]]) -> None:
    for key, child in node.items():
        if key:
            _collect(child, f"{name}.{key}", found)
        else:
            found.extend(_entry(error, name, child) for error in child.get("err", ()))


def _entry(error: Any, name: str, note: dict[str, Any]) -> dict[str, Any]:
    kind, details = error if isinstance(error, list) else (error, {})
    entry: dict[str, Any] = {"type": kind, "name": name}
    if "val" in note:
        entry["value"] = note["val"]
    entry.update(details)
    return entry
