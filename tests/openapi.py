"""Holds answers of the web API against Sentry's published shapes; every test of `api` may call it.

`check_response(response)` takes an httpx response; `check(method, path, status, body)` takes its
parts. Both raise AssertionError that names the operation, the place in the body and the reason.
Where the description is not beside the checkout, `require_openapi()` skips the test and says so.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

DESCRIPTION = Path(__file__).parents[2] / "shared" / "sentry-api" / "openapi.json"

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("email")
def is_email(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"[^@\s]+@[^@\s]+", value))


@formats.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(re.match(r"[a-z][a-z0-9+.-]*:", value))


def require_openapi() -> None:
    """Skips the calling test when the description is not there."""
    if not DESCRIPTION.exists():
        pytest.skip("the description of Sentry's API is not beside this checkout")


def check_response(response: httpx.Response) -> None:
    """Asserts that an answer has the shape that Sentry's description gives it."""
    body = response.json() if response.content else None
    request = response.request
    check(request.method, request.url.raw_path.decode().split("?")[0], response.status_code, body)


def check(method: str, path: str, status: int, body: Any) -> None:
    """Asserts that `body` is what the operation answers with this status."""
    require_openapi()
    template = find_template(path)
    assert template is not None, f"Sentry describes no path {path}"
    operation = description()["paths"][template].get(method.lower())
    assert operation is not None, f"Sentry describes no {method} {template}"
    assert str(status) in operation["responses"], f"{method} {template} has no status {status}"
    validator = response_validator(template, method.lower(), str(status))
    failure = best_match(validator.iter_errors(body)) if validator else None
    assert failure is None, describe_failure(method, template, failure)


def describe_failure(method: str, template: str, failure: ValidationError | None) -> str:
    return f"{method} {template}: {failure.json_path}: {failure.message[:600]}" if failure else ""


@cache
def response_validator(template: str, method: str, status: str) -> Draft202012Validator | None:
    """The validator of one answer, or None where the description gives no shape."""
    answer = description()["paths"][template][method]["responses"][status]
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    shape = modernise(schema)
    if "/monitors/" in template:
        correct_monitors(shape)
    return Draft202012Validator(shape, format_checker=formats)


def correct_monitors(shape: dict[str, Any]) -> None:
    """The description says `environments` of one of them, that there is always an owner and a
    check-in, and that the unit of an interval is a number; Sentry's own clients read a list, nulls
    and a word."""
    monitor = shape.get("items", shape).get("properties", {})
    if "environments" in monitor:
        environment = monitor["environments"]
        for name in ("lastCheckIn", "nextCheckIn", "nextCheckInLatest"):
            del environment["properties"][name]
        monitor["environments"] = {"type": "array", "items": environment}
        monitor["owner"] = {"anyOf": [{"type": "null"}, monitor["owner"]]}
    monitor.pop("expectedTime", None)
    for config in ("config", "monitorConfig"):
        if config in monitor:
            del monitor[config]["properties"]["schedule"]


def find_template(path: str) -> str | None:
    """The described path that a real one matches, if any and if there is a description; the one
    with the fewest variables wins."""
    if not DESCRIPTION.exists():
        return None
    matching = [template for template, pattern in templates() if pattern.fullmatch(path)]
    return min(matching, key=lambda template: template.count("{"), default=None)


@cache
def templates() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, pattern_of(template)) for template in description()["paths"]]


def pattern_of(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))


@cache
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return loaded


def modernise(schema: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema: `nullable` becomes a type beside the others."""
    if isinstance(schema, list):
        return [modernise(member) for member in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = dict(modernised_members(schema))
    if schema.get("nullable") is not True:
        return plain
    return {"anyOf": [{"type": "null"}, plain]}


def modernised_members(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        if keyword == "properties":
            yield keyword, {name: modernise(member) for name, member in value.items()}
        elif keyword in ("enum", "required"):
            yield keyword, value
        elif keyword not in ("nullable", "example", "default", "description"):
            yield keyword, modernise(value)
