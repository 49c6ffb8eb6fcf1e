"""The keys of projects: what people set of them, and what ingest needs to know of one."""

from collections.abc import Iterable

import orjson

from urgentry.domain.project import KeyScope, ProjectKey
from urgentry.storage.database import Row, Transaction


async def insert_key(
    tx: Transaction,
    *,
    project_id: int,
    public_key: str,
    secret_key: str,
    label: str,
    at: int,
    rate_limit_count: int | None = None,
    rate_limit_window: int | None = None,
) -> ProjectKey:
    """Makes a key that is active; `UniqueViolation` when the public part is taken."""
    row = await tx.one(
        "keys.insert_key",
        project_id=project_id,
        public_key=public_key,
        secret_key=secret_key,
        label=label,
        rate_limit_count=rate_limit_count,
        rate_limit_window=rate_limit_window,
        created_at=at,
    )
    assert row is not None  # noqa: S101 - RETURNING answers with the row
    return _key(row)


async def find_key(tx: Transaction, project_id: int, public_key: str) -> ProjectKey | None:
    """A project's key by its public part."""
    row = await tx.one("keys.find_key", project_id=project_id, public_key=public_key)
    return _key(row) if row else None


async def list_keys(tx: Transaction, project_ids: Iterable[int]) -> list[ProjectKey]:
    """The keys of projects, by project and age."""
    ids = orjson.dumps(sorted(set(project_ids))).decode()
    return [_key(row) for row in await tx.all("keys.list_keys", ids=ids)]


async def update_key(tx: Transaction, key: ProjectKey) -> None:
    """Stores label, activity and rate limit."""
    await tx.run(
        "keys.update_key",
        id=key.id,
        label=key.label,
        is_active=key.is_active,
        rate_limit_count=key.rate_limit_count,
        rate_limit_window=key.rate_limit_window,
    )


async def delete_key(tx: Transaction, key_id: int) -> None:
    await tx.run("keys.delete_key", id=key_id)


async def find_scope(tx: Transaction, public_key: str) -> KeyScope | None:
    """What ingest needs to know of a public key, active or not."""
    row = await tx.one("keys.find_scope", public_key=public_key)
    return _scope(row) if row else None


async def list_scopes(tx: Transaction) -> list[KeyScope]:
    """The same of every key."""
    return [_scope(row) for row in await tx.all("keys.list_scopes")]


def _key(row: Row) -> ProjectKey:
    return ProjectKey(
        id=row["id"],
        project_id=row["project_id"],
        public_key=row["public_key"],
        secret_key=row["secret_key"],
        label=row["label"],
        is_active=bool(row["is_active"]),
        rate_limit_count=row["rate_limit_count"],
        rate_limit_window=row["rate_limit_window"],
        created_at=row["created_at"],
    )


def _scope(row: Row) -> KeyScope:
    return KeyScope(
        key_id=row["key_id"],
        public_key=row["public_key"],
        is_active=bool(row["is_active"]),
        rate_limit_count=row["rate_limit_count"],
        rate_limit_window=row["rate_limit_window"],
        project_id=row["project_id"],
        project_slug=row["project_slug"],
        organization_id=row["organization_id"],
        platform=row["platform"],
        retention_days=row["retention_days"],
        grouping_config=row["grouping_config"],
        settings=orjson.loads(row["settings"]),
    )
