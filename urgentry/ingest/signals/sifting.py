"""Which signals of an item its project does not want, by the inbound filters that concern them:
addresses, releases, crawlers, old browsers and what runs on somebody's own machine.
"""

from collections.abc import Sequence
from typing import Any

from urgentry.ingest.filters import filter_event
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.outcome import Rejected
from urgentry.telemetry import names
from urgentry.telemetry.signal import Signal


def sift(
    signals: Sequence[Signal], receipt: Receipt
) -> tuple[list[Signal], list[tuple[Signal, Rejected]]]:
    """The signals that are wanted, and the others with the filter that caught each."""
    fates: dict[str | None, Rejected | None] = {}
    wanted: list[Signal] = []
    caught: list[tuple[Signal, Rejected]] = []
    for signal in signals:
        given = signal.attributes.get(names.RELEASE)
        release = given if isinstance(given, str) else None
        if release not in fates:
            fates[release] = _fate(release, receipt)
        fate = fates[release]
        if fate is None:
            wanted.append(signal)
        else:
            caught.append((signal, fate))
    return wanted, caught


def _fate(release: str | None, receipt: Receipt) -> Rejected | None:
    event: dict[str, Any] = {"type": "default"}
    if release is not None:
        event["release"] = release
    if receipt.user_agent:
        event["request"] = {"headers": [["User-Agent", receipt.user_agent]]}
    try:
        filter_event(event, receipt.scope.filters, client_ip=receipt.client_ip)
    except Rejected as rejected:
        return rejected
    return None
