"""Search terms about what an issue's events say: releases, environments, users, tags.

They are tested on roll-ups: the issue has *an* event with each, not one event with all. A negated
term means that the issue has no such event.
"""

from urgentry.domain.condition import ALWAYS, AllOf, Condition, Holds, Not, Within
from urgentry.domain.slices import event_id_slices
from urgentry.search.conditions import (
    Meaning,
    any_value,
    issue_among,
    release_test,
    span_condition,
    text_test,
    version_test,
)
from urgentry.search.issue_rows import IS_ASSIGNED
from urgentry.search.keys import Key, find_key
from urgentry.search.meanings import event_id_of, handled, of_user
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import Term, Value
from urgentry.search.values import literal, time_span, with_operator


def active_between(span: tuple[int | None, int | None]) -> Condition:
    """The issue has events between two times, to the hour where the span ends before now."""
    low, high = span
    if high is None:
        return ALWAYS if low is None else Holds("search.last_seen_from", {"value": low})
    bounds = {"low": low or 0, "high": high}
    return AllOf(
        (span_condition("last_seen", (low, None)), Holds("search.issue_active_between", bounds))
        if low is not None
        else (Holds("search.issue_active_between", bounds),)
    )


def tag_condition(key: str, value: Value) -> Condition:
    if not value.text:
        return Not(_has_tag(key))
    return issue_among("search.issues_with_tag", text_test("tag_value")(value), key=key)


def _has_tag(key: str) -> Condition:
    return Holds("search.issue_has_tag", {"key": key})


_HAS: dict[Key, Condition] = {
    Key.RELEASE: issue_among("search.issues_in_release", ALWAYS),
    Key.ENVIRONMENT: issue_among(
        "search.issues_in_environment", Not(Holds("search.environment_empty"))
    ),
    Key.FIRST_RELEASE: Within("search.issue_first_in_release", ALWAYS),
    Key.ASSIGNED: IS_ASSIGNED,
    Key.USER: Within("search.issue_with_user", ALWAYS),
    Key.USER_ID: Within("search.issue_with_user", Not(Holds("search.user_id_is", {"value": ""}))),
    Key.USER_EMAIL: Within(
        "search.issue_with_user", Not(Holds("search.user_email_is", {"value": ""}))
    ),
    Key.USER_USERNAME: Within(
        "search.issue_with_user", Not(Holds("search.user_username_is", {"value": ""}))
    ),
    Key.USER_IP: Within("search.issue_with_user", Not(Holds("search.user_ip_is", {"value": ""}))),
    Key.LEVEL: ALWAYS,
    Key.TITLE: ALWAYS,
    Key.MESSAGE: ALWAYS,
    Key.PLATFORM: Not(Holds("search.issue_platform_is", {"value": ""})),
    Key.CULPRIT: Not(Holds("search.issue_culprit_is", {"value": ""})),
    Key.LOGGER: Not(Holds("search.issue_logger_is", {"value": ""})),
    Key.ERROR_HANDLED: _has_tag("handled"),
    Key.MECHANISM: _has_tag("mechanism"),
    Key.ERROR_TYPE: Not(Holds("search.issue_metadata_is", {"field": "type", "value": ""})),
    Key.ERROR_VALUE: Not(Holds("search.issue_metadata_is", {"field": "value", "value": ""})),
}


def _has(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        key = find_key(value.text)
        return _HAS[key] if key in _HAS else _has_tag(literal(value))

    return any_value(term, test)


def _release(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        if not value.text:
            return Not(_HAS[Key.RELEASE])
        return issue_among("search.issues_in_release", release_test(value))

    return any_value(term, lambda value: test(with_operator(term, value)))


def _first_release(term: Term, _: SearchScope) -> Condition:
    return any_value(
        term, lambda value: Within("search.issue_first_in_release", release_test(value))
    )


def _release_version(term: Term, _: SearchScope) -> Condition:
    condition = any_value(
        term, lambda value: issue_among("search.issues_in_release", version_test(term, value))
    )
    return Not(condition) if term.operator == "!=" else condition


def _release_part(column: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        test = text_test(column)
        return any_value(term, lambda value: issue_among("search.issues_in_release", test(value)))

    return meaning


def _release_build(term: Term, _: SearchScope) -> Condition:
    """The part behind the plus is kept only within the version."""
    like = text_test("release_version")
    return any_value(
        term, lambda value: issue_among("search.issues_in_release", like(Value(f"*+{value.text}")))
    )


def _environment(term: Term, _: SearchScope) -> Condition:
    test = text_test("environment_name")
    return any_value(term, lambda value: issue_among("search.issues_in_environment", test(value)))


def _timestamp(term: Term, scope: SearchScope) -> Condition:
    return any_value(term, lambda value: active_between(time_span(term, value, scope.now)))


def _event_id(term: Term, scope: SearchScope) -> Condition:
    slices = event_id_slices(scope.now)

    def test(value: Value) -> Condition:
        given = {"event_id": event_id_of(term, value), "slices": slices}
        return Holds("search.issue_with_event", given)

    return any_value(term, test)


def _mechanism(term: Term, _: SearchScope) -> Condition:
    return any_value(term, lambda value: tag_condition("mechanism", value))


EVENT_MEANINGS: dict[Key, Meaning] = {
    Key.HAS: _has,
    Key.RELEASE: _release,
    Key.FIRST_RELEASE: _first_release,
    Key.RELEASE_VERSION: _release_version,
    Key.RELEASE_PACKAGE: _release_part("release_package"),
    Key.RELEASE_BUILD: _release_build,
    Key.ENVIRONMENT: _environment,
    Key.USER: of_user("search.issue_with_user", "user_ident"),
    Key.USER_ID: of_user("search.issue_with_user", "user_id"),
    Key.USER_EMAIL: of_user("search.issue_with_user", "user_email"),
    Key.USER_USERNAME: of_user("search.issue_with_user", "user_username"),
    Key.USER_NAME: of_user("search.issue_with_user", "user_name"),
    Key.USER_IP: of_user("search.issue_with_user", "user_ip"),
    Key.TIMESTAMP: _timestamp,
    Key.EVENT_ID: _event_id,
    Key.ERROR_HANDLED: handled(tag_condition, inverted=False),
    Key.ERROR_UNHANDLED: handled(tag_condition, inverted=True),
    Key.MECHANISM: _mechanism,
}
