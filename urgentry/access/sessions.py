"""Signing in and out, and the cookie that says so: an opaque random text, kept as a digest."""

import msgspec

from urgentry import clock
from urgentry.access.passwords import hash_password, needs_rehash, verify_password
from urgentry.access.throttle import count_attempt, forgive_attempt, too_many_attempts
from urgentry.access.tokens import digest, new_secret
from urgentry.domain.account import MAX_PASSWORD_LENGTH, Account, Session, normalise_email
from urgentry.errors import ApiError
from urgentry.storage import accounts
from urgentry.storage.database import Database, Transaction

COOKIE = "urgentry_session"
LIFETIME = 30 * clock.DAY
_USER_AGENT_LIMIT = 300


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A new session and the text of its cookie."""

    account: Account
    session: Session
    cookie: str


async def sign_in(
    database: Database, *, email: str, password: str, ip_address: str, user_agent: str
) -> SignedIn:
    """Checks the password and opens a session. ApiError 401 when address or password is wrong,
    not saying which; 429 when it was tried too often."""
    address = normalise_email(email)
    await _admit(database, address, ip_address)
    account = await _check(database, address, password)
    opened = _new_session(account, ip_address=ip_address, user_agent=user_agent)

    async def write(tx: Transaction) -> None:
        await forgive_attempt(tx, email=address, source=ip_address)
        await accounts.record_login(tx, account.id, opened.session.created_at)
        await accounts.insert_session(tx, opened.session)

    await database.write(write)
    return opened


async def open_session(
    tx: Transaction, account: Account, *, ip_address: str, user_agent: str
) -> SignedIn:
    """Signs an account in that proved itself otherwise: it was just made, or accepted a link."""
    opened = _new_session(account, ip_address=ip_address, user_agent=user_agent)
    await accounts.record_login(tx, account.id, opened.session.created_at)
    await accounts.insert_session(tx, opened.session)
    return opened


async def sign_out(database: Database, account_id: int, session_hash: bytes) -> None:
    """Ends a session."""
    await database.write(lambda tx: accounts.delete_session(tx, account_id, session_hash))


def cookie_header(cookie: str, *, is_secure: bool) -> str:
    """The value of Set-Cookie for a session; an empty text removes the cookie."""
    age = LIFETIME // clock.SECOND if cookie else 0
    secure = "; Secure" if is_secure else ""
    return f"{COOKIE}={cookie}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"


async def _admit(database: Database, address: str, ip_address: str) -> None:
    now = clock.now()
    may_go_on = await database.write(
        lambda tx: count_attempt(tx, email=address, source=ip_address, at=now)
    )
    if not may_go_on:
        raise too_many_attempts()


async def _check(database: Database, address: str, password: str) -> Account:
    async with database.read() as tx:
        credentials = await accounts.find_credentials(tx, address)
    password_hash = credentials.password_hash if credentials else None
    fits = await verify_password(password_hash, password[: MAX_PASSWORD_LENGTH + 1])
    if not fits or credentials is None or not credentials.account.is_active:
        raise ApiError(401, "The email address or the password is wrong.")
    if password_hash is not None and needs_rehash(password_hash):
        renewed = await hash_password(password)
        account_id = credentials.account.id
        await database.write(lambda tx: accounts.set_password(tx, account_id, renewed))
    return credentials.account


def _new_session(account: Account, *, ip_address: str, user_agent: str) -> SignedIn:
    cookie, now = new_secret(), clock.now()
    session = Session(
        token_hash=digest(cookie),
        account_id=account.id,
        created_at=now,
        expires_at=now + LIFETIME,
        user_agent=user_agent[:_USER_AGENT_LIMIT],
        ip_address=ip_address,
    )
    return SignedIn(account=account, session=session, cookie=cookie)
