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


NEVER = {"settings": {"infer_ip": "never"}}
AUTO = {"settings": {"infer_ip": "auto"}}
SERVER = {"env": {"REMOTE_ADDR": "9.9.9.9"}}


@pytest.mark.parametrize(
    ("payload", "address"),
    [
        ({"user": {"ip_address": "{{auto}}"}}, ADDRESS),
        ({"user": {"ip_address": "{{auto}}"}, "request": SERVER}, "9.9.9.9"),
        ({"user": {"ip_address": "{{auto}}"}, "sdk": NEVER}, None),
        ({"platform": "javascript"}, ADDRESS),
        ({"platform": "cocoa", "user": {"id": "1"}}, ADDRESS),
        ({"platform": "objc"}, ADDRESS),
        ({"platform": "python"}, None),
        ({"platform": "python", "sdk": AUTO}, ADDRESS),
        ({"platform": "python", "sdk": AUTO, "request": SERVER}, "9.9.9.9"),
        ({"platform": "javascript", "sdk": NEVER}, None),
        ({"request": SERVER}, "9.9.9.9"),
        ({"request": SERVER, "sdk": NEVER}, None),
        ({"request": {"env": {"REMOTE_ADDR": "nonsense"}}}, None),
        ({"request": {"env": {"REMOTE_ADDR": "{{auto}}"}}}, None),
        ({"platform": "javascript", "user": {"ip_address": "1.1.1.1"}}, "1.1.1.1"),
        ({"platform": "javascript", "user": {"ip_address": "1.1.1.1"}, "sdk": NEVER}, "1.1.1.1"),
        ({"platform": "python", "sdk": {"settings": {"infer_ip": "legacy"}}}, None),
    ],
)
def test_inferred_addresses(payload: dict[str, Any], address: str | None) -> None:
    user = normalized(payload, client_ip=ADDRESS).get("user", {})
    assert user.get("ip_address") == address


def test_the_senders_address_may_be_unknown() -> None:
    user = normalized({"user": {"ip_address": "{{auto}}"}})["user"]
    assert user == {"ip_address": "{{auto}}", "sentry_user": "ip:{{auto}}"}


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("1.0.0.0", True), ("255.255.255.255", True), ("::", True), ("fe80::1%eth0", True),
        ("::1.2.3.4", True), ("1.2.3", False), ("1.2.3.256", False), ("01.2.3.4", False),
        ("1.2.3.4 ", False), ("1.2.3.4\n", False), ("", False),
    ],
)  # fmt: skip
def test_addresses(address: str, is_one: bool) -> None:
    user = normalized({"user": {"id": "1", "ip_address": address}})["user"]
    assert user["ip_address"] == (address if is_one else None)


def find_place(address: str) -> dict[str, str] | None:
    return {"country_code": "AT", "city": "Vienna"} if address == ADDRESS else None


@pytest.mark.parametrize(
    ("user", "geo"),
    [
        ({"ip_address": ADDRESS}, {"country_code": "AT", "city": "Vienna"}),
        ({"ip_address": "{{auto}}"}, {"country_code": "AT", "city": "Vienna"}),
        ({"ip_address": ADDRESS, "geo": {"city": "Given"}}, {"city": "Given"}),
        ({"ip_address": "1.1.1.1"}, None),
        ({"id": "1"}, None),
    ],
)
def test_the_place_of_an_address(user: dict[str, Any], geo: Any) -> None:
    event = normalized({"user": user}, client_ip=ADDRESS, find_place=find_place)
    assert event["user"].get("geo") == geo


def test_no_place_is_sought_for_the_placeholder() -> None:
    event = normalized({"user": {"ip_address": "{{auto}}"}}, find_place=lambda _: {"city": "x"})
    assert "geo" not in event["user"]
