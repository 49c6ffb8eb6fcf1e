"""Tells the feed that settings changed."""

from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.storage import feed
from urgentry.storage.database import Transaction


async def tell(tx: Transaction, action: str, *, organization_id: int, project_id: int = 0) -> None:
    """Appends one entry; the last thing that a transaction does."""
    entry = FeedEntry(
        kind=FeedKind.SETTINGS,
        organization_id=organization_id,
        project_id=project_id,
        detail={"action": action},
    )
    feed.append(tx, [entry])
