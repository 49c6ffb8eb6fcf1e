"""Accounts, their sessions, and the count of failed sign-ins; `access` and the pages call it."""

from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from urgentry.domain.account import Account, Session
from urgentry.storage.database import Row, Transaction


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """An account and what its password is checked against."""

    account: Account
    password_hash: str | None


async def insert_account(
    tx: Transaction,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    is_instance_admin: bool,
    at: int,
) -> Account:
    """Makes an account; `UniqueViolation` when the address is taken."""
    row = await tx.one(
        "accounts.insert_account",
        email=email,
        name=name,
        password_hash=password_hash,
        is_instance_admin=is_instance_admin,
        created_at=at,
    )
    assert row is not None  # noqa: S101 - RETURNING answers with the row
    return _account(row)


async def get_account(tx: Transaction, account_id: int) -> Account | None:
    """One account."""
    row = await tx.one("accounts.get_account", id=account_id)
    return _account(row) if row else None


async def find_account(tx: Transaction, email: str) -> Account | None:
    """The account of a normalised address."""
    row = await tx.one("accounts.find_account", email=email)
    return _account(row) if row else None


async def find_credentials(tx: Transaction, email: str) -> Credentials | None:
    """The account of a normalised address with its password's hash."""
    row = await tx.one("accounts.find_account", email=email)
    return _credentials(row) if row else None


async def get_credentials(tx: Transaction, account_id: int) -> Credentials | None:
    """One account with its password's hash."""
    row = await tx.one("accounts.get_account", id=account_id)
    return _credentials(row) if row else None


async def list_accounts(tx: Transaction, ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id; unknown ids are left out."""
    rows = await tx.all("accounts.list_accounts", ids=orjson.dumps(sorted(set(ids))).decode())
    return {row["id"]: _account(row) for row in rows}


async def has_accounts(tx: Transaction) -> bool:
    """Whether anybody exists who could sign in."""
    return await tx.value("accounts.find_any") is not None


async def hold_first(tx: Transaction) -> None:
    """Waits for whoever else makes the first account: two first pages at once make one."""
    await tx.run("accounts.hold_first")


async def set_name(tx: Transaction, account_id: int, name: str) -> None:
    await tx.run("accounts.set_name", id=account_id, name=name)


async def set_password(tx: Transaction, account_id: int, password_hash: str) -> None:
    await tx.run("accounts.set_password", id=account_id, password_hash=password_hash)


async def set_preferences(tx: Transaction, account_id: int, preferences: dict[str, Any]) -> None:
    text = orjson.dumps(preferences).decode()
    await tx.run("accounts.set_preferences", id=account_id, preferences=text)


async def set_instance_admin(tx: Transaction, account_id: int, *, is_admin: bool) -> None:
    await tx.run("accounts.set_instance_admin", id=account_id, is_instance_admin=is_admin)


async def record_login(tx: Transaction, account_id: int, at: int) -> None:
    await tx.run("accounts.record_login", id=account_id, at=at)


async def insert_session(tx: Transaction, session: Session) -> None:
    """Signs a browser in."""
    await tx.run(
        "accounts.insert_session",
        token_hash=session.token_hash,
        account_id=session.account_id,
        created_at=session.created_at,
        expires_at=session.expires_at,
        user_agent=session.user_agent,
        ip_address=session.ip_address,
    )


async def find_session_account(tx: Transaction, token_hash: bytes, *, at: int) -> Account | None:
    """The account of a session that has not ended."""
    row = await tx.one("accounts.find_session_account", token_hash=token_hash, at=at)
    return _account(row) if row else None


async def list_sessions(tx: Transaction, account_id: int, *, at: int) -> list[Session]:
    """An account's sessions that have not ended, newest first."""
    rows = await tx.all("accounts.list_sessions", account_id=account_id, at=at)
    return [_session(row) for row in rows]


async def delete_session(tx: Transaction, account_id: int, token_hash: bytes) -> bool:
    """Ends a session; whether there was one."""
    params = {"account_id": account_id, "token_hash": token_hash}
    return await tx.run("accounts.delete_session", **params) > 0


async def delete_other_sessions(tx: Transaction, account_id: int, token_hash: bytes) -> int:
    """Ends every session of an account but one (b"" spares none); how many."""
    params = {"account_id": account_id, "token_hash": token_hash}
    return await tx.run("accounts.delete_other_sessions", **params)


async def delete_expired_sessions(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets a chunk of ended sessions; how many."""
    return await tx.run("accounts.delete_expired_sessions", at=at, limit=limit)


async def count_failure(tx: Transaction, subject: str, *, at: int, expired: int) -> int:
    """Counts a failed sign-in of a subject; how many its window holds. A window that began at
    `expired` or before is over."""
    failures: int = await tx.value(
        "accounts.count_failure", subject=subject, at=at, expired=expired
    )
    return failures


async def clear_failures(tx: Transaction, subject: str) -> None:
    await tx.run("accounts.clear_failures", subject=subject)


async def take_back_failure(tx: Transaction, subject: str) -> None:
    """Counts one failure less."""
    await tx.run("accounts.take_back_failure", subject=subject)


async def delete_expired_failures(tx: Transaction, expired: int, *, limit: int) -> int:
    """Forgets a chunk of windows that are over; how many."""
    return await tx.run("accounts.delete_expired_failures", expired=expired, limit=limit)


def _account(row: Row) -> Account:
    return Account(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        is_instance_admin=bool(row["is_instance_admin"]),
        is_active=bool(row["is_active"]),
        has_password=row["password_hash"] is not None,
        preferences=orjson.loads(row["preferences"]),
        created_at=row["created_at"],
        last_login_at=row["last_login_at"],
    )


def _credentials(row: Row) -> Credentials:
    return Credentials(account=_account(row), password_hash=row["password_hash"])


def _session(row: Row) -> Session:
    return Session(
        token_hash=row["token_hash"],
        account_id=row["account_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        user_agent=row["user_agent"],
        ip_address=row["ip_address"],
    )
