"""A search tree as a condition on issues.

What an issue itself says (status, title, counts) is tested on its row. What its events say
(release, environment, tags, users) is tested on roll-ups: the issue has *an* event with each, not
one event with all. A negated term means that the issue has no such event.
"""

from collections.abc import Callable

from urgentry.domain.condition import ALWAYS, NEVER, AllOf, AnyOf, Condition, Holds, Not, Within
from urgentry.domain.issue import LEVELS, Priority, Status, Substatus
from urgentry.domain.short_id import parse_short_id
from urgentry.domain.slices import EVENT_ID_BYTES, event_id_slices
from urgentry.search.conditions import (
    any_value,
    release_test,
    span_condition,
    text_test,
    tree_condition,
    version_test,
)
from urgentry.search.keys import UNSUPPORTED, Key, find_key
from urgentry.search.parser import parse
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import InvalidSearch, Node, Term, Text, Value
from urgentry.search.values import (
    boolean,
    contains_pattern,
    has_wildcard,
    literal,
    number_span,
    time_span,
    with_operator,
)

_FALLBACK_LEVELS = {"log": "info", "warn": "warning", "critical": "fatal"}
_ERROR_CATEGORIES = ("error", "1")

Meaning = Callable[[Term, SearchScope], Condition]


def issue_condition(query: str, scope: SearchScope) -> Condition:
    """What a search text asks of an issue. InvalidSearch where it cannot be understood."""
    return condition_of(parse(query), scope)


def condition_of(tree: Node, scope: SearchScope) -> Condition:
    """What a search tree asks of an issue."""

    def leaf(node: Text | Term) -> Condition:
        return text_condition(node.value) if isinstance(node, Text) else _term(node, scope)

    return tree_condition(tree, leaf)


def text_condition(value: Value) -> Condition:
    """The words stand in the title, the culprit or the message, in any case."""
    return Holds("search.issue_text_contains", {"pattern": contains_pattern(value)})


def in_environments(names: tuple[str, ...]) -> Condition:
    """The issue has an event in one of these environments; with none given, always."""
    tests = tuple(
        Within("search.issue_in_environment", text_test("environment_name")(Value(name)))
        for name in names
    )
    return AnyOf(tests) if tests else ALWAYS


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


def _term(term: Term, scope: SearchScope) -> Condition:
    key = None if term.tag else find_key(term.key)
    if key is not None and key in _MEANINGS:
        return _MEANINGS[key](term, scope)
    if not term.tag and (key is not None or term.key.lower() in UNSUPPORTED):
        raise InvalidSearch(f"{term.key} cannot be searched for here", term.position)
    return any_value(term, lambda value: _tag(term.key, with_operator(term, value)))


def _tag(key: str, value: Value) -> Condition:
    if not value.text:
        return Not(_has_tag(key))
    return Within("search.issue_with_tag", text_test("tag_value")(value), {"key": key})


def _has_tag(key: str) -> Condition:
    return Holds("search.issue_has_tag", {"key": key})


def _status(status: Status) -> Condition:
    return Holds("search.issue_status_is", {"status": int(status)})


def _substatus(*substatuses: Substatus) -> Condition:
    return AnyOf(
        tuple(Holds("search.issue_substatus_is", {"value": each.value}) for each in substatuses)
    )


_ASSIGNED = Holds("search.issue_is_assigned")

_IS: dict[str, Condition] = {
    "unresolved": _status(Status.UNRESOLVED),
    "resolved": _status(Status.RESOLVED),
    "archived": _status(Status.ARCHIVED),
    "ignored": _status(Status.ARCHIVED),
    "muted": _status(Status.ARCHIVED),
    "assigned": _ASSIGNED,
    "unassigned": Not(_ASSIGNED),
    "for_review": AllOf(
        (
            _status(Status.UNRESOLVED),
            _substatus(Substatus.NEW, Substatus.REGRESSED, Substatus.ESCALATING),
        )
    ),
    "linked": NEVER,
    "unlinked": ALWAYS,
    "until_escalating": _substatus(Substatus.ARCHIVED_UNTIL_ESCALATING),
    "until_condition_met": _substatus(Substatus.ARCHIVED_UNTIL_CONDITION_MET),
} | {substatus.value: _substatus(substatus) for substatus in Substatus}


def _is(term: Term, scope: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        word = value.text.lower()
        if word in ("bookmarked", "starred"):
            return _bookmarked_by(Value("me"), scope)
        if word not in _IS:
            raise InvalidSearch(f'"{value.text}" is not a state that issues have', term.position)
        return _IS[word]

    return any_value(term, test)


_HAS: dict[Key, Condition] = {
    Key.RELEASE: Within("search.issue_in_release", ALWAYS),
    Key.ENVIRONMENT: Within("search.issue_in_environment", Not(Holds("search.environment_empty"))),
    Key.FIRST_RELEASE: Within("search.issue_first_in_release", ALWAYS),
    Key.ASSIGNED: _ASSIGNED,
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


def _level(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        word = value.text.lower()
        level = LEVELS.get(_FALLBACK_LEVELS.get(word, word))
        if level is None:
            raise InvalidSearch(f'"{value.text}" is not a level', term.position)
        return Holds("search.issue_level_is", {"level": int(level)})

    return any_value(term, test)


def _priority(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        name = {"med": "MEDIUM"}.get(value.text.lower(), value.text.upper())
        if name not in Priority.__members__:
            raise InvalidSearch(f'"{value.text}" is not a priority', term.position)
        return Holds("search.issue_priority_is", {"priority": int(Priority[name])})

    return any_value(term, test)


def _release(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        if not value.text:
            return Not(_HAS[Key.RELEASE])
        return Within("search.issue_in_release", release_test(value))

    return any_value(term, lambda value: test(with_operator(term, value)))


def _first_release(term: Term, _: SearchScope) -> Condition:
    return any_value(
        term, lambda value: Within("search.issue_first_in_release", release_test(value))
    )


def _release_version(term: Term, _: SearchScope) -> Condition:
    condition = any_value(
        term, lambda value: Within("search.issue_in_release", version_test(term, value))
    )
    return Not(condition) if term.operator == "!=" else condition


def _release_part(column: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        test = text_test(column)
        return any_value(term, lambda value: Within("search.issue_in_release", test(value)))

    return meaning


def _release_build(term: Term, _: SearchScope) -> Condition:
    """The part behind the plus is kept only within the version."""
    like = text_test("release_version")
    return any_value(
        term, lambda value: Within("search.issue_in_release", like(Value(f"*+{value.text}")))
    )


def _environment(term: Term, _: SearchScope) -> Condition:
    test = text_test("environment_name")
    return any_value(term, lambda value: Within("search.issue_in_environment", test(value)))


def _user(column: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        test = text_test(column)

        def within(value: Value) -> Condition:
            has_user = Within("search.issue_with_user", ALWAYS)
            return Within("search.issue_with_user", test(value)) if value.text else Not(has_user)

        return any_value(term, within)

    return meaning


def _assigned(term: Term, scope: SearchScope) -> Condition:
    return any_value(term, lambda value: _assigned_to(term, value, scope))


def _assigned_to(term: Term, value: Value, scope: SearchScope) -> Condition:
    name = literal(value)
    match name.lower():
        case "none" | "":
            return Not(_ASSIGNED)
        case "me":
            return Holds("search.issue_assigned_to_account", {"account_id": _me(scope)})
        case "my_teams":
            return Holds("search.issue_assigned_to_my_teams", {"account_id": _me(scope)})
    if name.startswith("#"):
        return Holds("search.issue_assigned_to_team", {"slug": name[1:].lower()})
    if has_wildcard(value):
        raise InvalidSearch(f"{term.key} takes no wildcards", term.position)
    return Holds("search.issue_assigned_to_person", {"name": name.lower()})


def _bookmarks(term: Term, scope: SearchScope) -> Condition:
    return any_value(term, lambda value: _bookmarked_by(value, scope))


def _bookmarked_by(value: Value, scope: SearchScope) -> Condition:
    if value.text.lower() == "me":
        return Holds("search.issue_bookmarked_by_account", {"account_id": _me(scope)})
    return Holds("search.issue_bookmarked_by_person", {"name": literal(value).lower()})


def _me(scope: SearchScope) -> int:
    """Nobody has the account 0: a token of an organization has no `me`."""
    return scope.account_id or 0


def _numbers(column: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        condition = any_value(term, lambda value: span_condition(column, number_span(term, value)))
        return Not(condition) if term.operator == "!=" else condition

    return meaning


def _times(column: str) -> Meaning:
    def meaning(term: Term, scope: SearchScope) -> Condition:
        condition = any_value(
            term, lambda value: span_condition(column, time_span(term, value, scope.now))
        )
        return Not(condition) if term.operator == "!=" else condition

    return meaning


def _timestamp(term: Term, scope: SearchScope) -> Condition:
    return any_value(term, lambda value: active_between(time_span(term, value, scope.now)))


def _issue(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        short_id = parse_short_id(literal(value))
        if short_id is None:
            raise InvalidSearch(f'"{value.text}" is not a short id', term.position)
        slug, number = short_id
        return Holds("search.issue_short_id_is", {"slug": slug, "short_id": number})

    return any_value(term, test)


def _issue_id(term: Term, _: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        low, _high = number_span(term, value)
        return Holds("search.issue_id_is", {"issue_id": low})

    return any_value(term, test)


def _event_id(term: Term, scope: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        try:
            event_id = bytes.fromhex(value.text.replace("-", ""))
        except ValueError:
            event_id = b""
        if len(event_id) != EVENT_ID_BYTES:
            raise InvalidSearch(f'"{value.text}" is not an event id', term.position)
        slices = event_id_slices(scope.now)
        return Holds("search.issue_with_event", {"event_id": event_id, "slices": slices})

    return any_value(term, test)


def _category(term: Term, _: SearchScope) -> Condition:
    """Every issue is an error so far."""
    return any_value(
        term, lambda value: ALWAYS if value.text.lower() in _ERROR_CATEGORIES else NEVER
    )


def _handled(*, inverted: bool) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        def test(value: Value) -> Condition:
            return _tag("handled", Value("yes" if boolean(term, value) != inverted else "no"))

        return any_value(term, test)

    return meaning


def _mechanism(term: Term, _: SearchScope) -> Condition:
    return any_value(term, lambda value: _tag("mechanism", value))


def _message(term: Term, _: SearchScope) -> Condition:
    return any_value(term, lambda value: text_condition(with_operator(term, value)))


def _text(column: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        test = text_test(column)
        return any_value(term, lambda value: test(with_operator(term, value)))

    return meaning


def _metadata(field: str) -> Meaning:
    def meaning(term: Term, _: SearchScope) -> Condition:
        def test(value: Value) -> Condition:
            return text_test("issue_metadata", field=field)(with_operator(term, value))

        return any_value(term, test)

    return meaning


_MEANINGS: dict[Key, Meaning] = {
    Key.IS: _is,
    Key.HAS: _has,
    Key.LEVEL: _level,
    Key.PRIORITY: _priority,
    Key.RELEASE: _release,
    Key.FIRST_RELEASE: _first_release,
    Key.RELEASE_VERSION: _release_version,
    Key.RELEASE_PACKAGE: _release_part("release_package"),
    Key.RELEASE_BUILD: _release_build,
    Key.ENVIRONMENT: _environment,
    Key.USER: _user("user_ident"),
    Key.USER_ID: _user("user_id"),
    Key.USER_EMAIL: _user("user_email"),
    Key.USER_USERNAME: _user("user_username"),
    Key.USER_NAME: _user("user_name"),
    Key.USER_IP: _user("user_ip"),
    Key.ASSIGNED: _assigned,
    Key.BOOKMARKS: _bookmarks,
    Key.FIRST_SEEN: _times("first_seen"),
    Key.LAST_SEEN: _times("last_seen"),
    Key.TIMESTAMP: _timestamp,
    Key.TIMES_SEEN: _numbers("times_seen"),
    Key.USERS_SEEN: _numbers("users_seen"),
    Key.ISSUE: _issue,
    Key.ISSUE_ID: _issue_id,
    Key.EVENT_ID: _event_id,
    Key.CATEGORY: _category,
    Key.ISSUE_TYPE: _category,
    Key.EVENT_TYPE: _text("issue_type"),
    Key.ERROR_TYPE: _metadata("type"),
    Key.ERROR_VALUE: _metadata("value"),
    Key.LOCATION: _metadata("filename"),
    Key.ERROR_HANDLED: _handled(inverted=False),
    Key.ERROR_UNHANDLED: _handled(inverted=True),
    Key.MECHANISM: _mechanism,
    Key.MESSAGE: _message,
    Key.TITLE: _text("issue_title"),
    Key.CULPRIT: _text("issue_culprit"),
    Key.PLATFORM: _text("issue_platform"),
    Key.LOGGER: _text("issue_logger"),
    Key.PROJECT: _text("project_slug"),
}
