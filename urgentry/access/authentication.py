"""From a header or a cookie to a principal. Called by the edges of `api`, `web` and `live`."""

import base64
import binascii

from urgentry import clock
from urgentry.access.principal import Principal
from urgentry.access.tokens import digest
from urgentry.domain.account import ApiToken
from urgentry.errors import ApiError
from urgentry.storage import accounts, tokens
from urgentry.storage.database import Database, Transaction


def unauthenticated(detail: str = "Authentication credentials were not provided.") -> ApiError:
    """The answer to somebody who does not say who they are."""
    return ApiError(401, detail, headers={"WWW-Authenticate": 'Bearer realm="api"'})


async def authenticate(
    database: Database, *, authorization: str | None, session: str | None
) -> Principal:
    """Who asks: by the Authorization header, which wins, or by the text of the session cookie.
    ApiError 401 when nobody does, or not validly."""
    if authorization:
        return await _by_token(database, _token_text(authorization))
    principal = await principal_of_session(database, session)
    if principal is None:
        raise unauthenticated()
    return principal


async def principal_of_session(database: Database, session: str | None) -> Principal | None:
    """Who is signed in with this cookie, or None."""
    if not session:
        return None
    token_hash = digest(session)
    async with database.read() as tx:
        account = await accounts.find_session_account(tx, token_hash, at=clock.now())
    if account is None or not account.is_active:
        return None
    return Principal(account=account, session_hash=token_hash)


def _token_text(authorization: str) -> str:
    """The token of `Bearer token`, `Token token` or `Basic base64(token:)`."""
    kind, _, rest = authorization.strip().partition(" ")
    rest = rest.strip()
    if kind.lower() in ("bearer", "token") and rest:
        return rest
    if kind.lower() == "basic" and rest:
        return _basic_user(rest)
    raise unauthenticated("Invalid token header.")


def _basic_user(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise unauthenticated("Invalid token header.") from None


async def _by_token(database: Database, text: str) -> Principal:
    now = clock.now()
    async with database.read() as tx:
        principal = await _find(tx, digest(text), now)
    await _touch(database, principal.token, now)
    return principal


async def _find(tx: Transaction, token_hash: bytes, now: int) -> Principal:
    token = await tokens.find_token(tx, token_hash)
    if token is None:
        raise unauthenticated("Invalid token")
    if token.expires_at is not None and token.expires_at <= now:
        raise unauthenticated("Token expired")
    if token.account_id is None:
        return Principal(token=token)
    account = await accounts.get_account(tx, token.account_id)
    if account is None or not account.is_active:
        raise unauthenticated("User inactive or deleted")
    return Principal(account=account, token=token)


async def _touch(database: Database, token: ApiToken | None, now: int) -> None:
    """Notes the use of a token; most calls within a minute of another write nothing."""
    if token is None or (token.last_used_at and token.last_used_at > now - clock.MINUTE):
        return
    token_id = token.id
    await database.write(lambda tx: tokens.touch_token(tx, token_id, at=now))
