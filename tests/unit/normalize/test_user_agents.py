"""Contexts of the client that made the request, by its User-Agent and its client hints."""

import subprocess
import sys
from typing import Any

import pytest

from tests.unit.normalize.events import normalized

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1"
)
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Safari/605.1.15"
)
HINTS = {
    "sec-ch-ua": '"Not_A Brand";v="99", "Chromium";v="140", "Google Chrome";v="141"',
    "sec-ch-ua-platform": '"Windows"',
    "sec-ch-ua-platform-version": '"15.0.0"',
    "sec-ch-ua-model": '"Pixel 9"',
}


def contexts(headers: Any, **payload: Any) -> dict[str, Any]:
    """All contexts but the trace."""
    event = normalized({"request": {"headers": headers}} | payload)
    return {name: found for name, found in event["contexts"].items() if name != "trace"}


@pytest.mark.parametrize(
    ("agent", "browser", "system", "device"),
    [
        (IPHONE, "Mobile Safari 16.0", "iOS 16.0", ("iPhone", "Apple", "iPhone")),
        (CHROME, "Chrome 140.0.0", "Windows >=10", None),
        (
            MAC,
            "Safari 18.0",
            "Mac OS X >=10.15.7",
            ("Mac", "Apple", "Mac"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox 140.0",
            "Linux",
            None,
        ),
        ("python-requests/2.31", "Python Requests 2.31", None, None),
        ("nothing that anybody knows", None, None, None),
        ("", None, None, None),
        ("x" * 5000, None, None, None),
    ],
)
def test_a_user_agent(
    agent: str, browser: str | None, system: str | None, device: tuple[str, ...] | None
) -> None:
    found = contexts([["user-agent", agent]])
    assert found.get("browser", {}).get("browser") == browser
    assert found.get("client_os", {}).get("os") == system
    members = dict(zip(("family", "brand", "model"), device or (), strict=bool(device)))
    assert found.get("device") == ({"type": "device"} | members if device else None)


def test_hints_go_before_the_user_agent() -> None:
    assert contexts(HINTS | {"User-Agent": IPHONE}) == {
        "browser": {
            "type": "browser",
            "name": "Google Chrome",
            "version": "141",
            "browser": "Google Chrome 141",
        },
        "client_os": {
            "type": "os",
            "name": "Windows",
            "version": "15.0.0",
            "os": "Windows 15.0.0",
        },
        "device": {"type": "device", "model": "Pixel 9"},
    }


@pytest.mark.parametrize(
    "hints",
    [
        {"sec-ch-ua": '"Chromium";v="140", "Not(A:Brand";v="8"'},
        {"sec-ch-ua": "garbage", "sec-ch-ua-platform": '""', "sec-ch-ua-model": '""'},
        {"sec-ch-ua": '" ";v="1"'},
    ],
)
def test_hints_that_say_nothing_leave_it_to_the_user_agent(hints: dict[str, str]) -> None:
    assert contexts(hints | {"User-Agent": IPHONE})["browser"]["name"] == "Mobile Safari"


def test_the_system_is_the_events_own_in_a_browser() -> None:
    found = contexts({"User-Agent": IPHONE}, platform="javascript")
    assert found["os"]["name"] == "iOS"
    assert "client_os" not in found


def test_what_is_given_stays() -> None:
    given = {"browser": {"name": "Mine"}, "os": {"name": "Own"}, "device": {"model": "M"}}
    found = contexts({"User-Agent": IPHONE}, platform="javascript", contexts=given)
    assert found["browser"]["name"] == "Mine"
    assert found["os"]["name"] == "Own"
    assert found["device"]["model"] == "M"
    assert "family" not in found["device"]


def test_events_of_one_client_share_nothing() -> None:
    first = contexts({"User-Agent": IPHONE})
    first["browser"]["name"] = "changed"
    assert contexts({"User-Agent": IPHONE})["browser"]["name"] == "Mobile Safari"


def test_a_report_of_a_breach_is_from_whoever_sent_it() -> None:
    event = normalized(
        {"csp": {"document_uri": "http://x"}},
        client_ip="203.0.113.7",
        user_agent=IPHONE,
        client_hints=(("Sec-Ch-Ua-Model", '"Pixel 9"'),),
    )
    assert event["user"]["ip_address"] == "203.0.113.7"
    assert event["contexts"]["browser"]["name"] == "Mobile Safari"
    assert event["contexts"]["device"]["model"] == "Pixel 9"
    assert ["User-Agent", IPHONE] in event["request"]["headers"]


def test_any_other_event_may_come_from_a_server() -> None:
    event = normalized({"platform": "python"}, client_ip="203.0.113.7", user_agent=IPHONE)
    assert event["contexts"].keys() == {"trace"}
    assert "request" not in event


def test_a_device_that_its_rule_finds_no_name_for_is_none() -> None:
    found = contexts({"User-Agent": "Firefox/140.0 SAMSUNG-ANDROID-MMS/ "})
    assert "device" not in found
    assert found["browser"]["name"] == "Firefox"


def test_the_rules_are_loaded_with_the_first_user_agent() -> None:
    program = """
import sys
from urgentry.ingest.normalize import NormalizeContext, normalize_event
context = NormalizeContext(event_id="0" * 32, project_id=1, key_id="1", received=1)
normalize_event({"request": {"url": "http://x/"}}, context)
assert "ua_parser" not in sys.modules
normalize_event({"request": {"headers": {"User-Agent": "x"}}}, context)
assert "ua_parser" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
