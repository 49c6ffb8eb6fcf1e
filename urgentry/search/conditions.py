"""What searches for issues and for events have in common: trees, lists, tests of text and tags."""

from collections.abc import Callable
from typing import Any

from urgentry.domain.condition import AllOf, AnyOf, Condition, Holds, Not, Within
from urgentry.domain.release import parse_version
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import All, Either, InvalidSearch, Node, Term, Text, Value
from urgentry.search.values import Span, has_wildcard, like_pattern, literal

Leaf = Callable[[Text | Term], Condition]
ValueTest = Callable[[Value], Condition]
Meaning = Callable[[Term, SearchScope], Condition]
"""What a term with a certain key asks."""

_LOWEST, _HIGHEST = "", "\x7f"


def tree_condition(node: Node, leaf: Leaf) -> Condition:
    """The condition of a tree whose leaves mean what `leaf` says."""
    match node:
        case All():
            return AllOf(tuple(tree_condition(part, leaf) for part in node.parts))
        case Either():
            return AnyOf(tuple(tree_condition(part, leaf) for part in node.parts))
        case Term():
            condition = leaf(node)
            return Not(condition) if node.negated else condition
        case Text():
            return leaf(node)


def any_value(term: Term, test: ValueTest) -> Condition:
    """One of the term's values passes."""
    tests = tuple(test(value) for value in term.values)
    return tests[0] if len(tests) == 1 else AnyOf(tests)


def issue_among(ids: str, inner: Condition, **params: Any) -> Condition:
    """The issue is one of those that a fragment lists, whose slot another condition fills."""
    return Within("search.issue_among", Within(ids, inner, params))


def text_test(column: str, **params: Any) -> ValueTest:
    """A test of a text column: fragments `search.<column>_is` and `search.<column>_like`."""

    def test(value: Value) -> Condition:
        if has_wildcard(value):
            return Holds(f"search.{column}_like", {"pattern": like_pattern(value), **params})
        return Holds(f"search.{column}_is", {"value": literal(value), **params})

    return test


def span_condition(column: str, span: Span, **params: Any) -> Condition:
    """A column lies in a span: fragments `search.<column>_from` and `search.<column>_before`."""
    low, high = span
    bounds: list[Condition] = []
    if low is not None:
        bounds.append(Holds(f"search.{column}_from", {"value": low, **params}))
    if high is not None:
        bounds.append(Holds(f"search.{column}_before", {"value": high, **params}))
    return bounds[0] if len(bounds) == 1 else AllOf(tuple(bounds))


def release_test(value: Value) -> Condition:
    """A release by its version, by a pattern, or the newest of each project ("latest")."""
    if value.text.lower() == "latest" and not value.quoted:
        return Holds("search.release_latest")
    return text_test("release_version")(value)


def version_test(term: Term, value: Value) -> Condition:
    """A release by the order of versions (`>=1.2.0`, `pkg@1.2`), or by a pattern (`1.2.*`)."""
    if has_wildcard(value):
        return AnyOf(
            (
                Holds("search.release_version_like", {"pattern": like_pattern(value)}),
                Holds("search.release_version_like", {"pattern": f"%@{like_pattern(value)}"}),
            )
        )
    text = literal(value)
    version = parse_version(f"{text}.0" if text.isdecimal() else text)
    if version.sort_key is None:
        raise InvalidSearch(f'"{value.text}" is not a semantic version', term.position)
    ordered = _version_order(term.operator, version.sort_key, exact=bool(version.build))
    if not version.package:
        return ordered
    package = Holds("search.release_package_is", {"value": version.package})
    return AllOf((package, ordered))


def _version_order(operator: str, key: str, *, exact: bool) -> Condition:
    """Without a build part every build of the version is meant: their keys continue its key."""
    after = key + (" " if exact else _HIGHEST)
    low, high = {
        ">": (after, _HIGHEST),
        ">=": (key, _HIGHEST),
        "<": (_LOWEST, key),
        "<=": (_LOWEST, after),
    }.get(operator, (key, after))
    return Holds("search.release_order_between", {"low": low, "high": high})
