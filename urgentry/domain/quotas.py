"""Quotas: how much of some kinds of data a key, a project or an organization takes in a time."""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from urgentry import clock

MOST_QUOTAS: Final = 20
"""Of one owner."""
LEAST_WINDOW_S: Final = 10
MOST_WINDOW_S: Final = 30 * clock.DAY // clock.SECOND
MOST_QUANTITY: Final = 1 << 50
SPIKE_REASON: Final = "spike_protection"

_STRIDE = 7919


class QuotaScope(StrEnum):
    """Whose quota it is, as clients are told."""

    ORGANIZATION = "organization"
    PROJECT = "project"
    KEY = "key"


REASONS: Final = {
    QuotaScope.ORGANIZATION: "org_quota",
    QuotaScope.PROJECT: "project_quota",
    QuotaScope.KEY: "key_quota",
}


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """So much of some categories in each window. The same quota has one `id` on every server, under
    which its use is added up."""

    id: str
    scope: QuotaScope
    categories: frozenset[int]
    """Of which everything is added up. Empty for all there are: then nothing is taken."""
    quantity: int
    window_s: int
    reason: str
    offset_s: int
    """When windows begin, so that those of different owners do not all open at once."""

    def concerns(self, categories: frozenset[int]) -> bool:
        """Whether something of these categories is held to it."""
        return not self.categories or not self.categories.isdisjoint(categories)

    def window_at(self, at: int) -> "Window":
        """The window of a time in microseconds."""
        since = at // clock.SECOND - self.offset_s
        begins = since // self.window_s * self.window_s + self.offset_s
        return Window(self.id, begins, begins + self.window_s)


class Window(NamedTuple):
    """One window of a quota, in seconds since the epoch."""

    quota: str
    begins: int
    ends: int


class Use(NamedTuple):
    """What a record takes of a quota."""

    window: Window
    server: str
    """Which process admitted it."""
    quantity: int


def make_quota(
    scope: QuotaScope, owner_id: int, categories: frozenset[int], *, quantity: int, window_s: int
) -> Quota:
    """A quota that people set."""
    named = ",".join(map(str, sorted(categories)))
    return Quota(
        id=f"{scope}:{owner_id}:{window_s}:{named}",
        scope=scope,
        categories=categories,
        quantity=quantity,
        window_s=window_s,
        reason=REASONS[scope],
        offset_s=owner_id * _STRIDE % window_s,
    )


def make_spike_quota(project_id: int, categories: frozenset[int], *, quantity: int) -> Quota:
    """What a project takes in an hour of the clock before it is a spike."""
    named = ",".join(map(str, sorted(categories)))
    return Quota(
        id=f"spike:{project_id}:{named}",
        scope=QuotaScope.PROJECT,
        categories=categories,
        quantity=quantity,
        window_s=clock.HOUR // clock.SECOND,
        reason=SPIKE_REASON,
        offset_s=0,
    )
