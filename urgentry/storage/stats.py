"""How often issues happened: by hour or day, by environment, by release; from the roll-ups."""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers, texts
from urgentry.storage.queries import library


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How often and between which times, in microseconds."""

    events: int
    first_seen: int
    last_seen: int


async def list_counts(
    tx: Transaction,
    issue_ids: Iterable[int],
    *,
    first_bucket: int,
    buckets: int,
    width: int = 1,
    environments: Sequence[str] = (),
) -> dict[int, list[int]]:
    """Events of each issue in `buckets` spans of `width` hours. Span n begins at hour n * width
    since the epoch (so 24 gives UTC days). Issues without events there are left out."""
    named = "stats.environments_named" if environments else "stats.environments_all"
    query = library().compose("stats.list_counts", environments=library().fragment(named))
    given = {"environments": texts(environments)} if environments else {}
    rows = await tx.all(
        query,
        ids=integers(issue_ids),
        width=width,
        from_hour=first_bucket * width,
        until_hour=(first_bucket + buckets) * width,
        **given,
    )
    counts: dict[int, list[int]] = {}
    for row in rows:
        spans = counts.setdefault(row["issue_id"], [0] * buckets)
        spans[row["bucket"] - first_bucket] = row["events"]
    return counts


async def list_environment_counts(
    tx: Transaction, issue_ids: Iterable[int], environments: Sequence[str]
) -> dict[int, Seen]:
    """What each issue has in some environments, by name; those without are left out."""
    rows = await tx.all(
        "stats.list_environment_counts", ids=integers(issue_ids), environments=texts(environments)
    )
    return {
        row["issue_id"]: Seen(
            events=row["events"], first_seen=row["first_seen"], last_seen=row["last_seen"]
        )
        for row in rows
    }


async def list_releases(tx: Transaction, issue_id: int, *, limit: int) -> dict[int, Seen]:
    """What an issue has in each of its releases (by id), the latest first."""
    rows = await tx.all("stats.list_release_seen", issue_id=issue_id, limit=limit)
    return {
        row["release_id"]: Seen(
            events=row["events"], first_seen=row["first_seen"], last_seen=row["last_seen"]
        )
        for row in rows
    }
