"""Our own stack-trace rules, kept as facts by platform and put in order here.

Later rules see what earlier ones did, so the order is part of a released configuration: in 2023
app and border rules stood before categories, in 2026 categories come first.
"""

from functools import cache

from urgentry.grouping.enhancements.builtin import (
    dart,
    java,
    native,
    native_categories,
    noise,
    scripts,
    unreal,
)
from urgentry.grouping.enhancements.rules import Rule


@cache
def base_rules(release: str) -> tuple[Rule, ...]:
    """The rules that stand before a project's own, their patterns compiled."""
    rules = _rules_of_2023() if release == "2023-01-11" else _rules_of_2026()
    for rule in rules:
        for matcher in rule.on_frame:
            matcher.glob.test("")
    return rules


def _rules_of_2023() -> tuple[Rule, ...]:
    return (
        *native.APP_AND_SYSTEM_2023,
        *native.BORDERS_2023,
        *native.CRASH_REPORTERS,
        *dart.RULES_2023,
        *native_categories.RULES,
        *java.CATEGORIES,
        *noise.RULES_2023,
        *scripts.RULES_2023,
        *java.LIBRARIES_2023,
        *scripts.TELEMETRY,
    )


def _rules_of_2026() -> tuple[Rule, ...]:
    return (
        *native_categories.RULES,
        *native_categories.LINUX_KERNEL,
        *java.CATEGORIES,
        *java.FRAMEWORKS_2026,
        *scripts.CATEGORIES_2026,
        *native.APP_AND_SYSTEM_2026,
        *native.BORDERS_2026,
        *unreal.RULES,
        *native.CRASH_REPORTERS,
        *dart.RULES_2026,
        *noise.RULES_2026,
        *scripts.RULES_2026,
        *java.LIBRARIES_2026,
        *scripts.TELEMETRY,
    )
