"""What other grouping settings would do, told by sending events once more through them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec


class Regrouped(msgspec.Struct, frozen=True, kw_only=True):
    """A stored event: the issue it is in, and what it would be looked up by."""

    issue_id: int
    hashes: tuple[bytes, ...]
    """In the order in which they decide."""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """Issues whose events would come together in one."""

    issue_ids: tuple[int, ...]
    events: int


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """An issue whose events would go to several."""

    issue_id: int
    parts: tuple[int, ...]
    """Events of each part, the largest first."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen to events like those that were looked at."""

    events: int
    moved: int
    """Events that would not be in the issue they are in."""
    merges: tuple[Merge, ...]
    splits: tuple[Split, ...]
    renewed: tuple[int, ...]
    """Issues that would not get such events any more: one new issue would, and no other."""


def preview_of(events: Sequence[Regrouped], owners: Mapping[bytes, int]) -> Preview:
    """Lets the events come again, oldest first, where `owners` are the issues of known hashes.

    As in ingest, the first hash that is known decides, an event without one opens an issue, and
    the event's unknown hashes belong to its issue from then on.
    """
    targets = _targets(events, owners)
    by_issue: dict[int, Counter[int]] = {}
    by_target: dict[int, Counter[int]] = {}
    for event, target in zip(events, targets, strict=True):
        by_issue.setdefault(event.issue_id, Counter())[target] += 1
        by_target.setdefault(target, Counter())[event.issue_id] += 1
    merges = tuple(_merges(by_target))
    splits = tuple(
        Split(issue_id=issue_id, parts=tuple(sorted(parts.values(), reverse=True)))
        for issue_id, parts in sorted(by_issue.items())
        if len(parts) > 1
    )
    told = {issue for merge in merges for issue in merge.issue_ids}
    return Preview(
        events=len(events),
        moved=sum(target != event.issue_id for event, target in zip(events, targets, strict=True)),
        merges=merges,
        splits=splits,
        renewed=tuple(
            issue_id
            for issue_id, parts in sorted(by_issue.items())
            if len(parts) == 1 and issue_id not in parts and issue_id not in told
        ),
    )


def _targets(events: Iterable[Regrouped], owners: Mapping[bytes, int]) -> list[int]:
    """The issue of each event; below 0 where it is a new one."""
    known = dict(owners)
    targets: list[int] = []
    opened = 0
    for event in events:
        owner = next((known[value] for value in event.hashes if value in known), None)
        if owner is None:
            opened += 1
            owner = -opened
        for value in event.hashes:
            known.setdefault(value, owner)
        targets.append(owner)
    return targets


def _merges(by_target: Mapping[int, Counter[int]]) -> Iterable[Merge]:
    found = [
        Merge(
            issue_ids=tuple(sorted({*sources, target} if target > 0 else set(sources))),
            events=sources.total(),
        )
        for target, sources in by_target.items()
    ]
    together = (merge for merge in found if len(merge.issue_ids) > 1)
    return sorted(together, key=lambda merge: (-merge.events, merge.issue_ids))
