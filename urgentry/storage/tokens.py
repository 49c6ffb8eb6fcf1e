"""API tokens, kept by their hashes."""

from collections.abc import Iterable

import orjson

from urgentry import clock
from urgentry.domain.account import ApiToken
from urgentry.storage.database import Row, Transaction


async def insert_token(
    tx: Transaction,
    *,
    token_hash: bytes,
    account_id: int | None,
    organization_id: int | None,
    name: str,
    scopes: Iterable[str],
    hint: str,
    created_by: int | None,
    at: int,
    expires_at: int | None = None,
) -> ApiToken:
    """Keeps a token; `UniqueViolation` when it is known already."""
    row = await tx.one(
        "tokens.insert_token",
        token_hash=token_hash,
        account_id=account_id,
        organization_id=organization_id,
        name=name,
        scopes=orjson.dumps(sorted(scopes)).decode(),
        token_hint=hint,
        created_at=at,
        created_by=created_by,
        expires_at=expires_at,
    )
    assert row is not None  # noqa: S101 - RETURNING answers with the row
    return _token(row)


async def find_token(tx: Transaction, token_hash: bytes) -> ApiToken | None:
    """The token of a hash, expired or not."""
    row = await tx.one("tokens.find_token", token_hash=token_hash)
    return _token(row) if row else None


async def list_of_account(tx: Transaction, account_id: int) -> list[ApiToken]:
    """An account's tokens, newest first."""
    rows = await tx.all("tokens.list_of_account", account_id=account_id)
    return [_token(row) for row in rows]


async def list_of_organization(tx: Transaction, organization_id: int) -> list[ApiToken]:
    """An organization's own tokens, newest first."""
    rows = await tx.all("tokens.list_of_organization", organization_id=organization_id)
    return [_token(row) for row in rows]


async def rename_token(tx: Transaction, token_id: int, name: str) -> None:
    await tx.run("tokens.rename_token", id=token_id, name=name)


async def touch_token(tx: Transaction, token_id: int, *, at: int) -> None:
    """Says that a token was used; changes the row at most once a minute."""
    await tx.run("tokens.touch_token", id=token_id, at=at, stale=at - clock.MINUTE)


async def delete_token(tx: Transaction, token_id: int) -> None:
    await tx.run("tokens.delete_token", id=token_id)


def _token(row: Row) -> ApiToken:
    return ApiToken(
        id=row["id"],
        account_id=row["account_id"],
        organization_id=row["organization_id"],
        name=row["name"],
        scopes=frozenset(orjson.loads(row["scopes"])),
        hint=row["token_hint"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
    )
