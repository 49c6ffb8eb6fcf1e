"""Unreal Engine: its own error reporting is the end of the story, what called it is the app's."""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import OUT_OF_APP, each
from urgentry.grouping.enhancements.rules import Flag, Rule

_REPORTERS: Final = """
    FDebug::CheckVerifyFailedImpl*
    FDebug::EnsureFailed*
    FDebug::AssertFailed*
    FDebug::OptionallyLogFormattedEnsureMessageReturningFalse*
    UE::Logging::Private::BasicFatalLog*
    UE::Assert::Private::ExecCheckImplInternal*
    USentrySubsystem::CaptureMessage*
    USentrySubsystem::CaptureEvent*
    USentrySubsystem::CaptureException*
"""

RULES: Final[tuple[Rule, ...]] = each(
    "function",
    _REPORTERS,
    Flag("app", value=True, span="v"),
    OUT_OF_APP,
    Flag("app", value=False, span="^"),
    family="native",
)
