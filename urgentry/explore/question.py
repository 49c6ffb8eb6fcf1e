"""What is asked of spans, logs or metrics."""

from collections.abc import Sequence

import msgspec

from urgentry.errors import ApiError
from urgentry.storage.telemetry_reading import BlockScope
from urgentry.telemetry.conditions import ALWAYS, Condition
from urgentry.telemetry.signal import Kind


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The signals of a kind in some projects of an organization from a time on and before another
    (microseconds) that meet a condition."""

    organization_id: int
    project_ids: Sequence[int]
    kind: Kind
    start: int
    end: int
    now: int
    condition: Condition = ALWAYS

    @property
    def scope(self) -> BlockScope:
        """The blocks that may hold them."""
        return BlockScope(
            organization_id=self.organization_id,
            project_ids=self.project_ids,
            kind=self.kind,
            start=self.start,
            end=self.end,
            now=self.now,
        )


class TooSlow(ApiError):
    """A question took longer than it may."""

    def __init__(self) -> None:
        super().__init__(
            400,
            "Query timeout. Please try again. If the problem persists try a smaller date range "
            "or fewer projects.",
        )
