"""What a project wants removed from its data, and what its organization asks of all of them."""

from typing import Any

import msgspec


class DataRules(msgspec.Struct, frozen=True, kw_only=True):
    """What one project or one organization sets. Of an organization, what is on is on for every
    project."""

    scrub_data: bool
    scrub_defaults: bool
    scrub_ip_addresses: bool = False
    sensitive_fields: tuple[str, ...] = ()
    """Members whose values are removed, by any part of their name."""
    safe_fields: tuple[str, ...] = ()
    """Members (or selectors of them) that default scrubbing leaves alone."""
    advanced: str = ""
    """Rules and where they apply, as JSON; empty for none."""


class PrivacySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What ingest removes from a project's data."""

    scrub_data: bool = True
    scrub_defaults: bool = True
    scrub_ip_addresses: bool = False
    sensitive_fields: tuple[str, ...] = ()
    safe_fields: tuple[str, ...] = ()
    organization_rules: str = ""
    project_rules: str = ""


def effective(project: DataRules, organization: DataRules) -> PrivacySettings:
    """The project's rules and those that its organization asks for."""
    return PrivacySettings(
        scrub_data=project.scrub_data or organization.scrub_data,
        scrub_defaults=project.scrub_defaults or organization.scrub_defaults,
        scrub_ip_addresses=project.scrub_ip_addresses or organization.scrub_ip_addresses,
        sensitive_fields=organization.sensitive_fields + project.sensitive_fields,
        safe_fields=organization.safe_fields + project.safe_fields,
        organization_rules=organization.advanced,
        project_rules=project.advanced,
    )


def read_project_rules(stored: dict[str, Any]) -> DataRules:
    """From a project's stored settings: at first everything usual is removed."""
    return _read(stored, scrubs=True)


def read_organization_rules(stored: dict[str, Any]) -> DataRules:
    """From an organization's stored settings: at first it asks for nothing."""
    return _read(stored, scrubs=False)


def stored_rules(rules: DataRules) -> dict[str, Any]:
    """What the readers above read."""
    return {"privacy": msgspec.to_builtins(rules)}


def _read(stored: dict[str, Any], *, scrubs: bool) -> DataRules:
    given = {"scrub_data": scrubs, "scrub_defaults": scrubs} | stored.get("privacy", {})
    return msgspec.convert(given, DataRules)
