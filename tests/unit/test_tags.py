"""Tags that an event has beside its own: those that its attributes are searched by."""

from typing import Any

import pytest

from urgentry.ingest.tags import collect_tags


def of_context(name: str, context: dict[str, Any]) -> dict[str, str]:
    return dict(collect_tags({"contexts": {name: {"type": name} | context}}))


@pytest.mark.parametrize(
    ("name", "context", "tags"),
    [
        ("os", {"name": "Linux", "version": "6.1", "rooted": False},
         {"os": "Linux 6.1", "os.name": "Linux", "os.rooted": "no"}),
        ("os", {"name": "Debian", "version": "12.11\n"},
         {"os": "Debian 12.11", "os.name": "Debian"}),
        ("client_os", {"type": "os", "name": "iOS"}, {"client_os": "iOS", "client_os.name": "iOS"}),
        ("browser", {"name": "Firefox", "version": "140"},
         {"browser": "Firefox 140", "browser.name": "Firefox"}),
        ("phone", {"type": "device", "model": "Pixel 9", "family": "Pixel"},
         {"phone": "Pixel 9", "phone.family": "Pixel"}),
        ("app", {"device_app_hash": "ab"}, {"app.device": "ab"}),
        ("gpu", {"name": "A", "vendor_name": "B"}, {"gpu.name": "A", "gpu.vendor": "B"}),
        ("ota_updates", {"channel": "beta"}, {"ota_updates.channel": "beta"}),
        ("trace", {"trace_id": "a" * 32}, {"trace": "a" * 32}),
        ("mine", {"name": "x"}, {}),
        ("odd name", {"type": "os", "name": "x"}, {}),
        ("os", {"name": 3}, {}),
    ],
)  # fmt: skip
def test_contexts(name: str, context: dict[str, Any], tags: dict[str, str]) -> None:
    assert of_context(name, context) == tags


def test_attributes_and_the_clients_own_tags_go_before_contexts() -> None:
    contexts = {
        "user": {"type": "os", "name": "forged"},
        "os": {"type": "os", "name": "Linux", "version": "6"},
    }
    event = {
        "contexts": contexts,
        "user": {"sentry_user": "id:1"},
        "tags": [["os", "Mine"], ["empty", None]],
    }
    tags = dict(collect_tags(event))
    assert tags["user"] == "id:1"
    assert tags["os"] == "Mine"
    assert "empty" not in tags


def test_contexts_make_no_flood_of_tags() -> None:
    contexts = {f"c{n}": {"type": "os", "name": "x"} for n in range(500)}
    assert len(collect_tags({"contexts": contexts})) <= 202
