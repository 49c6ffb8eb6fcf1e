"""What is removed from data, as the settings of projects and organizations have it in the API."""

from typing import Any

from urgentry.api.fields import Fields
from urgentry.domain.privacy_settings import DataRules
from urgentry.tenancy.privacy import MAX_RULES_CHARS, RulesChange


def read_rules_change(fields: Fields) -> RulesChange:
    """What a body wants. Advanced rules of null or nothing are none."""
    advanced = fields.text("relayPiiConfig", longest=MAX_RULES_CHARS, may_be_empty=True)
    if advanced is None and "relayPiiConfig" in fields:
        advanced = ""
    return RulesChange(
        scrub_data=fields.flag("dataScrubber"),
        scrub_defaults=fields.flag("dataScrubberDefaults"),
        scrub_ip_addresses=fields.flag("scrubIPAddresses"),
        sensitive_fields=_listed(fields, "sensitiveFields"),
        safe_fields=_listed(fields, "safeFields"),
        advanced=advanced,
    )


def rules_shape(rules: DataRules) -> dict[str, Any]:
    """The rules under the API's names."""
    return {
        "dataScrubber": rules.scrub_data,
        "dataScrubberDefaults": rules.scrub_defaults,
        "scrubIPAddresses": rules.scrub_ip_addresses,
        "sensitiveFields": list(rules.sensitive_fields),
        "safeFields": list(rules.safe_fields),
        "relayPiiConfig": rules.advanced or None,
    }


def _listed(fields: Fields, name: str) -> tuple[str, ...] | None:
    given = fields.texts(name)
    return None if given is None else tuple(filter(None, map(str.strip, given)))
