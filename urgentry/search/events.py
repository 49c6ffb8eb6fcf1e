"""A search tree as a condition on events: each term is tested on the event itself.

What stands only in the payload (text, URLs, traces) is not searched: a term that asks for it is an
error rather than an empty answer.
"""

from urgentry.domain.condition import ALWAYS, NEVER, AnyOf, Condition, Holds, Not, Within
from urgentry.domain.event import UNCOUNTED_TAGS
from urgentry.domain.issue import LEVELS
from urgentry.search.conditions import (
    Meaning,
    any_value,
    release_test,
    span_condition,
    text_test,
    tree_condition,
    version_test,
)
from urgentry.search.keys import UNSUPPORTED, Key, find_key
from urgentry.search.meanings import event_id_of, handled, of_user
from urgentry.search.parser import parse
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import InvalidSearch, Term, Text, Value
from urgentry.search.values import literal, time_span, with_operator

_HAS_USER = Within("search.event_of_user", ALWAYS)
_HAS_RELEASE = Within("search.event_in_release", ALWAYS)


def event_condition(query: str, scope: SearchScope) -> Condition:
    """What a search text asks of an event. InvalidSearch where it cannot be understood."""

    def leaf(node: Text | Term) -> Condition:
        if isinstance(node, Text):
            raise InvalidSearch("the text of events is not searched here", node.position)
        return _term(node, scope)

    return tree_condition(parse(query), leaf)


def in_environments(names: tuple[str, ...]) -> Condition:
    """The event is of one of these environments; with none given, always."""
    tests = tuple(_in_environment(Value(name)) for name in names)
    return AnyOf(tests) if tests else ALWAYS


def within_span(span: tuple[int | None, int | None]) -> Condition:
    """The event's time lies between two times in microseconds; None where it is open."""
    return ALWAYS if span == (None, None) else span_condition("event_time", span)


def _term(term: Term, scope: SearchScope) -> Condition:
    key = None if term.tag else find_key(term.key)
    if key is not None and key in _MEANINGS:
        return _MEANINGS[key](term, scope)
    is_unknown = key is None and term.key.lower() not in UNSUPPORTED
    if not (term.tag or is_unknown) or term.key in UNCOUNTED_TAGS:
        raise InvalidSearch(f"events cannot be searched for {term.key}", term.position)
    return any_value(term, lambda value: _tag(term.key, with_operator(term, value)))


def _tag(key: str, value: Value) -> Condition:
    """No tag's key holds a quote, which SQLite could not be asked for."""
    if '"' in key:
        return NEVER
    return Within("search.event_with_tagset", text_test("tagset_member", key=key)(value))


def _has(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        match find_key(value.text):
            case Key.USER | Key.USER_ID | Key.USER_EMAIL | Key.USER_USERNAME | Key.USER_IP:
                return _HAS_USER
            case Key.RELEASE:
                return _HAS_RELEASE
            case Key.ENVIRONMENT:
                return Not(_in_environment(Value("")))
        return Not(_tag(literal(value), Value("")))

    return any_value(term, test)


def _level(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        level = LEVELS.get(value.text.lower())
        if level is None:
            raise InvalidSearch(f'"{value.text}" is not a level', term.position)
        return Holds("search.event_level_is", {"level": int(level)})

    return any_value(term, test)


def _release(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        if not value.text:
            return Not(_HAS_RELEASE)
        return Within("search.event_in_release", release_test(value))

    return any_value(term, test)


def _release_version(term: Term, _: SearchScope) -> Condition:
    condition = any_value(
        term, lambda value: Within("search.event_in_release", version_test(term, value))
    )
    return Not(condition) if term.operator == "!=" else condition


def _in_environment(value: Value) -> Condition:
    return Within("search.event_in_environment", text_test("environment_name")(value))


def _environment(term: Term, _: SearchScope) -> Condition:
    return any_value(term, _in_environment)


def _timestamp(term: Term, scope: SearchScope) -> Condition:
    return any_value(term, lambda value: within_span(time_span(term, value, scope.now)))


def _event_id(term: Term, _: SearchScope) -> Condition:
    return any_value(
        term, lambda value: Holds("search.event_id_is", {"event_id": event_id_of(term, value)})
    )


def _named_tag(key: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        return any_value(term, lambda value: _tag(key, with_operator(term, value)))

    return meaning


_MEANINGS: dict[Key, Meaning] = {
    Key.HAS: _has,
    Key.LEVEL: _level,
    Key.RELEASE: _release,
    Key.RELEASE_VERSION: _release_version,
    Key.ENVIRONMENT: _environment,
    Key.USER: of_user("search.event_of_user", "user_ident"),
    Key.USER_ID: of_user("search.event_of_user", "user_id"),
    Key.USER_EMAIL: of_user("search.event_of_user", "user_email"),
    Key.USER_USERNAME: of_user("search.event_of_user", "user_username"),
    Key.USER_NAME: of_user("search.event_of_user", "user_name"),
    Key.USER_IP: of_user("search.event_of_user", "user_ip"),
    Key.TIMESTAMP: _timestamp,
    Key.EVENT_ID: _event_id,
    Key.ERROR_HANDLED: handled(_tag, inverted=False),
    Key.ERROR_UNHANDLED: handled(_tag, inverted=True),
    Key.MECHANISM: _named_tag("mechanism"),
    Key.LOGGER: _named_tag("logger"),
}
