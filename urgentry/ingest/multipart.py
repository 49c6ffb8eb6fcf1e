"""Forms with files (`multipart/form-data`), cut out of a body that is there as a whole.

Parts are slices of the body, so that a dump of any size is copied nowhere. Everything that a form
may have many or much of is bounded.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import msgspec
from python_multipart.multipart import parse_options_header

from urgentry.ingest.body import Body
from urgentry.protocol.outcome import Reason, Rejected, invalid

MAX_PARTS = 500
_MAX_HEAD_BYTES = 8 << 10
_MAX_HEADERS = 20
_MAX_BOUNDARY_BYTES = 200
_MAX_PREAMBLE_BYTES = 8 << 10
_EXTENDED_NAME = re.compile(rb";[ \t]*filename\*=utf-8'[a-z-]*'([^;\s]*)", re.IGNORECASE)
_FORM = "multipart/form-data"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form, or a file."""

    name: str
    view: memoryview
    filename: str | None = None
    """None for a field that is no file."""
    content_type: str = ""

    @property
    def text(self) -> str:
        """The content of a field."""
        return bytes(self.view).decode("utf-8", "replace")


def is_form(content_type: str) -> bool:
    """Whether a body of this type is a form with files."""
    return content_type.partition(";")[0].strip().lower() == _FORM


def parse_form(body: Body | memoryview, content_type: str) -> list[Part]:
    """The parts of a form, in order. Rejected with 400 when it is none, breaks off, or has too many
    parts or too large a head of one."""
    kind, options = parse_options_header(content_type.encode("latin-1", "replace"))
    boundary = options.get(b"boundary", b"")
    if kind != _FORM.encode() or not 0 < len(boundary) <= _MAX_BOUNDARY_BYTES:
        raise malformed("no boundary")
    whole = bytes(body) if isinstance(body, memoryview) else body
    return list(_parts(whole, b"--" + boundary))


def malformed(cause: str) -> Rejected:
    """The answer to a form that cannot be read."""
    return invalid(Reason.INVALID_MULTIPART, "invalid multipart data", causes=[cause])


def _parts(body: Body, delimiter: bytes) -> Iterator[Part]:
    view = memoryview(body)
    at = _first(body, delimiter)
    count = 0
    while body[at : at + 2] != b"--":
        if body[at : at + 2] != b"\r\n":
            raise malformed("no line break after a boundary")
        count += 1
        if count > MAX_PARTS:
            raise malformed("too many parts")
        end = body.find(b"\r\n" + delimiter, at)
        if end < 0:
            raise malformed("unexpected end of form")
        part = _part(body, view, at + 2, end)
        if part is not None:
            yield part
        at = end + 2 + len(delimiter)


def _first(body: Body, delimiter: bytes) -> int:
    """Behind the first boundary; some clients begin with an empty line."""
    start = body.find(delimiter, 0, _MAX_PREAMBLE_BYTES)
    if start < 0 or (start > 0 and body[start - 1 : start] != b"\n"):
        raise malformed("no boundary where the form should begin")
    return start + len(delimiter)


def _part(body: Body, view: memoryview, start: int, end: int) -> Part | None:
    """A part from its head to its end; None for one without a name."""
    if body[start : start + 2] == b"\r\n":
        return None
    head_end = body.find(b"\r\n\r\n", start, min(end, start + _MAX_HEAD_BYTES))
    if head_end < 0:
        raise malformed("the head of a part is too large, or does not end")
    headers = _headers(body[start:head_end])
    disposition = headers.get(b"content-disposition", b"")
    kind, options = parse_options_header(disposition)
    name = options.get(b"name")
    if kind != b"form-data" or name is None:
        return None
    return Part(
        name=name.decode("utf-8", "replace"),
        view=view[head_end + 4 : end],
        filename=_filename(options, disposition),
        content_type=headers.get(b"content-type", b"").decode("latin-1"),
    )


def _filename(options: dict[bytes, bytes], disposition: bytes) -> str | None:
    """The name of a file; also in the long form, which forms should not use and some do."""
    name = options.get(b"filename")
    if name is None and (extended := _EXTENDED_NAME.search(disposition)):
        name = unquote_to_bytes(extended[1])
    return None if name is None else name.decode("utf-8", "replace")


def _headers(head: bytes) -> dict[bytes, bytes]:
    lines = head.split(b"\r\n")
    if len(lines) > _MAX_HEADERS:
        raise malformed("a part has too many headers")
    pairs = (line.partition(b":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
