"""A project's own grouping rules and its move between configurations, from the API to the issues
that new events go to."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.server.running_server import Bootstrapped, RunningServer
from tests.unit.grouping.test_released import EVENTS

OLD, NEW = "newstyle:2023-01-11", "newstyle:2026-01-20"
CHANGE_KNOWN_S = 5.0
"""Servers know a changed project within a second; generous for a busy machine."""


class Shop:
    """One project, its events and its issues."""

    def __init__(self, api: httpx.Client, made: Bootstrapped) -> None:
        self.api = api
        key, _, host = made.dsn.removeprefix("http://").rpartition("/")[0].partition("@")
        self._store = f"http://{host}/api/{made.project_id}/store/?sentry_key={key}"
        self.place = f"/projects/{made.organization}/{made.project}/"
        self._issues = f"/organizations/{made.organization}/issues/"

    def send(self, **event: Any) -> str:
        """Sends an event; its id."""
        event_id = secrets.token_hex(16)
        answer = self.api.post(self._store, json={"event_id": event_id, **event})
        assert answer.status_code == 200, answer.text
        return event_id

    def set(self, **settings: Any) -> dict[str, Any]:
        """Changes the project."""
        answer = self.api.put(self.place, json=settings)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed

    def stored(self, event_id: str) -> dict[str, Any]:
        """The event as the API tells it."""
        found: dict[str, Any] = self.api.get(f"{self.place}events/{event_id}/").json()
        return found

    def info(self, event_id: str) -> dict[str, Any]:
        """Why it was grouped so."""
        answer = self.api.get(f"{self.place}events/{event_id}/grouping-info/")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def issue_of(self, event_id: str) -> str:
        """The id of an event's issue."""
        return str(self.stored(event_id)["groupID"])

    def count(self, issue_id: str) -> int:
        """Events of an issue."""
        return int(self.api.get(f"{self._issues}{issue_id}/").json()["count"])

    def until(self, send: Callable[[], str], holds: Callable[[str], bool]) -> str:
        """Sends until what a change promised holds for the event just sent; its id."""
        deadline = time.monotonic() + CHANGE_KNOWN_S
        while not holds(event_id := send()):
            assert time.monotonic() < deadline, "the change is not known yet"
            time.sleep(0.1)
        return event_id


@contextmanager
def opened(server: RunningServer, made: Bootstrapped) -> Iterator[Shop]:
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    with httpx.Client(base_url=f"{server.base_url}/api/0", headers=headers) as api:
        yield Shop(api, made)


@pytest.fixture
def shop(server: RunningServer) -> Iterator[Shop]:
    with opened(server, server.bootstrap(project=f"shop-{secrets.token_hex(3)}")) as shop:
        yield shop


def failure(kind: str, function: str = "pay", module: str = "shop.views") -> dict[str, Any]:
    frames = [
        {"module": "vendored.loop", "function": "run", "filename": "loop.py", "in_app": True},
        {"module": module, "function": function, "filename": "views.py", "in_app": True},
    ]
    exception = {"type": kind, "value": "it broke", "stacktrace": {"frames": frames}}
    return {"platform": "python", "exception": {"values": [exception]}}


def test_a_fingerprint_rule_brings_issues_together(shop: Shop) -> None:
    first, second = (shop.issue_of(shop.send(**failure(kind))) for kind in ("OneError", "TwoError"))
    assert first != second
    rules = "error.type:*Error -> all-errors"
    assert shop.set(fingerprintingRules=rules)["fingerprintingRules"] == rules
    event_id = shop.until(
        lambda: shop.send(**failure("OneError")), lambda sent: shop.issue_of(sent) != first
    )
    joined = shop.issue_of(event_id)
    assert shop.issue_of(shop.send(**failure("TwoError"))) == joined
    variants = shop.info(event_id)["variants"]
    custom = variants["custom_server_fingerprint"]
    assert custom["values"] == ["all-errors"]
    assert custom["matched_rule"] == 'error.type:"*Error" -> "all-errors"'
    assert [each["hash"] for each in variants.values() if each["contributes"]] == [custom["hash"]]


def test_a_stack_trace_rule_says_which_frames_count(shop: Shop) -> None:
    one = shop.issue_of(shop.send(**failure("OneError", "pay")))
    shop.set(groupingEnhancements="stack.module:vendored.* -app -group\nstack.function:pay* -group")
    pay = shop.until(
        lambda: shop.send(**failure("OneError", "pay")), lambda sent: shop.issue_of(sent) != one
    )
    assert shop.issue_of(pay) == shop.issue_of(shop.send(**failure("OneError", "pay_later")))
    told = str(shop.info(pay))
    assert "stack trace rule (function:pay* -group)" in told


def test_moving_to_another_configuration_splits_nothing(shop: Shop) -> None:
    shop.set(groupingConfig=OLD)
    java = EVENTS["java"]()

    def config_of(sent: str) -> str:
        return str(shop.info(sent)["grouping_config"])

    before = shop.until(lambda: shop.send(**java), lambda sent: config_of(sent) == OLD)
    issue = shop.issue_of(before)
    changed = shop.set(groupingConfig=NEW)
    assert changed["groupingConfig"] == NEW
    assert changed["secondaryGroupingConfig"] == OLD
    assert changed["secondaryGroupingExpiry"] > time.time() + 89 * 86_400
    after = shop.until(lambda: shop.send(**java), lambda sent: config_of(sent) == NEW)
    assert shop.issue_of(after) == issue
    hashes = [
        {each["hash"] for each in shop.info(sent)["variants"].values() if each["hash"]}
        for sent in (before, after)
    ]
    assert not hashes[0] & hashes[1]


@pytest.mark.parametrize(
    ("setting", "text", "said"),
    [
        ("fingerprintingRules", "error.type:A -> a\nerror.type:B b", "line 2, column 14"),
        ("groupingEnhancements", "family:native +app\nwhat:ever +app", "line 2"),
        ("groupingConfig", "newstyle:1999-01-01", "is not a valid choice"),
        ("fingerprintingRules", "a:b -> c\n" * 8_000, "no more than 65536 characters"),
        ("fingerprintingRules", "level:info -> a\n" * 1_001, "at most 1000"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    shop: Shop, setting: str, text: str, said: str
) -> None:
    before = shop.api.get(shop.place).json()
    answer = shop.api.put(shop.place, json={setting: text, "name": "Renamed"})
    assert answer.status_code == 400
    assert said in answer.json()[setting][0]
    after = shop.api.get(shop.place).json()
    assert (after[setting], after["name"]) == (before[setting], before["name"])


def test_an_event_remembers_by_which_hash_it_was_grouped(shop: Shop) -> None:
    event_id = shop.send(**failure("OneError"))
    assert not any(each.get("hashMismatch") for each in shop.info(event_id)["variants"].values())
    shop.set(groupingEnhancements="stack.module:vendored.* -app -group")
    told = shop.info(event_id)["variants"]
    assert told["app"]["hashMismatch"] is True


def test_nobody_else_sees_why(shop: Shop, server: RunningServer) -> None:
    event_id = shop.send(**failure("OneError"))
    with opened(server, server.bootstrap(org=f"o{secrets.token_hex(3)}")) as other:
        answer = other.api.get(f"{other.place}events/{event_id}/grouping-info/")
    assert answer.status_code == 404
