"""Signing in: passwords, sessions and the throttle, on every backend."""

import asyncio

import pytest

from urgentry import clock
from urgentry.access import throttle
from urgentry.access.authentication import principal_of_session
from urgentry.access.sessions import COOKIE, SignedIn, cookie_header, sign_in, sign_out
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts
from urgentry.storage.database import Database
from urgentry.tenancy.accounts import change_password
from urgentry.tenancy.onboard import Wish, bootstrap

PASSWORD = "correct horse"
WISH = Wish(organization="acme", project="web", email="ada@example.com", password=PASSWORD)


@pytest.fixture(autouse=True)
async def ada(database: Database) -> None:
    await bootstrap(database, WISH, base_url="https://errors.example.com")


async def enter(
    database: Database,
    password: str = PASSWORD,
    *,
    email: str = " ADA@example.com",
    ip: str = "::1",
) -> SignedIn:
    return await sign_in(
        database, email=email, password=password, ip_address=ip, user_agent="a browser" * 99
    )


async def test_a_session_lasts_until_it_is_ended(database: Database) -> None:
    opened = await enter(database)
    principal = await principal_of_session(database, opened.cookie)
    assert principal is not None
    assert principal.account is not None
    assert principal.account.email == "ada@example.com"
    assert principal.account.last_login_at == opened.session.created_at
    async with database.read() as tx:
        [kept] = await accounts.list_sessions(tx, principal.account.id, at=clock.now())
    assert kept == opened.session
    assert opened.cookie.encode() not in kept.token_hash
    await sign_out(database, principal.account.id, opened.session.token_hash)
    assert await principal_of_session(database, opened.cookie) is None
    for nonsense in (None, "", "x", "\x00", "\udcff"):
        assert await principal_of_session(database, nonsense) is None


async def test_an_ended_session_speaks_for_nobody(database: Database) -> None:
    opened = await enter(database)
    later = opened.session.expires_at
    async with database.read() as tx:
        assert await accounts.find_session_account(tx, opened.session.token_hash, at=later) is None
    removed = await database.write(lambda tx: accounts.delete_expired_sessions(tx, later, limit=10))
    assert removed == 1


WRONG = (
    ("ada@example.com", "wrong horse"),
    ("bob@example.com", PASSWORD),
    ("", ""),
    ("\x00", "\x00"),
    ("\ud800@example.com", "\ud800"),
)


async def test_wrong_is_wrong_without_saying_what(database: Database) -> None:
    for email, password in WRONG:
        with pytest.raises(ApiError) as refusal:
            await enter(database, password, email=email)
        assert refusal.value.status == 401
        assert refusal.value.detail == "The email address or the password is wrong."


async def statuses(database: Database, count: int, **where: str) -> list[int]:
    attempts = (enter(database, "wrong horse", **where) for _ in range(count))
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    return sorted(answer.status for answer in answers if isinstance(answer, ApiError))


async def test_an_address_is_tried_ten_times(database: Database) -> None:
    assert await statuses(database, 12) == [401] * throttle.PER_EMAIL + [429] * 2
    with pytest.raises(ApiError, match="Too many"):
        await enter(database, ip="192.0.2.7")
    expired = clock.now() + 1
    cleared = await database.write(
        lambda tx: accounts.delete_expired_failures(tx, expired, limit=10)
    )
    assert cleared == 3
    await enter(database)


async def test_a_host_is_tried_fifty_times_whatever_it_calls_itself(database: Database) -> None:
    now = clock.now()

    async def count(number: int, source: str) -> bool:
        email = f"{number}@example.com"
        return await database.write(
            lambda tx: throttle.count_attempt(tx, email=email, source=source, at=now)
        )

    host = [await count(number, f"2001:db8::{number:x}") for number in range(52)]
    assert host == [True] * throttle.PER_ADDRESS + [False] * 2
    assert await count(99, "2001:db8:0:1::1"), "a neighbour"
    mapped = [
        await count(number, ("::ffff:192.0.2.1", "192.0.2.1")[number % 2]) for number in range(52)
    ]
    assert mapped == host
    assert await count(99, "unknown")


async def test_a_right_password_starts_the_count_anew(database: Database) -> None:
    await statuses(database, 9)
    await enter(database)
    assert await statuses(database, 9) == [401] * 9


async def test_changing_the_password_signs_others_out(database: Database) -> None:
    mine, other = await enter(database), await enter(database)
    with pytest.raises(FieldError, match="current password is wrong"):
        await change_password(database, mine.account, current="x", new="another horse")
    with pytest.raises(FieldError, match="at least 8"):
        await change_password(database, mine.account, current=PASSWORD, new="short")
    await change_password(
        database,
        mine.account,
        current=PASSWORD,
        new="another horse",
        keep_session=mine.session.token_hash,
    )
    assert await principal_of_session(database, mine.cookie) is not None
    assert await principal_of_session(database, other.cookie) is None
    await enter(database, "another horse")


def test_the_cookie_is_out_of_reach_of_scripts() -> None:
    kept = cookie_header("secret", is_secure=True)
    assert kept == f"{COOKIE}=secret; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
    assert cookie_header("", is_secure=False).endswith("Max-Age=0; HttpOnly; SameSite=Lax")
