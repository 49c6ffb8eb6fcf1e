"""Pages in Sentry's way: a cursor in the query, the neighbours' cursors in the Link header.

A cursor is `value:offset:is_previous`. Lists that are short by nature are paged by offset; long
ones put a sort value into the cursor and page by key (`Cursor.value`, ties by `Cursor.offset`).
"""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from urgentry.api.endpoint import Call
from urgentry.errors import ApiError

DEFAULT_PER_PAGE = 100
MAX_PER_PAGE = 100
_MAX_NUMBER = (1 << 63) - 1
_MAX_DIGITS = 10

T = TypeVar("T")


class Cursor(msgspec.Struct, frozen=True):
    """A place in a list."""

    value: int = 0
    offset: int = 0
    is_previous: bool = False

    def __str__(self) -> str:
        return f"{self.value}:{self.offset}:{int(self.is_previous)}"


def read_cursor(call: Call) -> Cursor | None:
    """The cursor of the query; ApiError 400 when it is malformed."""
    text = call.query.get("cursor")
    return parse_cursor(text) if text else None


def parse_cursor(text: str) -> Cursor:
    """ApiError 400 unless the text is a cursor."""
    parts = text.split(":")
    try:
        value, offset, is_previous = (int(part) for part in parts if len(part) <= 20)  # noqa: PLR2004
    except ValueError:
        raise ApiError(400, "Invalid cursor parameter.") from None
    if not 0 <= offset <= _MAX_NUMBER or abs(value) > _MAX_NUMBER:
        raise ApiError(400, "Invalid cursor parameter.")
    return Cursor(value, offset, bool(is_previous))


def read_per_page(
    call: Call, *, default: int = DEFAULT_PER_PAGE, largest: int = MAX_PER_PAGE
) -> int:
    """How many the caller wants on a page (`per_page`, or `limit` as the issue list calls it)."""
    text = call.query.get("per_page") or call.query.get("limit")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise ApiError(400, "Invalid per_page parameter.")
    size = int(text) if len(text) <= _MAX_DIGITS else 0
    if not 1 <= size <= largest:
        raise ApiError(400, f"Invalid per_page value. Must be between 1 and {largest}.")
    return size


def page_of(call: Call, items: Sequence[T]) -> tuple[list[T], dict[str, str]]:
    """The page of a list that is whole in memory, and the headers that go with it."""
    size = read_per_page(call)
    start = (read_cursor(call) or Cursor()).offset
    headers = link_headers(
        call,
        previous=Cursor(0, max(0, start - size), is_previous=True),
        has_previous=start > 0,
        following=Cursor(0, start + size),
        has_following=start + size < len(items),
    )
    return list(items[start : start + size]), headers


def link_headers(
    call: Call, *, previous: Cursor, has_previous: bool, following: Cursor, has_following: bool
) -> dict[str, str]:
    """The Link header of a page. Clients read `results` before they follow."""
    parts = (
        _link(call, "previous", previous, has_results=has_previous),
        _link(call, "next", following, has_results=has_following),
    )
    return {"Link": ", ".join(parts)}


def _link(call: Call, rel: str, cursor: Cursor, *, has_results: bool) -> str:
    kept = [(name, value) for name, value in call.query.multi_items() if name != "cursor"]
    query = urlencode([*kept, ("cursor", str(cursor))])
    # The path is decoded: what it names may hold what no header can.
    url = f"{call.deps.base_url}{quote(call.request.scope['path'])}?{query}"
    results = "true" if has_results else "false"
    return f'<{url}>; rel="{rel}"; results="{results}"; cursor="{cursor}"'
