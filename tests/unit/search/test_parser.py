"""The grammar: what a text means, where it is wrong, and that a tree survives being written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.search.parser import parse
from urgentry.search.syntax import All, Either, InvalidSearch, Node, Term, Text, Value, format_query


def unplaced(node: Node) -> Node:
    """The tree without positions."""
    match node:
        case All() | Either():
            return replace(node, parts=tuple(unplaced(part) for part in node.parts))
        case _:
            return replace(node, position=0)


def text(word: str, *, quoted: bool = False) -> Text:
    return Text(Value(word, quoted))


def term(key: str, *values: str, **flags: bool | str) -> Term:
    return Term(key, tuple(Value(value) for value in values), **flags)  # type: ignore[arg-type]


CASES: list[tuple[str, Node]] = [
    ("", All(())),
    ("  \n", All(())),
    ("boom", text("boom")),
    ('"two words"', text("two words", quoted=True)),
    ("two words", All((text("two"), text("words")))),
    ("is:unresolved", term("is", "unresolved")),
    ("!is:resolved", term("is", "resolved", negated=True)),
    ("a:1 b:2", All((term("a", "1"), term("b", "2")))),
    ("a:1 AND b:2", All((term("a", "1"), term("b", "2")))),
    ("a:1 or b:2", Either((term("a", "1"), term("b", "2")))),
    (
        "a:1 OR b:2 c:3",
        Either((term("a", "1"), All((term("b", "2"), term("c", "3"))))),
    ),
    (
        "(a:1 OR b:2) c:3",
        All((Either((term("a", "1"), term("b", "2"))), term("c", "3"))),
    ),
    ("(a:1)", term("a", "1")),
    ("((a:1 b:2) c:3)", All((term("a", "1"), term("b", "2"), term("c", "3")))),
    ("times_seen:>=10", term("times_seen", "10", operator=">=")),
    ("assigned:[me, none]", term("assigned", "me", "none", is_list=True)),
    (
        'url:["a b", c]',
        Term("url", (Value("a b", quoted=True), Value("c")), is_list=True),
    ),
    ("a:[b", term("a", "[b")),
    ("a:[]", term("a", "[]")),
    ("tags[level]:x", term("level", "x", tag=True)),
    ('tags["a b"]:x', term("a b", "x", tag=True)),
    ("tags[n, number]:x", term("n", "x", tag=True)),
    ('"a b":x', term("a b", "x")),
    ('a:"say \\"hi\\""', Term("a", (Value('say "hi"', quoted=True),))),
    ('a:""', Term("a", (Value("", quoted=True),))),
    ("a:b:c", term("a", "b:c")),
    ("http://example.com/x", text("http://example.com/x")),
    ("url:http://example.com/x", term("url", "http://example.com/x")),
    ("TypeError: boom", All((text("TypeError:"), text("boom")))),
    ("foo() bar", All((text("foo()"), text("bar")))),
    ("culprit:foo()", term("culprit", "foo()")),
    ("order:x android:y", All((term("order", "x"), term("android", "y")))),
    ("release:web@1.0", term("release", "web@1.0")),
]


@pytest.mark.parametrize(("query", "tree"), CASES)
def test_reads(query: str, tree: Node) -> None:
    assert unplaced(parse(query)) == tree


ERRORS = [
    ("a:1 OR", "after OR", 4),
    ("OR a:1", "before OR", 0),
    ("a:1 AND", "after AND", 4),
    ("AND", "before AND", 0),
    ("(a:1", "not closed", 0),
    ("a:1)", "closes nothing", 3),
    ("( )", "hold nothing", 0),
    ("x is:", "needs a value", 2),
    ("tags[a]:", "needs a value", 0),
    ("(" * 60 + "a" + ")" * 60, "too deeply", 31),
    ("a " * 200, "more than", 200),
    ("a" * 5000, "longer", 4096),
]


@pytest.mark.parametrize(("query", "reason", "position"), ERRORS)
def test_names_the_mistake_and_its_place(query: str, reason: str, position: int) -> None:
    with pytest.raises(InvalidSearch) as caught:
        parse(query)
    assert reason in caught.value.reason
    assert caught.value.position == position
    assert caught.value.status == 400


PIECES = st.sampled_from(
    [
        *'()[]":!<>=,*\\ ',
        "()",
        " OR ",
        " AND ",
        "is:",
        "tags[",
        "]:",
        "a",
        "key:",
        '"a b"',
        "é",
        "\n",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_never_fails_and_what_it_reads_survives_formatting(query: str) -> None:
    try:
        tree = parse(query)
    except InvalidSearch:
        return
    written = format_query(tree)
    assert unplaced(parse(written)) == unplaced(tree)
    assert format_query(parse(written)) == written
