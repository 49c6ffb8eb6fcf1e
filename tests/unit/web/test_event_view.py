"""Events as pages show them: breadcrumbs, changes, and whatever else was sent."""

from typing import Any

import pytest

from urgentry import clock
from urgentry.web.view.changes import changes
from urgentry.web.view.crumbs import crumbs
from urgentry.web.view.event import EventView, event_view

AT = 1_790_000_000 * clock.SECOND


def view(event: dict[str, Any]) -> EventView:
    return event_view(event, event_id="ab" * 16, at=AT, received=AT, size=10)


def test_breadcrumbs_end_at_the_event_and_tell_repeats() -> None:
    values = [
        {
            "timestamp": AT / clock.SECOND - 90,
            "category": "nav",
            "data": {"from": "/a", "to": "/b"},
        },
        {"timestamp": AT / clock.SECOND - 2, "message": "again"},
        {"timestamp": AT / clock.SECOND - 1, "message": "again"},
        None,
    ]
    newest, oldest = crumbs({"breadcrumbs": {"values": values}}, AT)
    assert (newest.message, newest.repeats, newest.before) == ("again", 2, "–2.0s")
    assert (oldest.message, oldest.repeats, oldest.before) == ("/a → /b", 1, "–1m 30s")


def test_changes_are_told_in_words() -> None:
    told = changes(
        {
            "errors": [
                {"type": "invalid_data", "name": "level", "value": "odd", "reason": "bad level"}
            ],
            "_meta": {
                "level": {"": {"err": ["invalid_data"], "val": "odd"}},
                "exception": {
                    "values": {"0": {"value": {"": {"rem": [["!limit", "s", 1, 2]], "len": 9000}}}}
                },
                "user": {"email": {"": {"rem": [["@email", "x"]]}}},
            },
        }
    )
    assert [(each.path, each.text, each.original) for each in told] == [
        ("level", "was not valid and left out: bad level", "odd"),
        ("exception.values.0.value", "cut to the limit (was 9,000 long)", ""),
        ("user.email", "removed by the rule @email", ""),
    ]


def test_contexts_that_say_nothing_are_left_out() -> None:
    contexts = {"os": {"type": "os", "name": "Linux"}, "empty": {"type": "x"}, "odd": "text"}
    assert [section.title for section in view({"contexts": contexts}).contexts] == [
        "Operating system"
    ]


@pytest.mark.parametrize("odd", [None, 1, "x", [], [None], {}, {"values": "x"}, [[1, 2, 3]]])
def test_no_form_of_any_attribute_breaks_a_page(odd: Any) -> None:
    names = (
        *("exception", "threads", "stacktrace", "breadcrumbs", "request", "user", "contexts"),
        *("tags", "extra", "modules", "sdk", "logentry", "debug_meta", "csp", "_meta"),
        *("grouping_config", "platform", "release", "dist", "environment", "message"),
    )
    assert view(dict.fromkeys(names, odd)).event_id == "ab" * 16


def test_the_request_shows_its_parts() -> None:
    request = view(
        {
            "request": {
                "method": "POST",
                "url": "https://shop.example/",
                "headers": [["Accept", "*/*"], None],
                "query_string": "a=1",
                "data": {"b": 2},
            }
        }
    ).request
    assert request is not None
    assert (request.method, request.body) == ("POST", '{\n  "b": 2\n}')
    assert [(part.title, part.pairs[0].text) for part in request.sections] == [
        ("Query", "a=1"),
        ("Headers", "*/*"),
    ]
