"""Where native code lives: the app's own, the system's, and where raising an error begins."""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import (
    BORDER,
    CALLS_FROM_HERE_NOT_GROUPING,
    IN_APP,
    NOISE,
    NOT_GROUPING,
    OUT_OF_APP,
    each,
)
from urgentry.grouping.enhancements.rules import Rule

_APPLE_APPS: Final = """
    /var/containers/Bundle/Application/**
    /private/var/containers/Bundle/Application/**
    **/Developer/CoreSimulator/Devices/**
    **/Containers/Bundle/Application/**
"""
_UNIX_PACKAGES: Final = """
    /lib/**
    /usr/lib/**
"""
_UNIX_PATHS: Final = """
    /usr/local/lib/**
    /usr/local/Cellar/**
"""
_MAC_APPS: Final = """
    **.app/Contents/**
    /Users/**
"""
_RUST_CRATES: Final = """
    std::*
    core::*
    alloc::*
    __rust_*
"""

_RUST_BORDERS: Final = """
    std::panicking::begin_panic
    core::panicking::begin_panic
    failure::backtrace::Backtrace::new
    error_chain::make_backtrace
"""
_NEWER_RUST_BORDERS: Final = """
    rust_begin_unwind
    core::panicking::panic_fmt
    std::panicking::panic_fmt
"""
_C_BORDERS: Final = """
    _CxxThrowException
    __cxa_throw
    __assert_rtn
"""
_OBJECTIVE_C_BORDER: Final = "_NSRaiseError"

_BREAKPAD_HANDLERS: Final = """
    google_breakpad::ExceptionHandler::SignalHandler
    google_breakpad::ExceptionHandler::WriteMinidumpWithException
"""
_BUNDLED_FRAMEWORKS: Final = """
    **/Frameworks/libswift*.dylib
    **/Frameworks/KSCrash.framework/**
    **/Frameworks/SentrySwift.framework/**
    **/Frameworks/Sentry.framework/**
"""
# With static linking, and in Cocoa SDKs before 7.0, the reporter's code is in the app's binary.
_STATIC_REPORTERS: Final = """
    kscm_*
    sentrycrashcm_*
    kscrash_*
    *sentrycrash_*
    ?[[]KSCrash*
    ?[[]RNSentry*
    __*[[]Sentry*
    ?[[]Sentry*
"""

APP_AND_SYSTEM_2023: Final[tuple[Rule, ...]] = (
    *each("package", _APPLE_APPS, IN_APP, family="native"),
    *each("package", _UNIX_PACKAGES, OUT_OF_APP, family="native"),
    *each("path", _UNIX_PATHS, OUT_OF_APP, family="native"),
    *each("package", "linux-gate.so*", OUT_OF_APP, family="native"),
    *each("package", _MAC_APPS, IN_APP, family="native"),
    *each("function", _RUST_CRATES, OUT_OF_APP, family="native"),
)

APP_AND_SYSTEM_2026: Final[tuple[Rule, ...]] = (
    *each("package", _APPLE_APPS, IN_APP, family="native"),
    *each("package", _UNIX_PACKAGES, OUT_OF_APP),
    *each("path", _UNIX_PATHS, OUT_OF_APP),
    *each("path", "**/.local/share/**", OUT_OF_APP),
    *each("package", _MAC_APPS, IN_APP, family="native"),
    *each("function", _RUST_CRATES, OUT_OF_APP, family="native"),
)

_OTHER_BORDERS: Final[tuple[Rule, ...]] = (
    *each("function", _C_BORDERS, *BORDER, family="native"),
    *each("function", _OBJECTIVE_C_BORDER, *BORDER, family="native"),
    *each("function", "_mh_execute_header", NOT_GROUPING, OUT_OF_APP, family="native"),
)
BORDERS_2023: Final[tuple[Rule, ...]] = (
    *each("function", _RUST_BORDERS, *BORDER, family="native"),
    *_OTHER_BORDERS,
)
BORDERS_2026: Final[tuple[Rule, ...]] = (
    *each("function", _RUST_BORDERS, *BORDER, family="native"),
    *each("function", _NEWER_RUST_BORDERS, *BORDER, family="native"),
    *_OTHER_BORDERS,
)

CRASH_REPORTERS: Final[tuple[Rule, ...]] = (
    *each("function", "google_breakpad::*", *NOISE, family="native"),
    *each(
        "function",
        _BREAKPAD_HANDLERS,
        CALLS_FROM_HERE_NOT_GROUPING,
        NOT_GROUPING,
        family="native",
    ),
    *each("package", _BUNDLED_FRAMEWORKS, OUT_OF_APP, family="native"),
    *each("function", _STATIC_REPORTERS, *NOISE, family="native"),
)
