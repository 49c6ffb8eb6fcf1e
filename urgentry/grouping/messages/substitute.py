"""The pass that replaces each match of an alternation of named patterns by the pattern's name.

Both generations of patterns use it. Alternatives stand under what may begin them, and runs of
plain words are skipped as one match; every repetition is bounded, or possessive and guarded by a
look-behind. So the pass is linear in the text, and prose is cheap.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

# Lower-case words (but for the first letter) with blanks and harmless punctuation between them. A
# word that could begin a date, a host name, an address or a hexadecimal number is not plain.
_PLAIN: Final = r"""
    (?<![\w=])
    (?:
        (?!(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))
        (?![a-f]{8})
        [A-Za-z][a-z]*+
        (?: [\s,;()\[\]"<>]++ | \.(?=\s) | \.?\Z )
        [\s,;()\[\]"<>]*+
    )+
"""
WORD_START: Final = r"(?<!\w)(?=[0-9A-Za-z_])"
MID_WORD: Final = r"(?<=\w)(?=[0-9SMTWFJAONDd])"
SYMBOL: Final = r"(?=[^\w\s])"
COLON_NEAR: Final = r"(?<=\w)(?=[0-9a-fA-F]{1,4}:)"
AFTER_FOREIGN: Final = r"(?<=[^\x00-\x7f])(?=[0-9A-Za-z_])"


def substitution(
    patterns: Mapping[str, str], branches: Mapping[str, tuple[str, ...]]
) -> Callable[[str], str]:
    """Replaces every match by `<name>`; in each branch the first of its patterns wins."""
    regex = _compile(patterns, branches)
    labels = ["", *(f"<{group.rsplit('_', 1)[0]}>" for group in regex.groupindex)]
    plain = regex.groupindex["plain"]

    def label(match: re.Match[str]) -> str:
        group = match.lastindex or plain
        return match[0] if group == plain else labels[group]

    def replace(text: str) -> str:
        return regex.sub(label, text)

    return replace


def _compile(
    patterns: Mapping[str, str], branches: Mapping[str, tuple[str, ...]]
) -> re.Pattern[str]:
    """A name occurs in several branches, so its groups are numbered."""
    parts = [f"(?P<plain>{_PLAIN})"]
    for number, (guard, names) in enumerate(branches.items()):
        inner = "|".join(f"(?P<{name}_{number}>{patterns[name]})" for name in names)
        parts.append(f"{guard}(?:{inner})")
    return re.compile("|".join(parts), re.VERBOSE)
