"""The keys of projects as people manage them; `scopes` is what ingest reads of them."""

from collections.abc import Iterable

import orjson

from urgentry.domain.project import ProjectKey
from urgentry.domain.routing import read_routing, stored_routing
from urgentry.domain.sdk_loader import (
    LoaderOptions,
    read_loader_options,
    stored_loader_options,
)
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
    loader: LoaderOptions | None = None,
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
        loader=stored_loader_options(loader or LoaderOptions()),
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
    """Stores label, activity, rate limit, what the loader brings and how exports are led on."""
    await tx.run(
        "keys.update_key",
        id=key.id,
        label=key.label,
        is_active=key.is_active,
        rate_limit_count=key.rate_limit_count,
        rate_limit_window=key.rate_limit_window,
        loader=stored_loader_options(key.loader),
        routing=stored_routing(key.routing),
    )


async def delete_key(tx: Transaction, key_id: int) -> None:
    await tx.run("keys.delete_key", id=key_id)


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
        loader=read_loader_options(row["loader"]),
        routing=read_routing(row["routing"]),
    )
