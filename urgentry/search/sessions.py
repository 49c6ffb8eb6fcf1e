"""A search tree as a condition on sessions, of which the release, the environment and the project
are known and nothing else: a term that asks for more is an error rather than an empty answer.
"""

from urgentry.domain.condition import ALWAYS, AnyOf, Condition, Holds, Not, Within
from urgentry.search.conditions import (
    Meaning,
    any_value,
    release_test,
    text_test,
    tree_condition,
    version_test,
)
from urgentry.search.keys import Key, find_key
from urgentry.search.parser import parse
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import InvalidSearch, Term, Text, Value


def session_condition(query: str, scope: SearchScope) -> Condition:
    """What a search text asks of sessions. InvalidSearch where it cannot be understood."""

    def leaf(node: Text | Term) -> Condition:
        if isinstance(node, Text):
            raise InvalidSearch("sessions have no text to be searched", node.position)
        return _term(node, scope)

    return tree_condition(parse(query), leaf)


def _term(term: Term, scope: SearchScope) -> Condition:
    key = None if term.tag else find_key(term.key)
    if key is None or key not in _MEANINGS:
        raise InvalidSearch(f"sessions cannot be searched for {term.key}", term.position)
    return _MEANINGS[key](term, scope)


def _release(term: Term, _: SearchScope) -> Condition:
    return any_value(term, lambda value: Within("search.session_in_release", release_test(value)))


def _release_version(term: Term, _: SearchScope) -> Condition:
    condition = any_value(
        term, lambda value: Within("search.session_in_release", version_test(term, value))
    )
    return Not(condition) if term.operator == "!=" else condition


def _release_package(term: Term, _: SearchScope) -> Condition:
    test = text_test("release_package")
    return any_value(term, lambda value: Within("search.session_in_release", test(value)))


def _environment(term: Term, _: SearchScope) -> Condition:
    test = text_test("environment_name")
    return any_value(term, lambda value: Within("search.session_in_environment", test(value)))


def _project(term: Term, _: SearchScope) -> Condition:
    return any_value(term, text_test("session_project"))


_MEANINGS: dict[Key, Meaning] = {
    Key.RELEASE: _release,
    Key.RELEASE_VERSION: _release_version,
    Key.RELEASE_PACKAGE: _release_package,
    Key.ENVIRONMENT: _environment,
    Key.PROJECT: _project,
}


def in_environments(names: tuple[str, ...]) -> Condition:
    """The session is of one of these environments; with none given, always."""
    tests = tuple(
        Within("search.session_in_environment", text_test("environment_name")(Value(name)))
        for name in names
    )
    return AnyOf(tests) if tests else ALWAYS


def of_release(release_id: int) -> Condition:
    """The session is of a release."""
    return Holds("search.session_release_id_is", {"release_id": release_id})
