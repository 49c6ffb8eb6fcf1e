"""A search tree as a condition on issues.

`issue_rows` holds the terms about an issue itself, `issue_events` those about its events; every
other key is a tag.
"""

from collections.abc import Iterable

from urgentry.domain.condition import ALWAYS, AllOf, AnyOf, Condition, Not
from urgentry.search.conditions import any_value, issue_among, text_test, tree_condition
from urgentry.search.issue_events import EVENT_MEANINGS, active_between, tag_condition
from urgentry.search.issue_rows import IS_FEEDBACK, ROW_MEANINGS, text_condition
from urgentry.search.keys import UNSUPPORTED, Key, find_key
from urgentry.search.parser import parse
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import All, Either, InvalidSearch, Node, Term, Text, Value
from urgentry.search.values import with_operator

__all__ = [
    "active_between",
    "condition_of",
    "in_environments",
    "issue_condition",
    "search_condition",
]

_MEANINGS = ROW_MEANINGS | EVENT_MEANINGS
_NAME_KIND = {Key.CATEGORY, Key.ISSUE_TYPE, Key.EVENT_TYPE, Key.ISSUE, Key.ISSUE_ID, Key.EVENT_ID}


def issue_condition(query: str, scope: SearchScope) -> Condition:
    """What a search text asks of an issue. InvalidSearch where it cannot be understood."""
    return condition_of(parse(query), scope)


def search_condition(queries: Iterable[str], scope: SearchScope) -> Condition:
    """What several search texts ask of an issue together. Feedback is left out, as in Sentry,
    unless one of them says of which category or type issues are to be, or names one."""
    trees = [parse(query) for query in queries]
    parts = [condition_of(tree, scope) for tree in trees]
    if not any(_names_kind(tree) for tree in trees):
        parts.append(Not(IS_FEEDBACK))
    return AllOf(tuple(part for part in parts if part != ALWAYS))


def _names_kind(node: Node) -> bool:
    match node:
        case Term():
            return not node.tag and find_key(node.key) in _NAME_KIND
        case All() | Either():
            return any(_names_kind(part) for part in node.parts)
        case _:
            return False


def condition_of(tree: Node, scope: SearchScope) -> Condition:
    """What a search tree asks of an issue."""

    def leaf(node: Text | Term) -> Condition:
        return text_condition(node.value) if isinstance(node, Text) else _term(node, scope)

    return tree_condition(tree, leaf)


def in_environments(names: tuple[str, ...]) -> Condition:
    """The issue has an event in one of these environments; with none given, always."""
    tests = tuple(
        issue_among("search.issues_in_environment", text_test("environment_name")(Value(name)))
        for name in names
    )
    return AnyOf(tests) if tests else ALWAYS


def _term(term: Term, scope: SearchScope) -> Condition:
    key = None if term.tag else find_key(term.key)
    if key is not None and key in _MEANINGS:
        return _MEANINGS[key](term, scope)
    if not term.tag and (key is not None or term.key.lower() in UNSUPPORTED):
        raise InvalidSearch(f"{term.key} cannot be searched for here", term.position)
    return any_value(term, lambda value: tag_condition(term.key, with_operator(term, value)))
