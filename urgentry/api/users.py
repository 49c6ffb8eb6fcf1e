"""`/users/me/`: the account that asks."""

from starlette.responses import Response

from urgentry.access.decision import forbidden, found
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.refusals import refuse_unmet
from urgentry.api.shapes.accounts import own_account_shape
from urgentry.domain.account import Account
from urgentry.storage import accounts
from urgentry.storage.database import Transaction

MAX_NAME = 128
FIXED = ("username", "email", "isActive", "isSuperuser", "isStaff")
"""What Sentry lets people set of an account, and this server does not."""


async def show(call: Call) -> Response:
    """The account by "me" or its own id."""
    return json_response(own_account_shape(_own(call)))


async def update(call: Call) -> Response:
    """Changes the name, or what the account chose for its pages."""
    account = _own(call)
    body = await call.body()
    fields = Fields(body)
    name = fields.text("name", longest=MAX_NAME, may_be_empty=True)
    options = fields.mapping("options")
    fields.check()
    refuse_unmet(body, own_account_shape(account), *FIXED)

    async def write(tx: Transaction) -> Account:
        if name is not None:
            await accounts.set_name(tx, account.id, name)
        if options is not None:
            await accounts.set_preferences(tx, account.id, account.preferences | options)
        return found(await accounts.get_account(tx, account.id))

    return json_response(own_account_shape(await call.database.write(write)))


def _own(call: Call) -> Account:
    account = call.account
    if call.path("user") not in ("me", str(account.id)):
        raise forbidden()
    return account


ENDPOINTS = (endpoint("/users/{user}/", GET=show, PUT=update),)
