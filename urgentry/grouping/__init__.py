"""Grouping: which events are one issue, and what that issue is called. Pure; no I/O.

`group_event(event, config)` prepares an event's stack traces and answers its hashes; `describe`
gives title and culprit, `explain_event` and `grouping_info` tell a person why, and `compile_config`
makes a configuration of a released version and a project's own rules.
"""

from urgentry.grouping.config import (
    GroupingConfig,
    check_enhancements,
    check_fingerprinting,
    compile_config,
)
from urgentry.grouping.describe import Description, describe
from urgentry.grouping.explain import grouping_info
from urgentry.grouping.flags import DEFAULT_CONFIG, RELEASED
from urgentry.grouping.invalid import InvalidRule
from urgentry.grouping.outcome import Grouping, Variant
from urgentry.grouping.stacktrace import StackMemory
from urgentry.grouping.variants import explain_event, group_event

__all__ = [
    "DEFAULT_CONFIG",
    "RELEASED",
    "Description",
    "Grouping",
    "GroupingConfig",
    "InvalidRule",
    "StackMemory",
    "Variant",
    "check_enhancements",
    "check_fingerprinting",
    "compile_config",
    "describe",
    "explain_event",
    "group_event",
    "grouping_info",
]
