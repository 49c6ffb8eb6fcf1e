"""Where a frame's source can be read, if its client says so; pure."""

from typing import Final
from urllib.parse import urlsplit

from urgentry.web.view.values import Json, flat, text

_RAW_GITHUB: Final = "raw.githubusercontent.com"
_REPOSITORY: Final = 3
"""Parts of a raw file's path that name owner, repository and commit; the file stands behind."""


def source_link(frame: Json) -> str | None:
    """The client's link where it is one of the web; a raw file of GitHub's becomes the page that
    shows it at the line."""
    link = text(frame.get("source_link"))
    try:
        address = urlsplit(link)
    except ValueError:
        return None
    if address.scheme not in ("http", "https") or not address.netloc:
        return None
    parts = address.path.strip("/").split("/")
    if address.netloc != _RAW_GITHUB or len(parts) <= _REPOSITORY:
        return link
    owner, repository, commit, *file = parts
    line = flat(frame.get("lineno")) if frame.get("lineno") is not None else ""
    page = "/".join(("https://www.github.com", owner, repository, "blob", commit, *file))
    return f"{page}#L{line}" if line.isdecimal() else page
