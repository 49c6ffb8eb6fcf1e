"""What categories mean for grouping: which frames are noise next to which, and borders of both.

These rules run after every category is given; many of them look at a frame's neighbours.
"""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import (
    BORDER,
    CALLERS_NOT_GROUPING,
    CALLS_FROM_HERE_NOT_GROUPING,
    NOISE,
    NOT_GROUPING,
    OUT_OF_APP,
    between,
    category,
    each,
    of,
)
from urgentry.grouping.enhancements.rules import Matcher, Rule

_INTERNALS: Final = category("internals")
_INDIRECTION: Final = category("indirection")

# A call that a category makes within itself: only its outermost operation tells something.
_HELPERS: Final[tuple[Rule, ...]] = (
    between(of("driver"), _INTERNALS, callee=of("driver")),
    between(of("gl"), _INTERNALS, caller=of("gl")),
    between(of("av"), _INTERNALS, caller=of("av")),
    between(of("malloc"), _INTERNALS, caller=of("malloc")),
)

# A pure virtual call aborts by design; what matters stands before it. An abort may raise in turn.
_THROWS: Final[tuple[Rule, ...]] = (
    between(of("throw"), _INTERNALS, caller=Matcher("function", "_purecall")),
    between(of("throw"), _INTERNALS, caller=of("throw")),
)

_FRAMES_THAT_ARE_NOISE: Final[tuple[Rule, ...]] = (
    *each("category", "threadbase", NOT_GROUPING, CALLERS_NOT_GROUPING),
    *each("category", "handler", CALLS_FROM_HERE_NOT_GROUPING, NOT_GROUPING),
)

_COMPILER_MADE: Final = """
    closure
    Collection.map<T>
    Array.subscript.getter
    Array._getElement
    _ArrayBuffer._nativeTypeChecked.getter
    range
    @callee_guaranteed
"""

# Unsymbolicated or underscored system functions differ from one device to the next.
_NATIVE_NOISE: Final[tuple[Rule, ...]] = (
    *each(
        "category",
        ["system"],
        _INTERNALS,
        family="native",
        also={"function": "_*", "!function": "_purecall"},
    ),
    *each("category", ["system"], _INTERNALS, family="native", also={"function": "<unknown>"}),
    *each("function", "_INTERNAL*", _INTERNALS, family="native"),
    *each("function", _COMPILER_MADE, _INTERNALS, family="native"),
    *each("function", "*.cold.1", _INDIRECTION, family="native"),
)

# Caller's category → category that is only its inner working.
_INNER_WORKINGS: Final = (
    ("free", "system"),
    ("system", "system"),
    ("std", "system"),
    ("std", "std"),
    ("ui", "ui"),
    ("ui", "system"),
    ("internals", "system"),
    ("internals", "ui"),
    ("load", "system"),
    ("load", "load"),
    ("throw", "system"),
    ("runtime", "system"),
    ("runtime", "runtime"),
    ("dtor", "dtor"),
)
_NEIGHBOURS: Final[tuple[Rule, ...]] = (
    between(
        of("system"),
        _INDIRECTION,
        caller=of("system", negated=True),
        callee=of("system", negated=True),
    ),
    *(between(of(inner), _INTERNALS, caller=of(outer)) for outer, inner in _INNER_WORKINGS),
)

RULES_2023: Final[tuple[Rule, ...]] = (
    *_HELPERS,
    *each("category", "throw", CALLS_FROM_HERE_NOT_GROUPING),
    *_THROWS,
    *_FRAMES_THAT_ARE_NOISE,
    *each("category", "telemetry", NOT_GROUPING),
    *each("category", "indirection", NOT_GROUPING),
    *each("category", "internals", NOT_GROUPING),
    *each("category", "threadbase", CALLERS_NOT_GROUPING, NOT_GROUPING),
    *_NATIVE_NOISE,
    *_NEIGHBOURS,
)

RULES_2026: Final[tuple[Rule, ...]] = (
    *_HELPERS,
    *_THROWS,
    *_NATIVE_NOISE,
    *_NEIGHBOURS,
    *each("category", "system", OUT_OF_APP),
    *each("category", "framework", OUT_OF_APP),
    *each("category", "throw", *BORDER),
    *_FRAMES_THAT_ARE_NOISE,
    *each("category", "telemetry", *NOISE),
    *each("category", "indirection", NOT_GROUPING),
    *each("category", "internals", *NOISE),
)
