"""Regular expressions mean the same on every Python that we support."""

import re

import pytest

from tests.style.test_dialects import strings
from tests.style.tree import modules

POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)\s*(?:[*+?]|\{\d*,?\d*\})\+")


def test_no_group_is_repeated_possessively() -> None:
    """Before Python 3.11.5 such a repetition could keep part of an iteration that had failed."""
    wrong = [
        f"{module.path}: {found[0]}"
        for module in modules().values()
        for text in strings(module.tree)
        if (found := POSSESSIVE_GROUP.search(text))
    ]
    assert not wrong


@pytest.mark.parametrize("pattern", ["(?:a|b)*+", "(a)++", "(a b)\n    )++", "(a){1,3}+"])
def test_the_rule_finds_it(pattern: str) -> None:
    assert POSSESSIVE_GROUP.search(pattern)


@pytest.mark.parametrize("pattern", ["[a-z]++", "(a)+", r"\)++", "(a){1,3}"])
def test_the_rule_passes_what_is_sound(pattern: str) -> None:
    assert not POSSESSIVE_GROUP.search(pattern)
