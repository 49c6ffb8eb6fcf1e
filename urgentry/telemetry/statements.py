"""Database queries and addresses without what differs from one call to the next; pure."""

import re
from functools import lru_cache

_KEPT = 512
_LONGEST = 2_000

_TEXT = re.compile(r"'(?:[^']|'')*'")
_PLACEHOLDER = re.compile(r"\$\d+|%\(\w+\)s|(?<![:\w]):\w+|\?|@p?\d+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)", re.IGNORECASE)
_LIST = re.compile(r"\(\s*%s(?:\s*,\s*%s)+\s*\)")
_GAPS = re.compile(r"\s+")

_ID_SEGMENT = re.compile(
    r"\d+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}|[^/]*\d{4,}[^/]*", re.IGNORECASE
)


def query_pattern(query: str) -> str:
    """A query of SQL with `%s` for every value, and one for a list of them."""
    return _query_pattern(query[:_LONGEST])


def url_pattern(url: str) -> str:
    """An address without its query, `*` in place of ids in its path."""
    return _url_pattern(url.partition("#")[0].partition("?")[0][:_LONGEST])


def path_of(url: str) -> str:
    """The path of an address."""
    plain = url.partition("#")[0].partition("?")[0]
    _, _, path = plain.rpartition("://")[2].partition("/")
    return f"/{path}"


@lru_cache(maxsize=_KEPT)
def _query_pattern(query: str) -> str:
    pattern = _TEXT.sub("%s", query)
    pattern = _PLACEHOLDER.sub("%s", pattern)
    pattern = _NUMBER.sub("%s", pattern)
    pattern = _LIST.sub("(%s)", pattern)
    return _GAPS.sub(" ", pattern).strip()


@lru_cache(maxsize=_KEPT)
def _url_pattern(plain: str) -> str:
    scheme, found, rest = plain.rpartition("://")
    host, *segments = rest.split("/")
    path = "/".join("*" if _ID_SEGMENT.fullmatch(each) else each for each in segments)
    return f"{scheme}{found}{host}" + (f"/{path}" if segments else "")
