"""Events of the developer's own machine."""

from urllib.parse import urlsplit

from urgentry.ingest.filters.reading import Event, header_of, text_at

_ADDRESSES = ("127.0.0.1", "::1")
_NAMES = ("127.0.0.1", "localhost")


def is_local(event: Event) -> bool:
    """Whether the user, the page or the server that was asked is on the local machine."""
    if text_at(event, "user", "ip_address") in _ADDRESSES:
        return True
    url = text_at(event, "request", "url")
    if url and _is_local_page(url):
        return True
    if header_of(event, "X-Forwarded-For") in _ADDRESSES:
        return True
    return not url and any(
        header_of(event, name).partition(":")[0] in _NAMES for name in ("Host", "X-Forwarded-Host")
    )


def _is_local_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "file" or host in (*_NAMES, "::1") or host.endswith(".localhost")
