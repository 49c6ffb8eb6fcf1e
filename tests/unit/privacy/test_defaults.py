"""Default scrubbing: what a project's switches and lists of fields do."""

from typing import Any

import pytest

from tests.unit.privacy.scrubbing import extra, note, scrubbed
from urgentry.domain.privacy_settings import (
    DataRules,
    PrivacySettings,
    effective,
    read_organization_rules,
    read_project_rules,
    stored_rules,
)
from urgentry.privacy import InvalidRules, check_field
from urgentry.privacy.defaults import safe_selector
from urgentry.privacy.selectors import parse_selector

NOTHING = PrivacySettings(scrub_data=False, scrub_defaults=False)


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        (PrivacySettings(), "[Filtered]"),
        (PrivacySettings(scrub_data=False), "secret"),
        (PrivacySettings(scrub_defaults=False), "secret"),
        (PrivacySettings(scrub_defaults=False, sensitive_fields=("ECRE",)), "[Filtered]"),
        (PrivacySettings(scrub_data=False, sensitive_fields=("ecre",)), "secret"),
        (PrivacySettings(safe_fields=("K",)), "secret"),
        (PrivacySettings(safe_fields=("extra.*",)), "secret"),
        (PrivacySettings(safe_fields=("other || k",)), "secret"),
        (PrivacySettings(safe_fields=("other",)), "[Filtered]"),
        (PrivacySettings(safe_fields=("k*", " ")), "[Filtered]"),
    ],
)
def test_the_switches(settings: PrivacySettings, left: str) -> None:
    assert extra("secret", settings) == left


def test_addresses_go_with_or_without_the_rest() -> None:
    event = {
        "user": {"ip_address": "1.2.3.4", "username": "me at 1.2.3.4"},
        "sdk": {"client_ip": "1.2.3.4"},
        "request": {
            "env": {"REMOTE_ADDR": "1.2.3.4"},
            "headers": [["User-Agent", "1.2.3.4"], ["X", "1.2.3.4"]],
        },
        "exception": {"values": [{"value": "cannot reach 1.2.3.4"}]},
    }
    for settings in (
        PrivacySettings(scrub_ip_addresses=True),
        PrivacySettings(scrub_ip_addresses=True, scrub_data=False),
    ):
        left = scrubbed(event, settings)
        assert left["user"] == {"ip_address": None, "username": "me at [ip]"}
        assert left["sdk"] == {"client_ip": None}
        assert left["request"]["env"] == {"REMOTE_ADDR": None}
        assert left["request"]["headers"] == [["User-Agent", "1.2.3.4"], ["X", "[ip]"]]
        assert left["exception"]["values"] == [{"value": "cannot reach 1.2.3.4"}]


def test_what_people_read_keeps_its_words() -> None:
    """Messages of exceptions stay as they are, log messages lose what is surely secret."""
    event = {
        "logentry": {"formatted": "auth of a@b.com failed for 4111 1111 1111 1111"},
        "exception": {"values": [{"value": "no password for a@b.com"}]},
        "stacktrace": {"frames": [{"abs_path": "/srv/auth/secret.py"}]},
    }
    left = scrubbed(event, PrivacySettings())
    assert left["logentry"] == {"formatted": "auth of [email] failed for [creditcard]"}
    assert left["exception"] == event["exception"]
    assert left["stacktrace"] == event["stacktrace"]


def test_session_cookies_go_and_others_stay() -> None:
    event = {"request": {"cookies": [["sessionid", "1"], ["theme", "dark"], ["csrftoken", "2"]]}}
    assert scrubbed(event, PrivacySettings())["request"]["cookies"] == [
        ["sessionid", "[Filtered]"],
        ["theme", "dark"],
        ["csrftoken", "[Filtered]"],
    ]


def test_a_sensitive_field_is_told_by_its_rule() -> None:
    event = scrubbed({"extra": {"MyStuff": "x"}}, PrivacySettings(sensitive_fields=("mystuff",)))
    assert note(event, "extra", "MyStuff") == {"rem": [["strip-fields", "s", 0, 10]], "len": 1}


def test_a_sensitive_field_is_no_pattern() -> None:
    settings = PrivacySettings(scrub_defaults=False, sensitive_fields=("a.c", "b|d"))
    assert extra("x", settings, key="abc") == "x"
    assert extra("x", settings, key="a.c") == "[Filtered]"
    assert extra("x", settings, key="b") == "x"


def test_safe_fields_of_any_spelling() -> None:
    assert safe_selector("B.c") == parse_selector("b.c")
    assert safe_selector("it's*") == parse_selector("'it''s*'")


@pytest.mark.parametrize("name", ["", " ", "x" * 201])
def test_what_cannot_be_a_field(name: str) -> None:
    with pytest.raises(InvalidRules):
        check_field(name)


def test_what_an_organization_asks_for_holds_in_every_project() -> None:
    off = DataRules(scrub_data=False, scrub_defaults=False, safe_fields=("b",), advanced="p")
    asked = DataRules(
        scrub_data=True,
        scrub_defaults=True,
        scrub_ip_addresses=True,
        sensitive_fields=("x",),
        safe_fields=("a",),
        advanced="o",
    )
    assert effective(off, asked) == PrivacySettings(
        scrub_ip_addresses=True,
        sensitive_fields=("x",),
        safe_fields=("a", "b"),
        organization_rules="o",
        project_rules="p",
    )


def test_at_first_a_project_scrubs_and_an_organization_asks_for_nothing() -> None:
    stored: dict[str, Any] = {"storm_after": 1}
    assert (
        effective(read_project_rules(stored), read_organization_rules(stored)) == PrivacySettings()
    )
    assert (
        effective(DataRules(scrub_data=False, scrub_defaults=False), read_organization_rules({}))
        == NOTHING
    )


def test_settings_survive_being_stored() -> None:
    rules = DataRules(scrub_data=False, scrub_defaults=True, sensitive_fields=("a", "b"))
    assert read_project_rules(stored_rules(rules)) == rules
    assert read_organization_rules(stored_rules(rules)) == rules
