"""Single attributes against what Sentry stores of them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.corpus.score_normalize import CORPUS
from urgentry.ingest.normalize import NormalizeContext, normalize_event

FOLDER = CORPUS / "event_interfaces"
CONTEXT = NormalizeContext(
    event_id="a" * 32, project_id=1, key_id="1", received=1_795_409_181_000_000
)

# Where the tested attribute stands in an event.
PLACES: dict[str, tuple[str | int, ...]] = {
    "breadcrumbs": ("breadcrumbs",),
    "contexts": ("contexts",),
    "csp": ("csp",),
    "debug_meta": ("debug_meta",),
    "exception": ("exception",),
    "frame": ("stacktrace", "frames", 0),
    "geo": ("user", "geo"),
    "http": ("request",),
    "mechanism": ("exception", "values", 0, "mechanism"),
    "message": ("logentry",),
    "sdk": ("sdk",),
    "single_exception": ("exception", "values", 0),
    "spans": ("spans",),
    "stacktrace": ("stacktrace",),
    "template": ("template",),
    "threads": ("threads",),
    "user": ("user",),
}
# Left to the API, which shows these events: Sentry adds or hides them on the way out.
SHOWN_OTHERWISE = {"os", "runtime", "browser", "sentry_user", "trace", "api_target", "apiTarget"}
# A custom context without type is `default` in the older format that the table was made with; a
# character of another encoding ended a fragment there.
OLDER = {"test_default", "test_query_string_and_fragment_in_url"}


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.json")):
        for case in json.loads(path.read_bytes())["cases"]:
            if case["test"] not in OLDER:
                yield pytest.param(path.stem, case, id=f"{path.stem}-{case['test']}")


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize(("attribute", "case"), list(cases()))
def test_attribute(attribute: str, case: dict[str, Any]) -> None:
    place = PLACES[attribute]
    event = normalize_event(_wrap(case["input"], place), CONTEXT)
    expected = case["expected"]
    assert _shown(_at(event, place)) == _shown(expected["to_json"])
    assert _sorted(event.get("errors")) == _sorted(expected["errors"])


def _wrap(value: Any, place: tuple[str | int, ...]) -> dict[str, Any]:
    extras: dict[str, Any] = {"geo": {"id": "123"}, "mechanism": {"type": "FooError"}}
    for step in reversed(place):
        value = [value] if step == 0 else {step: value} | extras.get(str(step), {})
    wrapped: dict[str, Any] = value
    return wrapped


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        if isinstance(step, int):
            value = value[step] if value else None
        else:
            value = (value or {}).get(step)
    return value


def _shown(value: Any, depth: int = 0) -> Any:
    if isinstance(value, dict):
        pruned = {
            key: _shown(item, depth + 1)
            for key, item in value.items()
            if not (key in SHOWN_OTHERWISE and isinstance(item, str)) and key != "trace"
        }
        return {key: item for key, item in pruned.items() if item is not None} or None
    if isinstance(value, list):
        return [_shown(item, depth + 1) for item in value] or None
    return "http://example.com/" if value == "http://example.com" else value


def _sorted(errors: Any) -> list[str]:
    return sorted(json.dumps(error, sort_keys=True) for error in errors or ())
