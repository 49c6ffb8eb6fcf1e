"""The user, what identifies one, and whose address it is."""

from typing import Any

import pytest

from tests.unit.normalize.events import errors_of, normalized

ADDRESS = "203.0.113.7"


@pytest.mark.parametrize(
    ("given", "identity"),
    [
        ({"id": 1, "username": "u", "email": "e", "ip_address": "1.2.3.4"}, "id:1"),
        ({"username": "u", "email": "e", "ip_address": "1.2.3.4"}, "username:u"),
        ({"email": "e", "ip_address": "1.2.3.4"}, "email:e"),
        ({"ip_address": "::1"}, "ip:::1"),
        ({"id": "", "email": "e"}, "email:e"),
        ({"sentry_user": "forged", "email": "e"}, "email:e"),
    ],
)
def test_the_first_identity_counts(given: dict[str, Any], identity: str) -> None:
    assert normalized({"user": given})["user"]["sentry_user"] == identity


def test_unknown_members_go_to_data() -> None:
    event = normalized({"user": {"id": True, "plan": "x", "data": {"a": 1}}})
    assert event["user"] == {
        "id": "True",
        "data": {"plan": "x", "a": 1},
        "sentry_user": "id:True",
    }


def test_an_empty_user_is_none() -> None:
    assert "user" not in normalized({"user": {}})
    assert "user" not in normalized({"user": {"id": None, "geo": {}}})


def test_a_wrong_address_is_null_and_told() -> None:
    event = normalized({"user": {"id": 1, "ip_address": "abc"}})
    assert event["user"]["ip_address"] is None
    assert errors_of(event) == [("user.ip_address", "invalid_data")]


@pytest.mark.parametrize(
    ("payload", "address"),
    [
        ({"user": {"ip_address": "{{auto}}"}}, ADDRESS),
        ({"platform": "javascript"}, ADDRESS),
        ({"platform": "python"}, None),
        ({"platform": "python", "sdk": {"settings": {"infer_ip": "auto"}}}, ADDRESS),
        ({"platform": "javascript", "sdk": {"settings": {"infer_ip": "never"}}}, None),
        ({"request": {"env": {"REMOTE_ADDR": "9.9.9.9"}}}, "9.9.9.9"),
        ({"platform": "javascript", "user": {"ip_address": "1.1.1.1"}}, "1.1.1.1"),
    ],
)
def test_inferred_addresses(payload: dict[str, Any], address: str | None) -> None:
    user = normalized(payload, client_ip=ADDRESS).get("user", {})
    assert user.get("ip_address") == address
