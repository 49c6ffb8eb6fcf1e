"""Sentry's own snapshots of scrubbed payloads, with payloads that must become them.

A snapshot shows what is left. What stood there is made up: remarks tell its length, and the rule
what it has to look like.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from urgentry.domain.privacy_settings import PrivacySettings

NO_DEFAULTS = PrivacySettings(scrub_data=False, scrub_defaults=False)
ADDRESSES = PrivacySettings(scrub_data=False, scrub_defaults=False, scrub_ip_addresses=True)
ODD_NAME = "special ,./<>?!@#$%^&*())'gärbage'"

# By which rule something went, and what it was where its length does not say.
KNOWN = {"p": {6: "foobar", 19: "C:\\Windows\\System32"}}
LOOKS: dict[str, str] = {
    "@pemkey": "A" * 400,
    "@urlauth": "p" * 40,
    "strip-fields": "mystuff and more " * 10,
    "@password": "secret" + "v" * 400,
    "@bearer": "Bearer " + "t" * 90,
    "@anything": "x" * 90,
    "@cookies": "c" * 40,
    "myrule": "foo" * 9,
}
CARDS = {15: "378282246310005", 16: "4111111111111111", 19: "4111-1111-1111-1111"}


class Snapshot(msgspec.Struct, frozen=True):
    """A payload before and after, and the settings in between."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    settings: PrivacySettings
    is_span: bool
    """Whether it is one of a list of spans, whose attributes have plain values here."""


def advanced(*applied: tuple[str, str], **rules: Any) -> PrivacySettings:
    """Settings with advanced rules alone."""
    applications = {selector: [rule] for selector, rule in applied}
    text = json.dumps({"rules": rules, "applications": applications})
    return PrivacySettings(scrub_data=False, scrub_defaults=False, project_rules=text)


SETTINGS = {
    "convert_breadcrumb_message-2": PrivacySettings(sensitive_fields=("mystuff",)),
    "convert_explicit_fields": PrivacySettings(sensitive_fields=("mystuff",)),
    "convert_explicit_fields_case_insensitive": PrivacySettings(sensitive_fields=("myStuff",)),
    "convert_odd_keys": PrivacySettings(sensitive_fields=(ODD_NAME,)),
    "convert_sanitize_additional_sensitive_fields": PrivacySettings(
        sensitive_fields=("fieldy_field", "moar_other_field")
    ),
    "convert_safe_fields_for_token": PrivacySettings(
        safe_fields=("github_token", "access_token", "stripetoken")
    ),
    "convert_no_scrub_object_with_safe_fields": PrivacySettings(safe_fields=("credentials",)),
    "convert_http_remote_addr_stripped": ADDRESSES,
    "convert_ip_stripped": ADDRESSES,
    "convert_ip_stripped_spanv2": ADDRESSES,
    "convert_user": PrivacySettings(scrub_ip_addresses=True),
    "eap_scrub_attributes_pii_default_rules": PrivacySettings(
        scrub_ip_addresses=True, sensitive_fields=("very_sensitive_data",)
    ),
    "processor_anything_hash_on_container": advanced(("$object", "@anything:hash")),
    "processor_anything_hash_on_string": advanced(("$string", "@anything:hash")),
    "processor_no_field_upsert": advanced(("**", "@anything:remove")),
    "processor_redact_containers": advanced(("$object", "@anything")),
    "processor_quoted_keys": advanced(
        (f"extra.'{ODD_NAME.replace(chr(39), chr(39) * 2)}'", "@anything:remove")
    ),
    "processor_debugmeta_path_not_addressible_with_wildcard_selector": advanced(
        ("$string || **", "@anything:remove")
    ),
    "processor_remove_debugmeta_path": advanced(
        ("debug_meta.images.*.code_file", "@anything:remove")
    ),
    "processor_replace_debugmeta_path": advanced(
        ("debug_meta.images.*.code_file", "@anything:replace")
    ),
    "processor_hash_debugmeta_path": advanced(("debug_meta.images.*.code_file", "@anything:hash")),
    "processor_redact_custom_pattern": advanced(
        ("$string", "myrule"),
        myrule={
            "type": "pattern",
            "pattern": "foo",
            "redaction": {"method": "replace", "text": "asd"},
        },
    ),
    "processor_ignore_user_agent_ip_scrubbing": PrivacySettings(scrub_ip_addresses=True),
    "processor_basic_stripping": advanced(
        ("$string", "@ip"),
        ("$object.**", "remove_bad_headers"),
        remove_bad_headers={"type": "redact_pair", "keyPattern": "(?i)cookie|secret[-_]?key"},
    ),
}
PLACES = {
    "convert_sanitize_http_body": ("request",),
    "convert_sanitize_http_body_string": ("request",),
    "processor_trace_route_params_scrubbed": ("contexts", "trace"),
}
OTHERWISE = {
    "convert_user_ip_stripped": "older than convert_ip_stripped, which it contradicts",
    "convert_sdk_client_ip_stripped": "older than convert_ip_stripped, which it contradicts",
    "convert_regression_more_odd_keys": "a configuration: `test_privacy.py` compares it",
}
"""Snapshots that no payload can be made for, with the reason."""


def snapshots(folder: Path) -> Iterator[Snapshot | tuple[str, str]]:
    """Each snapshot of the folder, or its name and why it cannot be used."""
    for path in sorted(folder.glob("*.snap")):
        name = re.sub(r"relay_pii__|__tests_", "", path.stem)
        text = path.read_text().split("---\n", 2)[2]
        if name in OTHERWISE:
            yield name, OTHERWISE[name]
        elif not text.startswith("{"):
            yield name, "written as Rust shows a structure: compared by the unit tests"
        else:
            yield _snapshot(name, json.loads(text))


def _snapshot(name: str, left: dict[str, Any]) -> Snapshot:
    is_span = "attributes" in left or name.startswith("eap")
    after = _as_span(left) if is_span else _placed(left, _place(name))
    before = _before(after, after.get("_meta", {}))
    before.pop("_meta", None)
    if "_meta" in after:
        after["_meta"] = _scrubbing_only(after["_meta"])
    settings = SETTINGS.get(name, PrivacySettings())
    return Snapshot(name, before, after, settings, is_span)


def _scrubbing_only(node: dict[str, Any]) -> dict[str, Any]:
    """Without what Sentry said when it read the payload."""
    left = {}
    for step, below in node.items():
        kept = below if step == "" and "rem" in below else step and _scrubbing_only(below)
        if kept:
            left[step] = kept
    return left


def _place(name: str) -> tuple[Any, ...]:
    if name in PLACES:
        return PLACES[name]
    if "breadcrumb_data" in name:
        return ("breadcrumbs", "values", 0)
    return ("spans", 0) if "span_data" in name else ()


def _as_span(left: dict[str, Any]) -> dict[str, Any]:
    """Attributes without what stands beside their values, and remarks where these are."""
    meta = left.pop("_meta", {})
    attributes = left.get("attributes", left)
    told = meta.get("attributes", meta)
    return {
        "attributes": {name: each["value"] for name, each in attributes.items()},
        "_meta": {"attributes": {name: each["value"] for name, each in told.items()}},
    }


def _placed(left: dict[str, Any], place: tuple[Any, ...]) -> dict[str, Any]:
    meta = left.pop("_meta", None)
    value: Any = left
    for step in reversed(place):
        value = [value] if step == 0 else {step: value}
        meta = None if meta is None else {str(step): meta}
    if meta is not None:
        value["_meta"] = meta
    return dict(value)


def _before(value: Any, meta: dict[str, Any]) -> Any:
    note = meta.get("", {})
    if note.get("rem"):
        return _original(value, note)
    if isinstance(value, dict):
        return {key: _before(each, meta.get(key, {})) for key, each in value.items()}
    if isinstance(value, list):
        return [_before(each, meta.get(str(index), {})) for index, each in enumerate(value)]
    return value


def _original(value: Any, note: dict[str, Any]) -> Any:
    remarks, length = note["rem"], note.get("len")
    if value is None:
        rule = remarks[0][0]
        if length is not None:
            return _filling(rule, length)
        return {"a": "b"} if "anything" in rule or "password" in rule else "x"
    if length is None:  # a path of which only the name is left
        return f"C:\\Windows\\{value}"
    missing = length - len(value) + sum(stop - start for _, _, start, stop in remarks)
    if "\\" in value:
        missing += len(value) - value.rindex("\\")
    text, end = "", 0
    for number, (rule, kind, start, stop) in enumerate(remarks):
        share = _share(rule, missing, len(remarks) - number)
        missing -= share
        text += value[end:start] + (KNOWN["p"][share] if kind == "p" else _filling(rule, share))
        end = stop
    return text + value[end:]


def _share(rule: str, missing: int, parts: int) -> int:
    """How much of what is missing one rule took: of those that follow, cards have a length."""
    return missing - 19 * (parts - 1) if rule.startswith("@email") else missing // parts


def _filling(rule: str, length: int) -> str:
    kind = rule.partition(":")[0]
    if kind == "@creditcard":
        return CARDS[length]
    if kind == "@usssn":
        return "078-05-1120"
    if kind == "@iban":
        return "DE89370400440532013000"[:length]
    if kind == "@email":
        return "a" * (length - 6) + "@b.com"
    if kind == "@ip":
        return _address(length)
    return LOOKS[kind][:length]


def _address(length: int) -> str:
    if length > len("255.255.255.255"):
        return "2001:0db8:85a3:0000:0000:8a2e:0370:7334"[-length:]
    octets = ["1"] * 4
    for index in range(length - len("1.1.1.1")):
        octets[index % 4] += "1"
    return ".".join(octets)
