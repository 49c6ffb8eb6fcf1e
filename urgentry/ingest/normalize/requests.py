"""The HTTP request in which the event happened."""

import re
from typing import Any

import orjson

from urgentry.ingest.normalize.bags import bag, fit_bag
from urgentry.ingest.normalize.fields import (
    ABSENT,
    UNSIGNED,
    cut,
    fit_fields,
    fitted_by,
    reject,
    text,
)
from urgentry.ingest.normalize.limits import PATH, REQUEST_BODY, REQUEST_ENV, SUMMARY
from urgentry.ingest.normalize.pairs import (
    COOKIE_LIST,
    HEADER_LIST,
    QUERY_STRING,
    parse_cookies,
    parse_query,
)
from urgentry.ingest.normalize.report import Path, Report

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_URL_CHARS = sum(PATH)
_USUAL_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_METHOD = re.compile(r"[A-Z\-_]{3,32}")


def _fit_method(value: Any, path: Path, report: Report) -> Any:
    if type(value) is str and value in _USUAL_METHODS:
        return value
    if type(value) is not str:
        return reject(value, path, report, "expected a string")
    method = value.upper()
    return method if _METHOD.fullmatch(method) else reject(value, path, report)


_REQUEST = {
    # Cut after it was split, or a long query would take its own start along.
    "url": text(),
    "method": fitted_by(_fit_method),
    "protocol": text(),
    "query_string": QUERY_STRING,
    "fragment": text(*SUMMARY),
    "cookies": COOKIE_LIST,
    "headers": HEADER_LIST,
    "body_size": UNSIGNED,
    "env": bag(*REQUEST_ENV, objects_only=True),
    "inferred_content_type": text(),
    "api_target": text(),
}


def fit_request(value: Any, path: Path, report: Report) -> Any:
    """The request with its URL split, its cookies out of the headers and its body parsed."""
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    _split_url(value)
    fitted = fit_fields(value, _REQUEST, path, report)
    take_cookies(fitted, "Cookie")
    if value.get("data") is not None:
        read_body(value["data"], fitted, path, report)
    url = fitted.get("url")
    if url and len(url) > _URL_CHARS:
        fitted["url"] = cut(url, PATH[0], (path, "url"), report, PATH[1])
    for key in ("query_string", "cookies", "headers"):
        if key in fitted and fitted[key] == []:
            del fitted[key]
    return fitted or ABSENT


def _split_url(request: dict[str, Any]) -> None:
    """Move query and fragment out of the URL, where they are not given apart."""
    url = request.get("url")
    if type(url) is not str or not ("?" in url or "#" in url):
        return
    url, _, fragment = url.partition("#")
    url, _, query = url.partition("?")
    request["url"] = url
    if fragment and request.get("fragment") is None:
        request["fragment"] = fragment
    if query and not request.get("query_string"):
        request["query_string"] = query


def take_cookies(message: dict[str, Any], header: str) -> None:
    """This header becomes `cookies`, unless they are given apart."""
    headers = message.get("headers")
    if not headers or (cookies := _header(headers, header)) is None:
        return
    message["headers"] = [pair for pair in headers if not _is_named(pair, header)]
    if not message.get("cookies"):
        message["cookies"] = parse_cookies(cookies)


def _header(headers: list[Any] | None, wanted: str) -> str | None:
    for pair in headers or ():
        if _is_named(pair, wanted):
            return pair[1] if len(pair) > 1 and type(pair[1]) is str else None
    return None


def _is_named(pair: Any, wanted: str) -> bool:
    return type(pair) is list and type(pair[0]) is str and pair[0].lower() == wanted.lower()


def read_body(body: Any, message: dict[str, Any], path: Path, report: Report) -> None:
    """Set `data`, and parse a body that is a text by its declared type or by its looks."""
    if type(body) is str:
        declared = _content_type(message.get("headers"))
        body, inferred = _parse_body(body, declared)
        if inferred:
            message["inferred_content_type"] = inferred
        elif declared:
            message["inferred_content_type"] = declared
    message["data"] = fit_bag(body, *REQUEST_BODY, (path, "data"), report)


def _content_type(headers: list[Any] | None) -> str:
    return (_header(headers, "Content-Type") or "").partition(";")[0].strip().lower()


def _parse_body(body: str, declared: str) -> tuple[Any, str]:
    """The parsed body and its type; the text and no type when it is neither form nor JSON."""
    if declared in {"", JSON} or declared.endswith("+json"):
        parsed = _parse_json(body)
        if parsed is not None:
            return parsed, declared or JSON
    if declared == FORM or (not declared and _looks_like_form(body)):
        return _form(body), FORM
    return body, ""


def _parse_json(body: str) -> Any:
    if not body.lstrip().startswith(("{", "[")):
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _looks_like_form(body: str) -> bool:
    name, equals, _ = body.partition("=")
    return bool(equals and name) and not any(character.isspace() for character in name + body[-1])


def _form(body: str) -> dict[str, Any]:
    """Form fields by name; a repeated one as a list."""
    fields: dict[str, Any] = {}
    for name, value in parse_query(body):
        if name not in fields:
            fields[name] = value
        elif type(fields[name]) is list:
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields
