"""People, and the tokens by which their programs speak for them."""

import re
from typing import Any

import msgspec

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 256
"""Longer ones are refused, so that nobody hashes a megabyte."""
MAX_EMAIL_LENGTH = 200

_EMAIL = re.compile(r"[^@\s\x00-\x1f<>\"(),:;\[\]\\]+@[^@\s\x00-\x1f<>\"(),:;\[\]\\]+")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in; times in microseconds."""

    id: int
    email: str
    name: str
    is_instance_admin: bool
    is_active: bool
    has_password: bool
    preferences: dict[str, Any]
    created_at: int
    last_login_at: int | None

    @property
    def display_name(self) -> str:
        return self.name or self.email


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser in which an account is signed in. Only the hash of its cookie is known."""

    token_hash: bytes
    account_id: int
    created_at: int
    expires_at: int
    user_agent: str
    ip_address: str

    @property
    def id(self) -> str:
        """Names the session in addresses; does not open it."""
        return self.token_hash.hex()


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token of an account, or of an organization when `account_id` is None."""

    id: int
    account_id: int | None
    organization_id: int | None
    name: str
    scopes: frozenset[str]
    hint: str
    """Its last characters, by which people recognise it."""
    created_at: int
    created_by: int | None
    last_used_at: int | None
    expires_at: int | None


def normalise_email(email: str) -> str:
    """The one form in which an address is stored and looked up; what no database takes is gone."""
    return email.encode("utf-8", "replace").decode().replace("\x00", "").strip().casefold()


def email_problem(email: str) -> str | None:
    """Why an address cannot be one, or None."""
    if len(email) > MAX_EMAIL_LENGTH or not _EMAIL.fullmatch(email.strip()):
        return "Enter a valid email address."
    return None


def password_problem(password: str, *, email: str = "") -> str | None:
    """Why a new password is refused, or None."""
    if len(password) < MIN_PASSWORD_LENGTH:
        return f"The password needs at least {MIN_PASSWORD_LENGTH} characters."
    if len(password) > MAX_PASSWORD_LENGTH:
        return f"The password may have at most {MAX_PASSWORD_LENGTH} characters."
    if email and password.casefold() == normalise_email(email):
        return "The password must not be the email address."
    if len(set(password)) == 1:
        return "The password must not repeat one character."
    return None
