"""Accounts and their tokens."""

from typing import Any

from urgentry.api.shapes.avatars import letter_avatar
from urgentry.api.timestamps import iso, iso_or_none
from urgentry.domain.account import Account, ApiToken


def account_shape(account: Account) -> dict[str, Any]:
    """A user as others see them."""
    return {
        "id": str(account.id),
        "name": account.display_name,
        "username": account.email,
        "email": account.email,
        "avatarUrl": "",
        "avatar": letter_avatar(),
        "isActive": account.is_active,
        "isSuspended": False,
        "hasPasswordAuth": account.has_password,
        "isManaged": False,
        "dateJoined": iso(account.created_at),
        "lastLogin": iso_or_none(account.last_login_at),
        "has2fa": False,
        "lastActive": iso_or_none(account.last_login_at),
        "isSuperuser": account.is_instance_admin,
        "isStaff": account.is_instance_admin,
        "experiments": {},
        "emails": [{"id": str(account.id), "email": account.email, "is_verified": True}],
    }


def own_account_shape(account: Account) -> dict[str, Any]:
    """A user as they see themself."""
    return account_shape(account) | {
        "identities": [],
        "authenticators": [],
        "canReset2fa": False,
        "options": account.preferences,
        "flags": {"newsletter_consent_prompt": False},
        "permissions": [],
    }


def account_token_shape(token: ApiToken, *, text: str | None = None) -> dict[str, Any]:
    """A user's token; its text only when it was just made."""
    shape = {
        "id": str(token.id),
        "name": token.name,
        "scopes": sorted(token.scopes),
        "application": None,
        "expiresAt": iso_or_none(token.expires_at),
        "dateCreated": iso(token.created_at),
        "dateLastUsed": iso_or_none(token.last_used_at),
        "state": None,
        "tokenLastCharacters": token.hint,
    }
    return shape if text is None else shape | {"token": text, "refreshToken": None}


def organization_token_shape(token: ApiToken, *, text: str | None = None) -> dict[str, Any]:
    """An organization's token; its text only when it was just made."""
    shape: dict[str, Any] = {
        "id": str(token.id),
        "name": token.name,
        "scopes": sorted(token.scopes),
        "tokenLastCharacters": token.hint,
        "dateCreated": iso(token.created_at),
        "dateLastUsed": iso_or_none(token.last_used_at),
        "projectLastUsedId": None,
    }
    return shape if text is None else shape | {"token": text}
