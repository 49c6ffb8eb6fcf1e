"""Search terms about what an issue's own row says: state, people, counts, times, text."""

from urgentry.domain.condition import ALWAYS, NEVER, AllOf, AnyOf, Condition, Holds, Not
from urgentry.domain.issue import LEVELS, Priority, Status, Substatus
from urgentry.domain.issue_kind import (
    CONSECUTIVE_HTTP,
    ERROR,
    FEEDBACK,
    FOUND_KINDS,
    LARGE_HTTP_PAYLOAD,
    MONITOR_FAILURE,
    N_PLUS_ONE,
    SLOW_DB_QUERY,
    IssueKind,
)
from urgentry.domain.short_id import parse_short_id
from urgentry.search.conditions import Meaning, any_value, span_condition, text_test
from urgentry.search.keys import Key
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import InvalidSearch, Term, Value
from urgentry.search.values import (
    contains_pattern,
    has_wildcard,
    literal,
    number_span,
    time_span,
    with_operator,
)

_FALLBACK_LEVELS = {"log": "info", "warn": "warning", "critical": "fatal"}
_OTHERS = (FEEDBACK, *FOUND_KINDS)


def _one_of(*kinds: IssueKind) -> Condition:
    """The issue is of one of these kinds, none of which is an error."""
    tests = tuple(Holds("search.issue_type_is", {"value": kind.slug}) for kind in kinds)
    return tests[0] if len(tests) == 1 else AnyOf(tests)


IS_FEEDBACK = _one_of(FEEDBACK)
_IS_ERROR = Not(_one_of(*_OTHERS))
_PERFORMANCE = tuple(kind for kind in FOUND_KINDS if kind.category == "performance")
_CATEGORIES: dict[str, Condition] = {
    **dict.fromkeys(("error", "1"), _IS_ERROR),
    **dict.fromkeys(("performance", "2"), _one_of(*_PERFORMANCE)),
    **dict.fromkeys(("cron", "4", "outage"), _one_of(MONITOR_FAILURE)),
    **dict.fromkeys(("feedback", "6"), IS_FEEDBACK),
    "db_query": _one_of(SLOW_DB_QUERY, N_PLUS_ONE),
    "http_client": _one_of(CONSECUTIVE_HTTP, LARGE_HTTP_PAYLOAD),
}
"""By Sentry's names, of which newer ones part performance and call failing monitors outages."""
_TYPES: dict[str, Condition] = {
    ERROR.slug: _IS_ERROR,
    **{kind.slug: _one_of(kind) for kind in _OTHERS},
}


def text_condition(value: Value) -> Condition:
    """The words stand in the title, the culprit or the message, in any case."""
    return Holds("search.issue_text_contains", {"pattern": contains_pattern(value)})


def _status(status: Status) -> Condition:
    return Holds("search.issue_status_is", {"status": int(status)})


def _substatus(*substatuses: Substatus) -> Condition:
    return AnyOf(
        tuple(Holds("search.issue_substatus_is", {"value": each.value}) for each in substatuses)
    )


def _named(substatus: Substatus) -> Condition:
    """The term that is called as the substatus is."""
    if substatus in {Substatus.REGRESSED, Substatus.ESCALATING}:
        return Holds("search.issue_came_back", {"value": substatus.value})
    return _substatus(substatus)


IS_ASSIGNED = Holds("search.issue_is_assigned")

_IS: dict[str, Condition] = {
    "unresolved": _status(Status.UNRESOLVED),
    "resolved": _status(Status.RESOLVED),
    "archived": _status(Status.ARCHIVED),
    "ignored": _status(Status.ARCHIVED),
    "muted": _status(Status.ARCHIVED),
    "assigned": IS_ASSIGNED,
    "unassigned": Not(IS_ASSIGNED),
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
} | {substatus.value: _named(substatus) for substatus in Substatus}


def _is(term: Term, scope: SearchScope) -> Condition:
    def test(value: Value) -> Condition:
        word = value.text.lower()
        if word in ("bookmarked", "starred"):
            return _bookmarked_by(Value("me"), scope)
        if word not in _IS:
            raise InvalidSearch(f'"{value.text}" is not a state that issues have', term.position)
        return _IS[word]

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


def _assigned(term: Term, scope: SearchScope) -> Condition:
    return any_value(term, lambda value: _assigned_to(term, value, scope))


def _assigned_to(term: Term, value: Value, scope: SearchScope) -> Condition:
    name = literal(value)
    match name.lower():
        case "none" | "":
            return Not(IS_ASSIGNED)
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


def _category(term: Term, _: SearchScope) -> Condition:
    return any_value(term, lambda value: _CATEGORIES.get(value.text.lower(), NEVER))


def _kind(term: Term, _: SearchScope) -> Condition:
    return any_value(term, lambda value: _TYPES.get(value.text.lower(), NEVER))


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


ROW_MEANINGS: dict[Key, Meaning] = {
    Key.IS: _is,
    Key.LEVEL: _level,
    Key.PRIORITY: _priority,
    Key.ASSIGNED: _assigned,
    Key.BOOKMARKS: _bookmarks,
    Key.FIRST_SEEN: _times("first_seen"),
    Key.LAST_SEEN: _times("last_seen"),
    Key.TIMES_SEEN: _numbers("times_seen"),
    Key.USERS_SEEN: _numbers("users_seen"),
    Key.ISSUE: _issue,
    Key.ISSUE_ID: _issue_id,
    Key.CATEGORY: _category,
    Key.ISSUE_TYPE: _kind,
    Key.EVENT_TYPE: _text("issue_type"),
    Key.ERROR_TYPE: _metadata("type"),
    Key.ERROR_VALUE: _metadata("value"),
    Key.LOCATION: _metadata("filename"),
    Key.MESSAGE: _message,
    Key.TITLE: _text("issue_title"),
    Key.CULPRIT: _text("issue_culprit"),
    Key.PLATFORM: _text("issue_platform"),
    Key.LOGGER: _text("issue_logger"),
    Key.PROJECT: _text("project_slug"),
}
