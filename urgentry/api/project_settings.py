"""The settings of a project that a client may change, from the API's names to the stored ones."""

from typing import Any

from urgentry.api.fields import Fields

MAX_TEXT = 200
FIXED = (
    *("autofixAutomationTuning", "builtinSymbolSources", "dataScrubber", "dataScrubberDefaults"),
    *("debugFilesRole", "digestsMaxDelay", "digestsMinDelay", "dynamicSamplingBiases"),
    *("enableAutoReleaseCreation", "fingerprintingRules", "groupingConfig"),
    *("groupingEnhancements", "isBookmarked", "options", "relayPiiConfig", "resolveAge"),
    *("safeFields", "scmSourceContextEnabled", "scrapeJavaScript", "scrubIPAddresses"),
    *("secondaryGroupingConfig", "secondaryGroupingExpiry", "securityToken"),
    *("securityTokenHeader", "seerScannerAutomation", "sensitiveFields", "storeCrashReports"),
    *("symbolSources", "verifySSL"),
)
"""What Sentry lets people set of a project, and this server does not."""


def read_settings(fields: Fields) -> dict[str, Any]:
    """The settings that a body gives, by the names under which they are stored."""
    given = {
        "allowed_origins": fields.texts("allowedDomains"),
        "subject_prefix": fields.text("subjectPrefix", longest=MAX_TEXT, may_be_empty=True),
        "subject_template": fields.text("subjectTemplate", longest=MAX_TEXT),
        "highlight_tags": fields.texts("highlightTags"),
        "highlight_context": fields.mapping("highlightContext"),
        "default_environment": fields.text(
            "defaultEnvironment", longest=MAX_TEXT, may_be_empty=True
        ),
    }
    return {name: value for name, value in given.items() if value is not None}
