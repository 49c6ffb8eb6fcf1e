"""Numbers and texts at places in a buffer that anybody may have written."""

import struct
from typing import Any


class Malformed(Exception):
    """What should be there lies outside of the buffer, or makes no sense."""


class Cursor:
    """Reads little-endian values, or big-endian ones; never outside of the buffer."""

    def __init__(self, view: memoryview, *, order: str = "<") -> None:
        self.view = view
        self._order = order

    def read(self, layout: str, at: int) -> tuple[Any, ...]:
        """The values of a layout (of `struct`, without its order). `Malformed` outside."""
        if at < 0:
            raise Malformed("before the beginning")
        try:
            return struct.unpack_from(self._order + layout, self.view, at)
        except (struct.error, OverflowError) as error:
            raise Malformed("beyond the end") from error

    def u32(self, at: int) -> int:
        """One number of four bytes."""
        value: int = self.read("I", at)[0]
        return value

    def part(self, at: int, size: int) -> memoryview:
        """A slice that is there as a whole."""
        if at < 0 or size < 0 or at + size > len(self.view):
            raise Malformed("beyond the end")
        return self.view[at : at + size]

    def utf16(self, at: int, most: int) -> str:
        """A text with its length in bytes before it, cut to a number of characters."""
        size = min(self.u32(at), 2 * most)
        order = "utf-16-le" if self._order == "<" else "utf-16-be"
        return bytes(self.part(at + 4, size)).decode(order, "replace")

    def utf8(self, at: int, most: int) -> str:
        """The same in UTF-8."""
        size = min(self.u32(at), most)
        return bytes(self.part(at + 4, size)).decode("utf-8", "replace")
