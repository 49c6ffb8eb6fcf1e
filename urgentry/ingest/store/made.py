"""Writes what the server itself found out: its events, and the end of issues that are over."""

import zstandard

from urgentry.domain.activity import ActivityKind
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.domain.issue import Resolution, Status
from urgentry.ingest.store.context import ZSTD_LEVEL, BatchContext
from urgentry.ingest.store.events import write_events
from urgentry.storage import feed, hashes, issues, recording
from urgentry.storage.database import Transaction


def bodies_of_made(context: BatchContext) -> list[bytes]:
    """The bodies of the events that the server made; there are few."""
    return [zstandard.compress(event.payload, ZSTD_LEVEL) for event in context.made]


async def write_made(tx: Transaction, context: BatchContext) -> None:
    """All of it, and the feed, in a transaction that writes nothing else of ingest."""
    if context.made:
        await write_events(tx, context.made, bodies_of_made(context), context)
    await resolve_over(tx, context)
    feed.append(tx, context.feed)


async def resolve_over(tx: Transaction, context: BatchContext) -> None:
    """Resolves the issues whose cause is gone, of nobody's doing."""
    for (project_id, value), over in sorted(context.over.items()):
        owners = await hashes.find_owners(tx, project_id, [value])
        open_issues = [
            issue
            for issue in await recording.lock_issues(tx, owners.values())
            if issue.state.status is Status.UNRESOLVED
        ]
        for issue in open_issues:
            await issues.set_resolved(
                tx,
                issue.id,
                resolution=Resolution.NOW,
                release_id=None,
                account_id=None,
                at=over.at,
            )
        kind = ActivityKind.SET_RESOLVED.value
        recording.insert_activity(tx, open_issues, kind=kind, detail={}, at=over.at)
        context.feed += [
            FeedEntry(
                kind=FeedKind.ISSUE,
                organization_id=over.organization_id,
                project_id=project_id,
                issue_id=issue.id,
                detail={"action": kind, "by": None},
                at=over.at,
            )
            for issue in open_issues
        ]
