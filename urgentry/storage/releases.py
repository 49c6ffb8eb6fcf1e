"""Releases as people read them. Ingest interns them and counts what projects saw of them."""

from collections.abc import Iterable

import orjson

from urgentry.domain.release import Release, ReleaseProject
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers

END = (1 << 63) - 1
"""After every time and every id."""


async def find_release(tx: Transaction, organization_id: int, version: str) -> Release | None:
    """The release of a version."""
    params = {"organization_id": organization_id, "version": version}
    row = await tx.one("releases.find_release", **params)
    return _release(row) if row else None


async def list_releases(
    tx: Transaction,
    organization_id: int,
    project_ids: Iterable[int],
    *,
    before: tuple[int, int] = (END, END),
    contains: str = "",
    limit: int,
) -> list[Release]:
    """Releases that any of the projects saw, newest first, after the place (time, id)."""
    rows = await tx.all(
        "releases.list_releases",
        organization_id=organization_id,
        project_ids=orjson.dumps(sorted(set(project_ids))).decode(),
        before_at=before[0],
        before_id=before[1],
        pattern=_pattern(contains),
        limit=limit,
    )
    return [_release(row) for row in rows]


async def list_newer_releases(
    tx: Transaction,
    organization_id: int,
    project_ids: Iterable[int],
    *,
    after: tuple[int, int],
    contains: str = "",
    limit: int,
) -> list[Release]:
    """The releases right before a place in that order, newest first."""
    rows = await tx.all(
        "releases.list_newer_releases",
        organization_id=organization_id,
        project_ids=orjson.dumps(sorted(set(project_ids))).decode(),
        after_at=after[0],
        after_id=after[1],
        pattern=_pattern(contains),
        limit=limit,
    )
    return [_release(row) for row in reversed(rows)]


async def list_projects(
    tx: Transaction, release_ids: Iterable[int]
) -> dict[int, list[ReleaseProject]]:
    """What each project saw of releases, by release id."""
    seen: dict[int, list[ReleaseProject]] = {}
    ids = orjson.dumps(sorted(set(release_ids))).decode()
    for row in await tx.all("releases.list_projects", ids=ids):
        seen.setdefault(row["release_id"], []).append(_seen(row))
    return seen


async def list_latest(tx: Transaction, project_ids: Iterable[int]) -> dict[int, str]:
    """The version of the newest release of projects, by project id."""
    ids = orjson.dumps(sorted(set(project_ids))).decode()
    rows = await tx.all("releases.list_latest", ids=ids)
    return {row["project_id"]: row["version"] for row in rows}


async def list_with_sessions(tx: Transaction, project_ids: Iterable[int]) -> set[int]:
    """Those of the projects that ever had a session."""
    rows = await tx.all("releases.list_with_sessions", project_ids=integers(project_ids))
    return {row["project_id"] for row in rows}


def _pattern(contains: str) -> str:
    escaped = contains.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _release(row: Row) -> Release:
    return Release(
        id=row["id"],
        organization_id=row["organization_id"],
        version=row["version"],
        package=row["package"],
        sort_key=row["sort_key"],
        ref=row["ref"],
        url=row["url"],
        released_at=row["released_at"],
        created_at=row["created_at"],
    )


def _seen(row: Row) -> ReleaseProject:
    return ReleaseProject(
        release_id=row["release_id"],
        project_id=row["project_id"],
        project_slug=row["project_slug"],
        project_name=row["project_name"],
        platform=row["platform"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        events=row["events"],
        new_issues=row["new_issues"],
        has_sessions=row["first_session"] is not None,
    )
