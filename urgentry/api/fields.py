"""Reads the members of a JSON body and collects what is wrong with them, in Sentry's words.

A handler asks for each member it knows, then calls `check`; members that nobody asks for are
ignored, as Sentry does.
"""

from collections.abc import Collection
from typing import Any

from urgentry.errors import FieldError

_MAX_INTEGER = (1 << 63) - 1


class Fields:
    """The members of one body. A wrong one reads as None; `check` then raises for all of them."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self._errors: dict[str, list[str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._body

    def refuse(self, name: str, reason: str) -> None:
        """Adds what is wrong with a member."""
        self._errors.setdefault(name, []).append(reason)

    def check(self) -> None:
        """Raises FieldError when anything was wrong."""
        if self._errors:
            raise FieldError(self._errors)

    def text(
        self, name: str, *, longest: int, required: bool = False, may_be_empty: bool = False
    ) -> str | None:
        """A text without blanks around it and without NUL."""
        value = self._value(name, required=required)
        if isinstance(value, str):
            value = value.encode("utf-8", "replace").decode().strip()
        problem = _text_problem(value, longest=longest, may_be_empty=may_be_empty)
        text: str | None = self._accepted(name, value, problem)
        return text

    def flag(self, name: str, *, required: bool = False) -> bool | None:
        """A truth value."""
        value = self._value(name, required=required)
        is_fine = value is None or isinstance(value, bool)
        flag: bool | None = self._accepted(
            name, value, None if is_fine else "Must be a valid boolean."
        )
        return flag

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """One of a few words."""
        value = self._value(name, required=required)
        is_fine = value is None or (isinstance(value, str) and value in allowed)
        choice: str | None = self._accepted(
            name, value, None if is_fine else f'"{value}" is not a valid choice.'
        )
        return choice

    def integer(self, name: str, *, least: int = 0, most: int = _MAX_INTEGER) -> int | None:
        """A whole number within bounds."""
        value = self._value(name, required=False)
        problem = _integer_problem(value, least, most)
        integer: int | None = self._accepted(name, value, problem)
        return integer

    def texts(self, name: str, *, required: bool = False) -> list[str] | None:
        """A list of texts."""
        value = self._value(name, required=required)
        is_fine = value is None or (
            isinstance(value, list) and all(isinstance(item, str) for item in value)
        )
        texts = self._accepted(name, value, None if is_fine else "Expected a list of strings.")
        return None if texts is None else [text.replace("\x00", "") for text in texts]

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object that is kept as it is."""
        value = self._value(name, required=False)
        is_fine = value is None or isinstance(value, dict)
        mapping: dict[str, Any] | None = self._accepted(
            name, value, None if is_fine else "Expected an object."
        )
        return mapping

    def mappings(self, name: str) -> list[dict[str, Any]] | None:
        """A list of objects."""
        value = self._value(name, required=False)
        is_fine = value is None or (
            isinstance(value, list) and all(isinstance(item, dict) for item in value)
        )
        mappings: list[dict[str, Any]] | None = self._accepted(
            name, value, None if is_fine else "Expected a list of objects."
        )
        return mappings

    def object(self, name: str) -> "Fields | None":
        """A nested object, read by the same rules; its errors are its own."""
        value = self._value(name, required=False)
        is_fine = value is None or isinstance(value, dict)
        body = self._accepted(name, value, None if is_fine else "Expected an object.")
        return None if body is None else Fields(body)

    def _value(self, name: str, *, required: bool) -> Any:
        value = self._body.get(name)
        if value is None and required:
            is_null = name in self._body
            self.refuse(
                name, "This field may not be null." if is_null else "This field is required."
            )
        return value

    def _accepted(self, name: str, value: Any, problem: str | None) -> Any:
        if problem is None:
            return value
        self.refuse(name, problem)
        return None


def _text_problem(value: Any, *, longest: int, may_be_empty: bool) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or "\x00" in value:
        return "Not a valid string."
    if len(value) > longest:
        return f"Ensure this field has no more than {longest} characters."
    return None if value or may_be_empty else "This field may not be blank."


def _integer_problem(value: Any, least: int, most: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        return "A valid integer is required."
    if not least <= value <= most:
        return f"Ensure this value is between {least} and {most}."
    return None
