"""Single attributes against what Sentry stores of them: cases of a table, and how one is judged.

`test_normalize_attributes.py` holds each case, `score_normalize.py` counts them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from urgentry.ingest.normalize import NormalizeContext, normalize_event
from urgentry.ingest.tags import collect_tags

FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "event_interfaces"
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
# Of the event around the attribute.
OTHER_TAGS = {"level", "logger", "trace"}
# A custom context without type is `default` in the older format that the table was made with; a
# character of another encoding ended a fragment there.
OLDER = {"test_default", "test_query_string_and_fragment_in_url"}


def attribute_cases() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Attribute, name and case of each."""
    for path in sorted(FOLDER.glob("*.json")):
        for case in json.loads(path.read_bytes())["cases"]:
            if case["test"] not in OLDER:
                yield path.stem, case["test"], case


def judged(attribute: str, case: dict[str, Any]) -> tuple[Any, Any]:
    """What is stored of a case's attribute and told as errors: here, and at Sentry."""
    place = PLACES[attribute]
    event = normalize_event(_wrap(case["input"], place), CONTEXT)
    expected = case["expected"]
    told = _shown(_at(event, place)), _sorted(event.get("errors"))
    wanted = _shown(expected["to_json"]), _sorted(expected["errors"])
    if "tags" not in expected:
        return told, wanted
    own = [[key, value] for key, value in collect_tags(event) if key not in OTHER_TAGS]
    return (*told, own), (*wanted, sorted(expected["tags"]))


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
