"""The pass that replaces each match of an alternation of named patterns by the pattern's name.

Both generations of patterns use it. Alternatives stand under what may begin them, so that a
position in plain prose is dismissed by one look at its character; every repetition is bounded or
possessive and guarded by a look-behind, which makes the pass linear in the text.
"""

import re
from collections.abc import Callable, Iterable


def alternatives(names: Iterable[str], patterns: dict[str, str]) -> str:
    """The named patterns, first match wins."""
    return "|".join(f"(?P<{name}>{patterns[name]})" for name in names)


def dispatching(branches: dict[str, tuple[str, ...]], patterns: dict[str, str]) -> re.Pattern[str]:
    """One regex: under each look-around the alternatives that can begin there, in order.

    A name that occurs in several branches gets a numbered group, so names carry no digits.
    """
    parts = []
    for number, (guard, names) in enumerate(branches.items()):
        inner = "|".join(f"(?P<{name}_{number}>{patterns[name]})" for name in names)
        parts.append(f"{guard}(?:{inner})")
    return re.compile("|".join(parts), re.VERBOSE)


def substitution(regex: re.Pattern[str]) -> Callable[[str], str]:
    """Replaces every match by `<name>`."""
    labels = [""] * (regex.groups + 1)
    for group, index in regex.groupindex.items():
        labels[index] = f"<{group.rsplit('_', 1)[0]}>"

    def label(match: re.Match[str]) -> str:
        return labels[match.lastindex or 0]

    def replace(text: str) -> str:
        return regex.sub(label, text)

    return replace
