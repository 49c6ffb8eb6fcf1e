"""What hung on a project that is gone, removed in chunks; `jobs.project_deletion` calls it."""

from urgentry.storage import telemetry_upkeep, transactions
from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers

_OF_ISSUES = (
    "project_leftovers.delete_activities",
    "project_leftovers.delete_bookmarks",
    "project_leftovers.delete_views",
    "project_leftovers.delete_issues",
)
_OF_PROJECT = (
    "project_leftovers.delete_redirects",
    "project_leftovers.delete_users",
    "project_leftovers.delete_tagsets",
    "project_leftovers.delete_releases",
    "project_leftovers.delete_environments",
    "project_leftovers.delete_outcomes",
    "project_leftovers.delete_open_sessions",
    "project_leftovers.delete_session_hours",
    "project_leftovers.delete_user_sets",
    "attachments.delete_of_project",
    "feedback.delete_of_project",
    "monitors.delete_check_ins_of_project",
    "monitors.delete_environments_of_project",
    "monitors.delete_of_project",
    "profiles.delete_of_project",
    "replays.delete_of_project",
    "replays.delete_segments_of_project",
)


async def list_deleted_projects(tx: Transaction, *, before: int) -> list[int]:
    """Projects that went before a time and of which something is left."""
    rows = await tx.all("project_leftovers.list_deleted_projects", before=before)
    return [row["project_id"] for row in rows]


async def delete_chunk(tx: Transaction, project_id: int, *, at: int, limit: int) -> bool:
    """Removes a chunk of the first kind of which something is left; whether the project is now
    forgotten. Events and roll-ups are left to the job that follows `deleted_hash`."""
    if await _delete_hashes(tx, project_id, at=at, limit=limit):
        return False
    if await _delete_issues(tx, project_id, limit=limit):
        return False
    for delete in (telemetry_upkeep.delete_of_project, transactions.delete_of_project):
        if await delete(tx, project_id, limit=limit):
            return False
    for query in _OF_PROJECT:
        if await tx.run(query, project_id=project_id, limit=limit):
            return False
    await tx.run("project_leftovers.forget", project_id=project_id)
    return True


async def _delete_hashes(tx: Transaction, project_id: int, *, at: int, limit: int) -> int:
    rows = await tx.all("project_leftovers.list_hashes", project_id=project_id, limit=limit)
    ids = integers(row["id"] for row in rows)
    if rows:
        abandoned = {"project_id": project_id, "at": at, "ids": ids}
        await tx.run("project_leftovers.abandon_hashes", **abandoned)
        await tx.run("project_leftovers.delete_hashes", ids=ids)
    return len(rows)


async def _delete_issues(tx: Transaction, project_id: int, *, limit: int) -> int:
    rows = await tx.all("project_leftovers.list_issues", project_id=project_id, limit=limit)
    ids = integers(row["id"] for row in rows)
    if rows:
        for query in _OF_ISSUES:
            await tx.run(query, ids=ids)
    return len(rows)
