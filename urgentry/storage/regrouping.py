"""Hashes move between issues, and issues go: what merging, unmerging and deleting write.

Ingest locks the hashes of its events, then their issues; so does all this, that no deadlock comes
of it. A transaction that was waited for may have attached a further hash meanwhile, or merged
another issue into one that goes: so moving is done again after each wait.
"""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.domain import distinct
from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers


class IssueText(msgspec.Struct, frozen=True, kw_only=True):
    """What an issue is called; `metadata` is JSON, `search_text` casefolded."""

    title: str
    culprit: str
    level: int
    metadata: str
    search_text: str


async def absorb_issues(tx: Transaction, issue_ids: Sequence[int], target_id: int) -> None:
    """Gives every hash of some issues to another one and removes them; their ids, short ids and
    bookmarks stay good."""
    ids = integers(issue_ids)
    for _ in range(2):
        await tx.run("regrouping.move_hashes_of_issues", ids=ids, target_id=target_id)
    await tx.run("regrouping.insert_redirects", ids=ids, target_id=target_id)
    await tx.run("regrouping.copy_bookmarks", ids=ids, target_id=target_id)
    await _delete_rows(tx, ids)
    await tx.run("regrouping.move_hashes_of_issues", ids=ids, target_id=target_id)
    await tx.run("regrouping.move_redirects", ids=ids, target_id=target_id)


async def move_hashes(
    tx: Transaction, hash_ids: Iterable[int], *, source_id: int, target_id: int
) -> int:
    """Gives some hashes of an issue to another; how many were the issue's and moved."""
    return await tx.run(
        "regrouping.move_hashes",
        hash_ids=integers(hash_ids),
        source_id=source_id,
        target_id=target_id,
    )


async def delete_issues(tx: Transaction, issue_ids: Sequence[int], *, at: int) -> None:
    """Removes issues and frees their hashes; what those leave is for the deletion job."""
    ids = integers(issue_ids)
    for _ in range(2):
        await _free_hashes(tx, ids, at=at)
    await _delete_rows(tx, ids)
    await _free_hashes(tx, ids, at=at)
    await tx.run("regrouping.delete_redirects", ids=ids)
    await tx.run("regrouping.delete_activity", ids=ids)


async def recount(tx: Transaction, issue_id: int) -> bool:
    """Counts, times, releases and users of an issue anew from its hashes; whether it exists.

    The row is locked by a statement of its own: the sums must see what was committed meanwhile.
    """
    exists = await tx.run("regrouping.lock_issue", issue_id=issue_id) > 0
    await tx.run("regrouping.sum_hashes", issue_id=issue_id)
    users = await _count_users(tx, issue_id)
    await tx.run("regrouping.set_users", issue_id=issue_id, users_seen=users)
    return exists


async def describe(tx: Transaction, issue_id: int, text: IssueText) -> None:
    """Says anew what an issue is called."""
    await tx.run("regrouping.describe", issue_id=issue_id, **msgspec.structs.asdict(text))


async def _free_hashes(tx: Transaction, ids: str, *, at: int) -> None:
    freed = await tx.all("regrouping.delete_hashes", ids=ids)
    await tx.many(
        "regrouping.insert_deleted_hashes",
        [
            {"hash_id": row["id"], "project_id": row["project_id"], "deleted_at": at}
            for row in freed
        ],
    )


async def _delete_rows(tx: Transaction, ids: str) -> None:
    await tx.run("regrouping.delete_bookmarks", ids=ids)
    await tx.run("regrouping.delete_views", ids=ids)
    await tx.run("regrouping.delete_issues", ids=ids)


async def _count_users(tx: Transaction, issue_id: int) -> int:
    """Exact while every hash keeps its users by name, else the estimate of the union."""
    sketches = await tx.all("regrouping.list_sketches", issue_id=issue_id)
    if not sketches:
        exact: int = await tx.value("regrouping.count_users", issue_id=issue_id)
        return exact
    union = bytearray(distinct.REGISTERS)
    for row in sketches:
        distinct.merge(union, bytes(row["registers"]))
    for row in await tx.all("regrouping.list_user_keys", issue_id=issue_id):
        distinct.add(union, row["user_key"])
    return distinct.estimate(union)
