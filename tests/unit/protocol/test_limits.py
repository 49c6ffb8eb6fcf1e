"""One table of sizes and counts; what exceeds it refuses the envelope."""

from typing import Any

import pytest

from urgentry.ingest.envelope import Item
from urgentry.protocol.limits import KIB, MIB, SPAN_CONTAINER, check_sizes
from urgentry.protocol.outcome import Rejected

ZEROS = memoryview(bytes(200 * MIB + 1))


def item(name: str, size: int = 1, **headers: Any) -> Item:
    return Item(name, {"type": name, **headers}, ZEROS[:size])


@pytest.mark.parametrize(
    "items",
    [
        [item("event", MIB), item("attachment", 200 * MIB)],
        [item("attachment") for _ in range(30)],
        [item("attachment", 150 * MIB), item("user_report", 50 * MIB)],
        [item("session") for _ in range(50)] + [item("sessions") for _ in range(50)],
        [item("client_report", KIB) for _ in range(100)],
        [item("log", 12 * MIB, item_count=6)],
        [item("replay_recording", 10 * MIB), item("replay_event")],
        [item("span") for _ in range(25)],
        [item("span", 12 * MIB, item_count=2, content_type=SPAN_CONTAINER), item("span")],
        [item("statsd", 20 * MIB) for _ in range(40)],
        [item("attachment", attachment_type="who.knows") for _ in range(40)],
    ],
)
def test_within(items: list[Item]) -> None:
    check_sizes(items)


@pytest.mark.parametrize(
    ("items", "kind", "reason"),
    [
        ([item("event", MIB + 1)], "event", "too_large:event"),
        ([item("event"), item("transaction")], "transaction", "too_large:transaction"),
        ([item("feedback"), item("event")], "event", "too_large:event"),
        ([item("event"), item("replay_event")], "replay_event", "too_large:replay_event"),
        ([item("attachment", 200 * MIB + 1)], "attachment", "too_large:attachment:attachment"),
        ([item("attachment")] * 31, "attachment", "too_large:attachment:attachment"),
        (
            [item("attachment", 200 * MIB + 1, attachment_type="event.minidump")],
            "attachment",
            "too_large:attachment:minidump",
        ),
        (
            [item("attachment", 200 * MIB + 1, attachment_type="event.applecrashreport")],
            "attachment",
            "too_large:attachment:apple_crash_report",
        ),
        ([item("session")] * 101, "session", "too_large:session"),
        ([item("client_report", 100 * KIB + 1)], "client_report", "too_large:client_report"),
        ([item("check_in"), item("check_in")], "check_in", "too_large:check_in"),
        ([item("log", 12 * MIB, item_count=5)], "log", "too_large:log"),
        ([item("log", 12 * MIB + 1, item_count=50)], "log", "too_large:log"),
        ([item("log", 3 * MIB)], "log", "too_large:log"),
        ([item("log"), item("log")], "log", "too_large:log"),
        ([item("span")] * 26, "span", "too_large:span"),
        ([item("span", content_type=SPAN_CONTAINER)] * 2, "span", "too_large:span"),
    ],
)
def test_beyond(items: list[Item], kind: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        check_sizes(items)

    assert (caught.value.status, caught.value.reason) == (413, reason)
    assert caught.value.detail == (
        f"envelope exceeded size limits for type '{kind}' "
        "(https://develop.sentry.dev/sdk/envelopes/#size-limits)"
    )
