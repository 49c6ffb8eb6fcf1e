"""What terms mean alike in searches for issues and for events, but for the fragment that leads from
an issue or an event to what is tested."""

from collections.abc import Callable

from urgentry.domain.condition import ALWAYS, Condition, Not, Within
from urgentry.domain.slices import EVENT_ID_BYTES
from urgentry.search.conditions import Meaning, any_value, text_test
from urgentry.search.scope import SearchScope
from urgentry.search.syntax import InvalidSearch, Term, Value
from urgentry.search.values import boolean

TagTest = Callable[[str, Value], Condition]
"""A tag's key and a value that it has; an empty value is that there is no such tag."""


def of_user(fragment: str, column: str) -> Meaning:
    """A column of the users that a fragment leads to; an empty value is that there are none."""

    def meaning(term: Term, _: SearchScope) -> Condition:
        test = text_test(column)

        def within(value: Value) -> Condition:
            return Within(fragment, test(value)) if value.text else Not(Within(fragment, ALWAYS))

        return any_value(term, within)

    return meaning


def handled(tag: TagTest, *, inverted: bool) -> Meaning:
    """The tag that says whether the error was caught."""

    def meaning(term: Term, _: SearchScope) -> Condition:
        def test(value: Value) -> Condition:
            return tag("handled", Value("yes" if boolean(term, value) != inverted else "no"))

        return any_value(term, test)

    return meaning


def event_id_of(term: Term, value: Value) -> bytes:
    """The id of an event that a value spells, with or without dashes; InvalidSearch for others."""
    try:
        event_id = bytes.fromhex(value.text.replace("-", ""))
    except ValueError:
        event_id = b""
    if len(event_id) != EVENT_ID_BYTES:
        raise InvalidSearch(f'"{value.text}" is not an event id', term.position)
    return event_id
