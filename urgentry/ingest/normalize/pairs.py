"""Lists of named values: query strings, cookies and headers, in each form that clients send."""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import unquote, unquote_plus

import orjson

from urgentry.ingest.normalize.bags import fit_bag
from urgentry.ingest.normalize.fields import (
    Field,
    as_json,
    fitted_by,
    primitive_text,
    reject,
)
from urgentry.ingest.normalize.limits import COOKIES, HEADERS, PAIRS, PARSED_TEXT, QUERY
from urgentry.ingest.normalize.report import Path, Report

Pair = list[Any]


def parse_query(query: str) -> list[Pair]:
    """The pairs of a query string or form body, decoded; a name alone has an empty value."""
    text = query.removeprefix("?")[:PARSED_TEXT]
    pairs = [list(part.partition("=")[::2]) for part in text.split("&") if part]
    if "%" in text or "+" in text:
        return [[_decoded(name), _decoded(value)] for name, value in pairs]
    return pairs


def _decoded(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def parse_cookies(header: str) -> list[Pair]:
    """The pairs of a Cookie header, values decoded."""
    pairs: list[Pair] = []
    for part in header[:PARSED_TEXT].split(";"):
        name, _, value = part.strip().partition("=")
        if name:
            pairs.append([name.strip(), unquote(value.strip())])
    return pairs


def _pair_list(
    parse: Callable[[str], list[Pair]] | None,
    rename: Callable[[Any], Any],
    spell: Callable[[Any], Any],
    limits: tuple[int, int],
) -> Field:
    def fit(value: Any, path: Path, report: Report) -> Any:
        if type(value) is str and parse is not None:
            pairs = parse(value)
        elif type(value) is dict:
            pairs = [
                [rename(key), item if type(item) is str else spell(item)]
                for key, item in sorted(value.items())[:PAIRS]
            ]
        elif type(value) is list:
            pairs = _read_pairs(value[:PAIRS], rename, spell, path, report)
        else:
            return reject(value, path, report, "expected an object")
        if len(orjson.dumps(pairs)) <= limits[1]:  # lists of texts: no bag is as shallow
            return pairs
        return fit_bag(pairs, *limits, path, report)

    return fitted_by(fit)


def _read_pairs(
    value: list[Any],
    rename: Callable[[Any], Any],
    spell: Callable[[Any], Any],
    path: Path,
    report: Report,
) -> list[Any]:
    pairs: list[Any] = []
    for index, entry in enumerate(value):
        if type(entry) is list and len(entry) == len(("name", "value")):
            pairs.append([rename(entry[0]), spell(entry[1])])
        elif entry is not None:
            pairs.append(reject(entry, (path, index), report, "expected a tuple"))
    return pairs


def _plain(name: Any) -> Any:
    return name if name is None or type(name) is str else _text(name)


def _header_name(name: Any) -> str:
    """`x-request-id` as `X-Request-Id`; capitals stay."""
    spelled = name if type(name) is str else _text(name)
    return _remembered_title(spelled) if len(spelled) <= _USUAL_LENGTH else _title(spelled)


def _title(name: str) -> str:
    return "-".join(word[:1].upper() + word[1:] for word in name.split("-"))


# All requests have much the same headers; names of a usual length only, or clients could fill it.
_remembered_title = lru_cache(maxsize=1024)(_title)
_USUAL_LENGTH = 40


def _text(value: Any) -> str:
    return primitive_text(value) if isinstance(value, (str, int, float)) else as_json(value)


def _value_text(value: Any) -> Any:
    return value if value is None or type(value) is str else _text(value)


def _header_text(value: Any) -> Any:
    if type(value) is list:
        return ",".join(_text(part) for part in value if part is not None)
    return _value_text(value)


QUERY_STRING = _pair_list(parse_query, _plain, _value_text, QUERY)
COOKIE_LIST = _pair_list(parse_cookies, _plain, _value_text, COOKIES)
_HEADER_PAIRS = _pair_list(None, _header_name, _header_text, HEADERS)


def _fit_headers(value: Any, path: Path, report: Report) -> Any:
    """Sorted by name; those of one name stay in their order."""
    pairs = _HEADER_PAIRS[2](value, path, report)
    if not pairs:
        return pairs
    if None in pairs:
        pairs = list(filter(None, pairs))
    try:
        pairs.sort(key=itemgetter(0))
    except TypeError:  # a name that is not a text
        pairs.sort(key=lambda pair: str(pair[0]))
    return pairs


HEADER_LIST = fitted_by(_fit_headers)
