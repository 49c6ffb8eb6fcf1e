"""Does a browser's request come from our own pages? Asked before anything is changed by a cookie.

Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`), and pages cannot forge it.
The cookie's SameSite=Lax is the other half: it does not travel on other sites' posts.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from urgentry.access.principal import Principal
from urgentry.errors import ApiError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_own_origin(headers: Mapping[str, str], base_url: str) -> bool:
    """Whether a request comes from a page of ours: of the base URL, or of the host asked for."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site in ("cross-site", "same-site"):
        return False
    source = headers.get("origin") or headers.get("referer")
    if not source:
        return fetch_site in ("same-origin", "none")
    place = urlsplit(source)
    hosts = {urlsplit(base_url).netloc, headers.get("host")}
    return place.scheme in ("http", "https") and bool(place.netloc) and place.netloc in hosts


def require_own_origin(
    method: str, headers: Mapping[str, str], *, principal: Principal, base_url: str
) -> None:
    """ApiError 403 when a cookie would change something for a page that is not ours."""
    is_by_cookie = principal.session_hash is not None
    if method not in SAFE_METHODS and is_by_cookie and not is_own_origin(headers, base_url):
        raise ApiError(403, "CSRF Failed: the request does not come from a page of this server.")
