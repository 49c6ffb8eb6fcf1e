"""`/api/0/`: who am I. sentry-cli asks it to check a token."""

from typing import Any

from starlette.responses import Response

from urgentry.access.scopes import SCOPES
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.shapes.accounts import account_shape


async def show(call: Call) -> Response:
    """The version of the API, and who asks."""
    account, token = call.principal.account, call.principal.token
    scopes = sorted(token.scopes if token else SCOPES)
    auth: dict[str, Any] | None = {"scopes": scopes} if account or token else None
    user = account_shape(account) if account else None
    return json_response({"version": "0", "auth": auth, "user": user})


ENDPOINTS = (endpoint("/", is_public=True, GET=show),)
