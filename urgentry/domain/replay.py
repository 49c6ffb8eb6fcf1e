"""Replays: what someone did on a page or screen, recorded segment by segment."""

from typing import Any, ClassVar, Final

import msgspec

from urgentry.domain.record import BlobRecord

MAX_LISTED: Final = 100
"""Urls, errors and traces that a replay names at most."""


class ReplayFacts(msgspec.Struct, kw_only=True):
    """What the segments of a replay say about it, together."""

    replay_type: str = "session"
    platform: str = ""
    environment: str = ""
    dist: str = ""
    releases: list[str] = []
    urls: list[str] = []
    error_ids: list[str] = []
    trace_ids: list[str] = []
    user: dict[str, Any] = {}
    sdk: dict[str, Any] = {}
    os: dict[str, Any] = {}
    browser: dict[str, Any] = {}
    device: dict[str, Any] = {}
    tags: dict[str, list[str]] = {}

    def add(self, later: "ReplayFacts") -> None:
        """Adds what another segment says; what one value has, the later one decides."""
        for name in ("replay_type", "platform", "environment", "dist"):
            if value := getattr(later, name):
                setattr(self, name, value)
        for name in ("user", "sdk", "os", "browser", "device"):
            if value := getattr(later, name):
                setattr(self, name, value)
        for name in ("releases", "urls", "error_ids", "trace_ids"):
            setattr(self, name, _joined(getattr(self, name), getattr(later, name)))
        for key, values in later.tags.items():
            if key in self.tags or len(self.tags) < MAX_LISTED:
                self.tags[key] = _joined(self.tags.get(key, []), values)


def _joined(first: list[str], second: list[str]) -> list[str]:
    """Each value once, in the order in which they came."""
    return list(dict.fromkeys([*first, *second]))[:MAX_LISTED]


class ReplaySegmentRecord(BlobRecord, kw_only=True):
    """A segment to be stored: its content is the recording, or the video of one."""

    blob_kind: ClassVar[str] = "replays"
    replay_id: bytes
    segment: int
    is_video: bool = False
    started_at: int
    finished_at: int
    facts: ReplayFacts | None = None
    """None where the recording came without its event."""


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A replay as far as it is known; times in microseconds."""

    id: int
    project_id: int
    replay_id: str
    started_at: int
    finished_at: int
    segments: int
    facts: ReplayFacts


class ReplaySegment(msgspec.Struct, frozen=True, kw_only=True):
    """A stored segment."""

    id: int
    segment: int
    is_video: bool
    size: int
    blob_key: str
