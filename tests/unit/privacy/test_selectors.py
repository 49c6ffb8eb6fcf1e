"""What selectors mean, and what is said of those that mean nothing."""

import pytest

from tests.unit.privacy.scrubbing import changed, rules
from urgentry.privacy.invalid import InvalidRules
from urgentry.privacy.selectors import And, Key, Not, Or, Path, parse_selector

EVENT = {
    "culprit": "culprit",
    "logentry": {"formatted": "text"},
    "user": {"id": "7", "geo": {"city": "Bern"}},
    "request": {"url": "u", "headers": [["Host", "h"]], "data": {"list": ["x", ["y"]]}},
    "tags": [["color", "red"]],
    "extra": {"Deep": {"er": {"est": "v"}}, "n": 5, "pairs": [["name", "v"]], "it's": "v"},
    "contexts": {"device": {"type": "device", "name": "n", "mine": {"a": "v"}, "model": "m"}},
    "exception": {
        "values": [
            {"value": "first", "stacktrace": {"frames": [{"function": "f", "vars": {"x": "1"}}]}},
            {"value": "second"},
        ]
    },
}


@pytest.mark.parametrize(
    ("selector", "paths"),
    [
        ("extra.deep.er.est", {"extra.Deep.er.est"}),
        ("est", {"extra.Deep.er.est"}),
        ("deep.*.est", {"extra.Deep.er.est"}),
        ("extra.**.est", {"extra.Deep.er.est"}),
        ("extra.Deep.**.er", set()),
        ("extra.**", {"extra.Deep", "extra.n", "extra.pairs", "extra.it's"}),
        ("extra.'it''s'", {"extra.it's"}),
        ("extra.$number", {"extra.n"}),
        ("$number", {"extra.n"}),
        ("extra.pairs.name", {"extra.pairs.0.1"}),
        ("extra.pairs.0", set()),
        ("$http.headers.host", {"request.headers.0.1"}),
        ("$request.data.list.1.0", {"request.data.list.1.0"}),
        ("exception.values.1.value", {"exception.values.1.value"}),
        ("$error.value", {"exception.values.0.value", "exception.values.1.value"}),
        ("$frame.vars.*", {"exception.values.0.stacktrace.frames.0.vars.x"}),
        ("$message", {"logentry.formatted"}),
        ("$user.geo.city", {"user.geo.city"}),
        ("$event.user.id", {"user.id"}),
        ("extra.n || culprit", {"extra.n", "culprit"}),
        ("extra.n || culprit && $string", {"extra.n"}),
        ("(extra.n || culprit) && !culprit", {"extra.n"}),
        ("extra.* && !$number && !($array || extra.deep)", {"extra.it's"}),
    ],
)
def test_what_a_selector_selects(selector: str, paths: set[str]) -> None:
    assert changed(EVENT, rules((selector, "@anything:remove"))) == paths


@pytest.mark.parametrize(
    ("selector", "paths"),
    [
        ("$string", set()),
        ("contexts.**", set()),
        ("$object.a", set()),
        ("contexts.device.name", {"contexts.device.name"}),
        ("device.mine.*", {"contexts.device.mine.a"}),
        ("contexts.device.model", set()),
    ],
)
def test_what_is_only_perhaps_personal_has_to_be_named(selector: str, paths: set[str]) -> None:
    event = {"contexts": EVENT["contexts"]}
    assert changed(event, rules((selector, "@anything:remove"))) == paths


@pytest.mark.parametrize("selector", ["tags.color", "tags.*", "culprit", "request.url"])
def test_tags_and_the_like_have_to_be_named_too(selector: str) -> None:
    assert changed(EVENT, rules((selector, "@anything:mask")))
    assert not changed(EVENT, rules((f"$event.{selector} && $string", "@anything:mask")))


def test_and_binds_closer_than_or() -> None:
    a, b, c = (Path((Key(name),)) for name in "abc")
    assert parse_selector("a || b && !c") == Or((a, And((b, Not(c)))))
    assert parse_selector("(A|b)&c") == And((Or((a, b)), c))


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("", "the selector ends early"),
        ("a &&", "the selector ends early"),
        ("(a", "the selector ends early"),
        ("a b", "invalid selector near 'b'"),
        ("a..b", "invalid selector near '.b'"),
        ("!!a", "invalid selector near '!a'"),
        ("'open", 'invalid selector near "\'open"'),
        ("0a", "invalid selector near '0a'"),
        ("*", "a wildcard must be part of a longer selector"),
        ("a.**.b.**", "** is possible once in a selector"),
        ("1234567890", "invalid index 1234567890"),
        ("(" * 40 + "a" + ")" * 40, "the selector nests too deep"),
        ("a" * 20_000, "the selector is longer than 16000 characters"),
    ],
)
def test_what_is_said_of_a_wrong_selector(selector: str, said: str) -> None:
    with pytest.raises(InvalidRules) as raised:
        parse_selector(selector)
    assert str(raised.value) == said


def test_an_unknown_type_is_told_with_those_that_are_known() -> None:
    with pytest.raises(InvalidRules, match=r"unknown type \$frames: there are \$array, .*\$frame,"):
        parse_selector("$frames.vars")
