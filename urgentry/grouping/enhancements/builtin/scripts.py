"""Python, JavaScript, Go and PHP: where libraries lie, and what runtimes and bundlers add."""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import (
    NOISE,
    OUT_OF_APP,
    between,
    category,
    each,
)
from urgentry.grouping.enhancements.rules import Flag, Matcher, Rule

_VENDORED: Final = "**/vendor/**"
_PYTHON_PACKAGES: Final = """
    **/site-packages/**
    **/dist-packages/**
"""
_NODE_MODULES: Final = "**/node_modules/**"
_CDN_PATHS: Final = """
    **https://unpkg.com/**
    **https://cdnjs.cloudflare.com/**
    **https://cdn.jsdelivr.net/**
    **https://esm.run/**
"""
_TRANSPILERS: Final = """
    @babel/**
    core-js/**
    regenerator-runtime/**
    tslib/**
"""
_NODE_INTERNALS: Final = """
    runMicrotasks
    queueMicrotask
    processTicksAndRejections
    runNextTicks
    nextTick
"""
_GO_MODULES: Final = "**/go/pkg/mod/**"
_OTHER_TELEMETRY_PATHS: Final = """
    **/*newrelic*/**
    **/*LogRocket*/**
"""

_REPORTED_BY_THE_APP: Final = each(
    "function",
    "reportError",
    Flag("app", value=False, span="^"),
    OUT_OF_APP,
    family="javascript",
)
_LIBRARIES: Final[tuple[Rule, ...]] = (
    *each("path", _VENDORED, OUT_OF_APP),
    *each("path", _PYTHON_PACKAGES, OUT_OF_APP),
    *each("path", _NODE_MODULES, OUT_OF_APP),
    *each("module", "unpkg/**", OUT_OF_APP),
    *each("path", _CDN_PATHS, OUT_OF_APP),
    *_REPORTED_BY_THE_APP,
    *each("module", _TRANSPILERS, *NOISE),
)

RULES_2023: Final[tuple[Rule, ...]] = (
    *_LIBRARIES,
    *each("function", _NODE_INTERNALS, *NOISE),
    *each("path", _GO_MODULES, OUT_OF_APP),
)

RULES_2026: Final[tuple[Rule, ...]] = (
    *_LIBRARIES,
    *each("function", "_callSuper", *NOISE, family="javascript"),
    *each("function", _NODE_INTERNALS, *NOISE),
    *each("path", _GO_MODULES, OUT_OF_APP),
)

# The module that multiprocessing starts a child with.
CATEGORIES_2026: Final[tuple[Rule, ...]] = (
    between(
        Matcher("function", "<module>"),
        category("internals"),
        callee=Matcher("function", "spawn_main"),
    ),
)

TELEMETRY: Final[tuple[Rule, ...]] = (
    *each("module", "newrelic", *NOISE),
    *each("path", _OTHER_TELEMETRY_PATHS, *NOISE),
)
