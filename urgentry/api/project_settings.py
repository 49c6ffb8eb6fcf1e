"""The settings of a project that a client may change, from the API's names to the stored ones."""

from typing import Any

from urgentry.api.fields import Fields
from urgentry.domain.crash_reports import MOST, UNLIMITED
from urgentry.domain.storms import LEAST_ONE_IN, MOST_AFTER, MOST_ONE_IN
from urgentry.grouping import RELEASED
from urgentry.protocol.origins import patterns_problem
from urgentry.tenancy.grouping import MAX_RULES_CHARS, GroupingChange

MAX_TEXT = 200
FIXED = (
    *("autofixAutomationTuning", "builtinSymbolSources"),
    *("debugFilesRole", "digestsMaxDelay", "digestsMinDelay", "dynamicSamplingBiases"),
    *("enableAutoReleaseCreation", "isBookmarked", "resolveAge"),
    *("scmSourceContextEnabled", "scrapeJavaScript"),
    *("secondaryGroupingConfig", "secondaryGroupingExpiry", "securityToken"),
    *("securityTokenHeader", "seerScannerAutomation"),
    *("symbolSources", "verifySSL"),
)
"""What Sentry lets people set of a project, and this server does not."""


def read_grouping_change(fields: Fields) -> GroupingChange:
    """What a body wants of grouping."""
    return GroupingChange(
        config=fields.choice("groupingConfig", RELEASED),
        enhancements=fields.text(
            "groupingEnhancements", longest=MAX_RULES_CHARS, may_be_empty=True
        ),
        fingerprinting=fields.text(
            "fingerprintingRules", longest=MAX_RULES_CHARS, may_be_empty=True
        ),
    )


def read_settings(fields: Fields) -> dict[str, Any]:
    """The settings that a body gives, by the names under which they are stored."""
    given = {
        "allowed_origins": _allowed_origins(fields),
        "subject_prefix": fields.text("subjectPrefix", longest=MAX_TEXT, may_be_empty=True),
        "subject_template": fields.text("subjectTemplate", longest=MAX_TEXT),
        "highlight_tags": fields.texts("highlightTags"),
        "highlight_context": fields.mapping("highlightContext"),
        "default_environment": fields.text(
            "defaultEnvironment", longest=MAX_TEXT, may_be_empty=True
        ),
        "store_crash_reports": fields.integer("storeCrashReports", least=UNLIMITED, most=MOST),
        "spike_protection": fields.flag("spikeProtection"),
        "storm_after": fields.integer("stormStoredFirst", most=MOST_AFTER),
        "storm_one_in": fields.integer("stormStoredOneIn", least=LEAST_ONE_IN, most=MOST_ONE_IN),
    }
    return {name: value for name, value in given.items() if value is not None}


def _allowed_origins(fields: Fields) -> list[str] | None:
    given = fields.texts("allowedDomains")
    if given is None:
        return None
    patterns = [pattern for one in given if (pattern := one.strip())]
    if problem := patterns_problem(patterns):
        fields.refuse("allowedDomains", problem)
    return patterns
