"""Regular expressions that take linear time, whatever the pattern and the text.

Patterns come from people and texts from anyone who knows a DSN, so both run in RE2: neither can
keep the process busy. Called by everything here that searches.
"""

import re
from typing import Any, Final

import re2

from urgentry.privacy.invalid import InvalidRules

Regex = Any

MAX_PATTERN_CHARS: Final = 4_000
_PATTERN_BYTES: Final = 1 << 18
_UNION_BYTES: Final = 1 << 21
# RE2 reads the intersection of two classes, which Sentry's patterns may have, as one class.
_INTERSECTION: Final = re.compile(r"\[[^\]]*&&")


def compile_pattern(pattern: str) -> Regex:
    """The pattern of a person. InvalidRules when it is none, or takes too much memory."""
    if len(pattern) > MAX_PATTERN_CHARS:
        raise InvalidRules(f"the pattern is longer than {MAX_PATTERN_CHARS} characters")
    if _INTERSECTION.search(pattern):
        raise InvalidRules("invalid regular expression: intersections (&&) are not supported")
    try:
        return _compile(pattern, _PATTERN_BYTES, captures=True)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") or "it cannot be read"
        raise InvalidRules(f"invalid regular expression: {reason}") from None


def compile_union(patterns: frozenset[str]) -> Regex | None:
    """Finds whether any of several patterns is in a text; None where RE2 cannot join them."""
    joined = "|".join(f"(?:{pattern})" for pattern in sorted(patterns))
    try:
        return _compile(joined, _UNION_BYTES, captures=False)
    except re2.error:
        return None


def _compile(pattern: str, max_bytes: int, *, captures: bool) -> Regex:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = max_bytes
    options.never_capture = not captures
    return re2.compile(pattern, options)
