"""A grouping configuration made ready: flags, compiled rules, and what was seen under them.

The ingest stage keeps one per distinct combination of version and project rules, since its memory
of frames and stacks makes the next event cheap.
"""

from dataclasses import dataclass

from urgentry.grouping.enhancements.builtin import base_rules
from urgentry.grouping.enhancements.index import RuleIndex
from urgentry.grouping.enhancements.syntax import parse_rules
from urgentry.grouping.fingerprints.builtin import BUILT_IN
from urgentry.grouping.fingerprints.rules import FingerprintRule
from urgentry.grouping.fingerprints.syntax import parse_fingerprint_rules
from urgentry.grouping.flags import DEFAULT_CONFIG, RELEASED, Flags
from urgentry.grouping.messages import Replace, replacer
from urgentry.grouping.stacktrace import Stacktraces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupingConfig:
    """Made by `compile_config`."""

    id: str
    flags: Flags
    stacktraces: Stacktraces
    fingerprint_rules: tuple[FingerprintRule, ...]
    replace_ids: Replace


def compile_config(
    config_id: str = DEFAULT_CONFIG, *, enhancements: str = "", fingerprinting: str = ""
) -> GroupingConfig:
    """The configuration of a project; its own rules stand after (fingerprints: before) ours.

    Raises InvalidRule for a text outside the grammar, and KeyError for an unreleased version.
    """
    own = parse_fingerprint_rules(fingerprinting)
    return assemble(config_id, enhancements=enhancements, fingerprint_rules=own)


def assemble(
    config_id: str, *, enhancements: str, fingerprint_rules: tuple[FingerprintRule, ...]
) -> GroupingConfig:
    """As `compile_config`, from fingerprint rules that were read already."""
    flags = RELEASED[config_id]
    rules = (*base_rules(flags.base_rules), *parse_rules(enhancements))
    return GroupingConfig(
        id=config_id,
        flags=flags,
        stacktraces=Stacktraces(RuleIndex(rules), flags),
        fingerprint_rules=(*fingerprint_rules, *BUILT_IN),
        replace_ids=replacer(flags.parameterization),
    )
