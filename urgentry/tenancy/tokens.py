"""Making and removing API tokens. A token's text is answered once."""

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, found
from urgentry.access.scopes import SCOPES
from urgentry.access.tokens import Minted, mint_organization_token, mint_user_token
from urgentry.domain.account import Account, ApiToken
from urgentry.errors import FieldError
from urgentry.storage import tokens
from urgentry.storage.database import Transaction

ORGANIZATION_TOKEN_SCOPES = ("org:ci",)
"""What sentry-cli needs in a build, and no more."""
DEFAULT_NAME = "API token"


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token with the text that is shown once."""

    token: ApiToken
    text: str


async def create_account_token(
    tx: Transaction,
    account: Account,
    *,
    name: str,
    scopes: list[str],
    minted: Minted | None = None,
    expires_at: int | None = None,
) -> IssuedToken:
    """A token that speaks for an account, within its roles and these scopes."""
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown:
        raise FieldError({"scopes": [f'"{scope}" is not a valid choice.' for scope in unknown]})
    if not scopes:
        raise FieldError({"scopes": ["This list may not be empty."]})
    minted = minted or mint_user_token()
    token = await tokens.insert_token(
        tx,
        token_hash=minted.token_hash,
        account_id=account.id,
        organization_id=None,
        name=name or DEFAULT_NAME,
        scopes=scopes,
        hint=minted.hint,
        created_by=account.id,
        at=clock.now(),
        expires_at=expires_at,
    )
    return IssuedToken(token=token, text=minted.text)


async def create_organization_token(
    tx: Transaction, access: Access, *, name: str, base_url: str
) -> IssuedToken:
    """A token that speaks for the organization, for builds."""
    access.require("org:write", "org:admin")
    organization = access.organization
    minted = mint_organization_token(base_url=base_url, organization_slug=organization.slug)
    token = await tokens.insert_token(
        tx,
        token_hash=minted.token_hash,
        account_id=None,
        organization_id=organization.id,
        name=name,
        scopes=ORGANIZATION_TOKEN_SCOPES,
        hint=minted.hint,
        created_by=access.account_id,
        at=clock.now(),
    )
    return IssuedToken(token=token, text=minted.text)


async def find_account_token(tx: Transaction, account: Account, token_id: int) -> ApiToken:
    """A token of the account; 404 when there is none."""
    listed = await tokens.list_of_account(tx, account.id)
    return found(next((token for token in listed if token.id == token_id), None))


async def find_organization_token(tx: Transaction, access: Access, token_id: int) -> ApiToken:
    """A token of the organization; 404 when there is none."""
    listed = await tokens.list_of_organization(tx, access.organization.id)
    return found(next((token for token in listed if token.id == token_id), None))


async def delete_account_token(tx: Transaction, account: Account, token_id: int) -> None:
    """Removes a token of the account."""
    await tokens.delete_token(tx, (await find_account_token(tx, account, token_id)).id)


async def delete_organization_token(tx: Transaction, access: Access, token_id: int) -> None:
    """Removes a token of the organization."""
    access.require("org:write", "org:admin")
    await tokens.delete_token(tx, (await find_organization_token(tx, access, token_id)).id)
