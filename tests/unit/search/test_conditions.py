"""Every search either says what is wrong with it or becomes a query without open ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.domain.condition import ALWAYS
from urgentry.search.events import event_condition
from urgentry.search.issues import issue_condition
from urgentry.search.keys import UNSUPPORTED, Key
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import InvalidSearch
from urgentry.storage.conditions import SCOPE_PARAMS, render

SCOPE = SearchScope(organization_id=1, project_ids=(1, 2), account_id=None, now=10**15)

KEYS = st.sampled_from([*(key.value for key in Key), "browser", "tags[a b]", *UNSUPPORTED])
VALUES = st.sampled_from(
    [
        *("", "x", "*", "a*b", '""', "5", ">5", "-24h", "2020-01-01", "[a, b*]", "me", "#team"),
        *("1.2", "latest", "true", "unresolved", "error", "WEB-1", "user", ">=1.2.3"),
        "0123456789abcdef" * 2,
    ]
)
TERMS = st.builds(
    lambda bang, key, value: f"{bang}{key}:{value}", st.sampled_from(["", "!"]), KEYS, VALUES
)
QUERIES = st.lists(st.one_of(TERMS, st.sampled_from(["OR", "(", ")", "word"])), max_size=6)


@given(QUERIES.map(" ".join))
def test_what_is_understood_can_be_run(query: str) -> None:
    for meaning in (issue_condition, event_condition):
        try:
            condition = meaning(query, SCOPE)
        except InvalidSearch:
            continue
        rendered = render(condition)
        assert not rendered.query.slots
        assert rendered.query.params - set(SCOPE_PARAMS) == rendered.params.keys()


def test_one_fragment_can_stand_twice() -> None:
    rendered = render(issue_condition("level:error OR !level:info", SCOPE))
    assert rendered.params == {"c0_level": 40, "c1_level": 20}
    text = "((issue.level = :c0_level) OR (NOT (issue.level = :c1_level)))"
    assert rendered.query.sqlite == text


def test_nothing_asked_is_everything() -> None:
    assert issue_condition("", SCOPE) == ALWAYS
    assert render(ALWAYS).query.sqlite == "(1 = 1)"


def test_an_alternative_stays_within_its_bounds() -> None:
    rendered = render(issue_condition("release.version:1.*", SCOPE))
    assert "AND ((lower(release.version)" in " ".join(rendered.query.sqlite.split())


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("is:broken", "is not a state"),
        ("level:loud", "is not a level"),
        ("x issue.priority:huge", "is not a priority"),
        ("timesSeen:many", "is not a number"),
        ("firstSeen:soon", "is not a time"),
        ("release.version:abc", "is not a semantic version"),
        ("subscribed:me", "cannot be searched for"),
        ("issue:nothing", "is not a short id"),
        ("id:123", "is not an event id"),
        ("error.handled:maybe", "neither true nor false"),
        ("assigned:a*", "no wildcards"),
    ],
)
def test_mistakes_are_told_with_their_place(query: str, reason: str) -> None:
    with pytest.raises(InvalidSearch, match=reason) as caught:
        issue_condition(query, SCOPE)
    assert caught.value.position == query.rindex(query.rsplit(maxsplit=1)[-1])


@pytest.mark.parametrize("query", ["words", "url:x", "trace:x", "is:unresolved", "assigned:me"])
def test_events_are_not_searched_for_what_only_their_payload_knows(query: str) -> None:
    with pytest.raises(InvalidSearch):
        event_condition(query, SCOPE)
