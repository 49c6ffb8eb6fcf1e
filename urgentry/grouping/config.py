"""A grouping configuration made ready: flags, compiled rules, and what was seen under them.

The ingest stage keeps one per distinct combination of version and project rules, since its memory
of frames and stacks makes the next event cheap.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from urgentry.grouping.enhancements.builtin import base_rules
from urgentry.grouping.enhancements.index import RuleIndex
from urgentry.grouping.enhancements.syntax import parse_rules
from urgentry.grouping.families import FAMILIES, Family
from urgentry.grouping.fingerprints.builtin import BUILT_IN
from urgentry.grouping.fingerprints.rules import FingerprintRule
from urgentry.grouping.fingerprints.syntax import parse_fingerprint_rules
from urgentry.grouping.flags import DEFAULT_CONFIG, RELEASED, Flags
from urgentry.grouping.messages import Replace, replacer
from urgentry.grouping.stacktrace import StackMemory, Stacktraces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupingConfig:
    """Made by `compile_config`."""

    id: str
    flags: Flags
    stacktraces: Stacktraces
    fingerprint_rules: Mapping[Family, tuple[FingerprintRule, ...]]
    """In order; by the platform family of events, since most of our own are for JavaScript."""
    replace_ids: Replace


def compile_config(
    config_id: str = DEFAULT_CONFIG,
    *,
    enhancements: str = "",
    fingerprinting: str = "",
    memory: StackMemory | None = None,
) -> GroupingConfig:
    """The configuration of a project; its own rules stand after (fingerprints: before) ours.
    Configurations that are in use beside each other share a memory, which bounds what it takes.

    Raises InvalidRule for a text outside the grammar, and KeyError for an unreleased version.
    """
    own = parse_fingerprint_rules(fingerprinting)
    return assemble(
        config_id, enhancements=enhancements, fingerprint_rules=own, memory=memory or StackMemory()
    )


def check_enhancements(text: str) -> int:
    """How many stack-trace rules a text has; InvalidRule where it cannot be read."""
    return len(parse_rules(text))


def check_fingerprinting(text: str) -> int:
    """How many fingerprint rules a text has; InvalidRule where it cannot be read."""
    return len(parse_fingerprint_rules(text))


def assemble(
    config_id: str,
    *,
    enhancements: str,
    fingerprint_rules: tuple[FingerprintRule, ...],
    memory: StackMemory,
) -> GroupingConfig:
    """As `compile_config`, from fingerprint rules that were read already."""
    flags = RELEASED[config_id]
    ordered = (*fingerprint_rules, *BUILT_IN)
    rules = (*base_rules(flags.base_rules), *parse_rules(enhancements))
    return GroupingConfig(
        id=config_id,
        flags=flags,
        stacktraces=Stacktraces(RuleIndex(rules), flags, memory),
        fingerprint_rules={
            family: tuple(rule for rule in ordered if rule.may_hold_for(family))
            for family in FAMILIES
        },
        replace_ids=replacer(flags.parameterization),
    )
