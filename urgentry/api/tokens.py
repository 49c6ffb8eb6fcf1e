"""Tokens of accounts (`/api-tokens/`) and of organizations (`/org-auth-tokens/`).

A token that asks may make and remove only tokens that can do no more than itself.
"""

from starlette.responses import Response

from urgentry.access.decision import as_id, forbidden, found
from urgentry.access.scopes import expand
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.pagination import page_of
from urgentry.api.shapes.accounts import account_token_shape, organization_token_shape
from urgentry.storage import tokens as stored
from urgentry.storage.database import Transaction
from urgentry.tenancy import tokens
from urgentry.tenancy.tokens import IssuedToken

MAX_NAME = 255


async def list_own(call: Call) -> Response:
    """The account's tokens, newest first."""
    async with call.database.read() as tx:
        listed = await stored.list_of_account(tx, call.account.id)
    page, headers = page_of(call, listed)
    return json_response([account_token_shape(token) for token in page], headers=headers)


async def create_own(call: Call) -> Response:
    """A new token of the account; the answer is the only one that shows it."""
    account = call.account
    fields = Fields(await call.body())
    name = fields.text("name", longest=MAX_NAME, may_be_empty=True) or ""
    scopes = fields.texts("scopes", required=True) or []
    fields.check()
    _require_no_more(call, scopes)

    async def write(tx: Transaction) -> IssuedToken:
        return await tokens.create_account_token(tx, account, name=name, scopes=scopes)

    issued = await call.database.write(write)
    return json_response(account_token_shape(issued.token, text=issued.text), 201)


async def show_own(call: Call) -> Response:
    """One token of the account."""
    async with call.database.read() as tx:
        token = await tokens.find_account_token(tx, call.account, _token_id(call.path("token")))
    return json_response(account_token_shape(token))


async def rename_own(call: Call) -> Response:
    """Renames a token of the account."""
    fields = Fields(await call.body())
    name = fields.text("name", longest=MAX_NAME, required=True) or ""
    fields.check()
    token_id, account = _token_id(call.path("token")), call.account

    async def write(tx: Transaction) -> None:
        token = await tokens.find_account_token(tx, account, token_id)
        await stored.rename_token(tx, token.id, name)

    await call.database.write(write)
    return empty()


async def delete_own(call: Call) -> Response:
    """Removes a token of the account, named in the path."""
    return await _delete_own(call, _token_id(call.path("token")))


async def delete_named(call: Call) -> Response:
    """Removes a token of the account, named in the body as older clients do."""
    body = await call.body()
    return await _delete_own(call, _token_id(str(body.get("tokenId", ""))))


async def list_of_organization(call: Call) -> Response:
    """The organization's own tokens."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        listed = await stored.list_of_organization(tx, entered.organization.id)
    page, headers = page_of(call, listed)
    return json_response([organization_token_shape(token) for token in page], headers=headers)


async def create_for_organization(call: Call) -> Response:
    """A new token of the organization; the answer is the only one that shows it."""
    fields = Fields(await call.body())
    name = fields.text("name", longest=MAX_NAME, required=True) or ""
    fields.check()
    base_url = call.deps.base_url

    async def write(tx: Transaction) -> IssuedToken:
        entered = await call.enter(tx, "org:write", "org:admin")
        return await tokens.create_organization_token(tx, entered, name=name, base_url=base_url)

    issued = await call.database.write(write)
    return json_response(organization_token_shape(issued.token, text=issued.text), 201)


async def show_of_organization(call: Call) -> Response:
    """One token of the organization."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        token_id = _token_id(call.path("token"))
        token = await tokens.find_organization_token(tx, entered, token_id)
    return json_response(organization_token_shape(token))


async def rename_of_organization(call: Call) -> Response:
    """Renames a token of the organization."""
    fields = Fields(await call.body())
    name = fields.text("name", longest=MAX_NAME, required=True) or ""
    fields.check()
    token_id = _token_id(call.path("token"))

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "org:write", "org:admin")
        token = await tokens.find_organization_token(tx, entered, token_id)
        await stored.rename_token(tx, token.id, name)

    await call.database.write(write)
    return empty()


async def delete_of_organization(call: Call) -> Response:
    """Removes a token of the organization."""
    token_id = _token_id(call.path("token"))

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "org:write", "org:admin")
        await tokens.delete_organization_token(tx, entered, token_id)

    await call.database.write(write)
    return empty()


async def _delete_own(call: Call, token_id: int) -> Response:
    account = call.account

    async def write(tx: Transaction) -> None:
        token = await tokens.find_account_token(tx, account, token_id)
        _require_no_more(call, token.scopes)
        await tokens.delete_account_token(tx, account, token.id)

    await call.database.write(write)
    return empty()


def _require_no_more(call: Call, scopes: list[str] | frozenset[str]) -> None:
    own = call.principal.token
    if own is not None and not expand(scopes) <= expand(own.scopes):
        raise forbidden()


def _token_id(text: str) -> int:
    return found(as_id(text))


ENDPOINTS = (
    endpoint("/api-tokens/", GET=list_own, POST=create_own, DELETE=delete_named),
    endpoint("/api-tokens/{token}/", GET=show_own, PUT=rename_own, DELETE=delete_own),
    endpoint(
        "/organizations/{organization}/org-auth-tokens/",
        GET=list_of_organization,
        POST=create_for_organization,
    ),
    endpoint(
        "/organizations/{organization}/org-auth-tokens/{token}/",
        GET=show_of_organization,
        PUT=rename_of_organization,
        DELETE=delete_of_organization,
    ),
)
