"""Which signals may share a block: those of a project, a kind, a day of expiry and an hour.

The hour keeps blocks narrow in time, so that a question about an hour opens few of them.
"""

from collections.abc import Iterable

import msgspec

from urgentry import clock
from urgentry.telemetry.signal import Kind, Signal


class Home(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """What the signals of a block have in common."""

    organization_id: int
    project_id: int
    kind: Kind
    expires_day: int
    slice: int
    """The UTC hour, since the epoch, in which they happened."""


class Delivery(msgspec.Struct, kw_only=True):
    """Signals of one kind that came together for a project."""

    organization_id: int
    project_id: int
    kind: Kind
    expires_day: int
    signals: list[Signal]


def cut(deliveries: Iterable[Delivery]) -> dict[Home, list[Signal]]:
    """The signals by what they must have in common."""
    homes: dict[Home, list[Signal]] = {}
    for delivery in deliveries:
        for signal in delivery.signals:
            home = Home(
                organization_id=delivery.organization_id,
                project_id=delivery.project_id,
                kind=delivery.kind,
                expires_day=delivery.expires_day,
                slice=signal.at // clock.HOUR,
            )
            homes.setdefault(home, []).append(signal)
    return homes
