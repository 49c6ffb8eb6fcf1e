"""A search tree as a condition on spans, logs or metrics: a term is tested on the signal itself.

Words without a key are looked for in the description of a span, the message of a log, the name of
a metric.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from urgentry.domain.patterns import Patterns
from urgentry.search.amounts import read_amount
from urgentry.search.parser import parse
from urgentry.search.signal_fields import TEXT_KEYS, Field, FieldType, find_field
from urgentry.search.syntax import All as AllTerms
from urgentry.search.syntax import Either as EitherTerm
from urgentry.search.syntax import InvalidSearch, Node, Term, Text, Value
from urgentry.search.values import boolean, has_wildcard, literal, time_span
from urgentry.telemetry import names
from urgentry.telemetry.conditions import (
    All,
    Between,
    Condition,
    Contains,
    Either,
    Equals,
    Has,
    Matches,
    Not,
)
from urgentry.telemetry.signal import Kind

_LONE_STAR = re.compile(r"(?<!\\)\*")
_SPECIAL = re.compile(r"[?\[\]{}]|\\(?!\*)")
_HEX = 16


class SignalScope(msgspec.Struct, frozen=True, kw_only=True):
    """Of what kind the signals are, when it is (microseconds), and what the projects are called."""

    kind: Kind
    now: int
    projects: Mapping[str, int]
    """Ids by slug."""


def signal_condition(query: str, scope: SignalScope) -> Condition:
    """What a search text asks of a signal. InvalidSearch where it cannot be understood."""
    return _condition(parse(query), scope)


def in_environments(environments: tuple[str, ...]) -> Condition:
    """The signal is of one of these environments; with none given, always."""
    if not environments:
        return All()
    named = Equals(names.ENVIRONMENT, frozenset(environments))
    return Either((named, Not(Has(names.ENVIRONMENT)))) if "" in environments else named


def _condition(node: Node, scope: SignalScope) -> Condition:
    match node:
        case AllTerms():
            return All(tuple(_condition(part, scope) for part in node.parts))
        case EitherTerm():
            return Either(tuple(_condition(part, scope) for part in node.parts))
        case Text():
            return _text_test(TEXT_KEYS[scope.kind], node.value, anywhere=True)
        case Term():
            condition = _term(node, scope)
            return Not(condition) if node.negated else condition


def _term(term: Term, scope: SignalScope) -> Condition:
    if term.key == "has" and not term.tag:
        return _any(term, lambda value: Has(find_field(scope.kind, literal(value)).key))
    name = f"tags[{term.key}]" if term.tag else term.key
    field = find_field(scope.kind, name)
    condition = _any(term, lambda value: _test(term, field, value, scope))
    return Not(condition) if term.operator == "!=" else condition


def _any(term: Term, test: Callable[[Value], Condition]) -> Condition:
    tests = tuple(test(value) for value in term.values)
    return tests[0] if len(tests) == 1 else Either(tests)


def _test(term: Term, field: Field, value: Value, scope: SignalScope) -> Condition:
    if not value.text:
        return Either((Not(Has(field.key)), Equals(field.key, frozenset({""}))))
    if field.key.startswith("@"):
        return _part_test(term, field, value, scope)
    if field.is_number or term.operator in (">", ">=", "<", "<="):
        return _number_test(term, field, value)
    if field.type is FieldType.BOOLEAN:
        return Equals(field.key, frozenset({"true" if boolean(term, value) else "false"}))
    return _text_test(field.key, value)


def _part_test(term: Term, field: Field, value: Value, scope: SignalScope) -> Condition:
    """A test of what is no attribute."""
    if field.key == names.PROJECT:
        return _project_test(value, scope)
    if field.key == names.AT:
        low, high = time_span(term, value, scope.now)
        return Between(names.AT, low, high)
    if field.key == names.ROW:
        return _row_test(term, value)
    return Equals(field.key, frozenset({literal(value).lower().replace("-", "")}))


def _project_test(value: Value, scope: SignalScope) -> Condition:
    """By slug or id; a name that is none of the projects' holds for nothing."""
    text = literal(value)
    named = str(scope.projects[text]) if text in scope.projects else text
    return Equals(names.PROJECT, frozenset({named if named.isdecimal() else ""}))


def _row_test(term: Term, value: Value) -> Condition:
    """Ids of logs and metrics are whole numbers, which are shown in hexadecimal digits."""
    try:
        row = int(literal(value).replace("-", ""), _HEX)
    except ValueError:
        raise InvalidSearch(f'"{value.text}" is not an id', term.position) from None
    return Between(names.ROW, row, row, with_high=True)


def _number_test(term: Term, field: Field, value: Value) -> Condition:
    number = read_amount(value.text, field.type, term.position)
    match term.operator:
        case ">":
            return Between(field.key, low=number, with_low=False)
        case ">=":
            return Between(field.key, low=number)
        case "<":
            return Between(field.key, high=number)
        case "<=":
            return Between(field.key, high=number, with_high=True)
        case _:
            return Between(field.key, number, number, with_high=True)


def _text_test(key: str, value: Value, *, anywhere: bool = False) -> Condition:
    """The text as a whole, a pattern, or (`anywhere`) a part of it."""
    if not has_wildcard(value):
        text = literal(value)
        return Contains(key, text.lower()) if anywhere else Equals(key, frozenset({text}))
    inner = value.text[1:-1]
    if value.text.startswith("*") and value.text.endswith("*") and not _LONE_STAR.search(inner):
        return Contains(key, inner.replace("\\*", "*").lower())
    pattern = _SPECIAL.sub(r"\\\g<0>", value.text)
    try:
        return Matches(key, Patterns([f"*{pattern}*" if anywhere else pattern]))
    except ValueError as error:
        raise InvalidSearch(f'"{value.text}" is no pattern: {error}', 0) from None
