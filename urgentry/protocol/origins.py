"""Which web pages may send: the `Origin` of a request against a project's allowed domains.

A pattern is `[scheme://]domain[:port][/path]`; each part may be left out or be `*`, `*.example.com`
means the domain and all below it, and a path counts for nothing.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from urgentry.protocol.outcome import Reason, Rejected, invalid

_PORTS = {"http": 80, "https": 443}
_ANY = "*"
MAX_PATTERNS = 200
MAX_PATTERN_CHARS = 255


class _Pattern(msgspec.Struct, frozen=True):
    scheme: str
    domain: str
    port: str


def origin_allowed(origin: str | None, referer: str | None, patterns: Iterable[str]) -> bool:
    """Whether a request may come from where it says. One that says nothing may."""
    source = _web_url(origin) or _web_url(referer)
    if source is None:
        return True
    return any(_matches(_pattern(pattern), source) for pattern in patterns)


def check_envelope_origin(
    told: object, origin: str | None, referer: str | None, patterns: Iterable[str]
) -> None:
    """Refuses an envelope that says it came from another page than its request does, or, where
    the request says nothing, from one that may not send."""
    if not isinstance(told, str):
        return
    if origin is not None and origin != told:
        cause = "origin header mismatch between envelope and request"
        raise invalid(Reason.INVALID_ENVELOPE, "invalid event envelope", causes=[cause])
    if origin is None and referer is None and not origin_allowed(told, None, patterns):
        raise origin_refused()


def patterns_problem(patterns: Sequence[str]) -> str | None:
    """What is wrong with a list of allowed domains, or None."""
    if not patterns:
        return "Empty value will block all requests, use * to accept from all domains."
    if len(patterns) > MAX_PATTERNS:
        return f"Ensure this field has no more than {MAX_PATTERNS} elements."
    for pattern in patterns:
        if not pattern or len(pattern) > MAX_PATTERN_CHARS or any(map(str.isspace, pattern)):
            return f'"{pattern[:MAX_PATTERN_CHARS]}" is not a domain or *.'
    return None


def origin_refused() -> Rejected:
    """The answer to a request from a page that is not allowed."""
    return invalid(Reason.CORS, "event submission rejected with_reason: Cors", status=403)


def _web_url(text: str | None) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http(s) address; None for anything else, `null` included."""
    if not text:
        return None
    try:
        url = urlsplit(text.strip())
        port = url.port
    except ValueError:
        return None
    if url.scheme not in _PORTS or not url.hostname:
        return None
    return url.scheme, url.hostname, port or _PORTS[url.scheme]


@lru_cache(maxsize=1024)
def _pattern(text: str) -> _Pattern:
    scheme, separator, rest = text.strip().lower().partition("://")
    if not separator:
        scheme, rest = _ANY, scheme
    host = rest.partition("/")[0]
    domain, colon, port = host.rpartition(":")
    # The colons of a bare IPv6 address are no port's.
    if not colon or port.endswith("]"):
        domain, port = host, _ANY
    return _Pattern(scheme, domain.strip("[]") or _ANY, port or _ANY)


def _matches(pattern: _Pattern, source: tuple[str, str, int]) -> bool:
    scheme, host, port = source
    return (
        pattern.scheme in (_ANY, scheme)
        and pattern.port in (_ANY, str(port))
        and _domain_matches(pattern.domain, host)
    )


def _domain_matches(domain: str, host: str) -> bool:
    if domain.startswith("*."):
        return host == domain[2:] or host.endswith(domain[1:])
    return domain in (_ANY, host)
