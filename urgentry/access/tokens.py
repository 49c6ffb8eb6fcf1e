"""The texts of tokens. Only their digests are kept, so a text is shown once, when it is made."""

import base64
import hashlib
import secrets

import msgspec
import orjson

from urgentry import clock

USER_PREFIX = "sntryu_"
ORGANIZATION_PREFIX = "sntrys_"
_HINT = 4
_MAX_LENGTH = 4096
_MIN_SUPPLIED_LENGTH = 32


class Minted(msgspec.Struct, frozen=True, kw_only=True):
    """A new token: its text for the caller, what is kept of it for the store."""

    text: str
    token_hash: bytes
    hint: str


def mint_user_token() -> Minted:
    """A token that speaks for an account."""
    return minted(USER_PREFIX + secrets.token_hex(32))


def mint_organization_token(*, base_url: str, organization_slug: str) -> Minted:
    """A token that speaks for an organization. sentry-cli reads in it where to send to."""
    told = {
        "iat": clock.now() / clock.SECOND,
        "url": base_url,
        "region_url": base_url,
        "org": organization_slug,
    }
    payload = base64.b64encode(orjson.dumps(told)).decode()
    secret = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return minted(f"{ORGANIZATION_PREFIX}{payload}_{secret}")


def minted(text: str) -> Minted:
    """What is kept of a token whose text is known beforehand."""
    return Minted(text=text, token_hash=digest(text), hint=text[-_HINT:])


def supplied_token_problem(text: str) -> str | None:
    """Why a token that somebody chose is refused, or None."""
    if not _MIN_SUPPLIED_LENGTH <= len(text) <= _MAX_LENGTH:
        return f"An auth token needs at least {_MIN_SUPPLIED_LENGTH} characters."
    if not text.isascii() or not text.isprintable() or " " in text:
        return "An auth token consists of printable ASCII characters without blanks."
    return None


def digest(text: str) -> bytes:
    """By what a token or a session is found. They are random, so that one hash is enough."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def new_secret() -> str:
    """A random text for a session's cookie or an invitation's link."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """A random key of a DSN: 32 hexadecimal digits."""
    return secrets.token_hex(16)
