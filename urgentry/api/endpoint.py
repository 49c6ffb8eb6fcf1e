"""From a request to a handler and back: every endpoint of the API passes through here.

A `Call` is one request with what its handler needs. Errors end at this edge: the caller's become
`{"detail": …}` or `{"field": […]}`, an absent database 503, a bug 500 with a traceback in the log.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import orjson
import structlog
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from urgentry.access.authentication import authenticate
from urgentry.access.decision import Access, access, forbidden
from urgentry.access.origin import SAFE_METHODS, require_own_origin
from urgentry.access.principal import Principal
from urgentry.access.seals import Seals
from urgentry.access.sessions import COOKIE
from urgentry.blobs.base import BlobStore
from urgentry.domain.account import Account
from urgentry.domain.sdk_loader import VERSIONS
from urgentry.errors import (
    ApiError,
    CommitAmbiguous,
    DatabaseUnavailable,
    DataRejected,
    FieldError,
    StorageError,
    UniqueViolation,
)
from urgentry.explore.scanning import Desk
from urgentry.storage.database import Database, Transaction

MAX_BODY_BYTES = 1 << 20
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Answers hold what events brought, tokens and links: no browser shows them as pages or keeps
them."""

log = structlog.get_logger()


class ApiDeps(msgspec.Struct, frozen=True, kw_only=True):
    """What `app` gives the API."""

    database: Database
    blobs: BlobStore
    base_url: str
    seals: Seals = msgspec.field(default_factory=Seals)
    event_retention_days: int = 90
    desk: Desk
    """Where questions about spans, logs and metrics are worked on."""
    browser_sdk_versions: tuple[str, ...] = VERSIONS
    is_read_only: bool = False
    """Whether nothing may be changed: the server is under maintenance."""


class Call:
    """One authenticated request."""

    def __init__(self, request: Request, deps: ApiDeps, principal: Principal) -> None:
        self.request = request
        self.deps = deps
        self.principal = principal

    @property
    def database(self) -> Database:
        return self.deps.database

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    def path(self, name: str) -> str:
        """A variable of the path."""
        value: str = self.request.path_params[name]
        return value

    async def enter(self, tx: Transaction, *scopes: str) -> Access:
        """The access that the path's `{organization}` and `{project}` ask for; one of the scopes
        is enough."""
        variables = self.request.path_params
        return await access(
            tx,
            self.principal,
            *scopes,
            organization=variables["organization"],
            project=variables.get("project"),
        )

    @property
    def account(self) -> Account:
        """The account that asks; ApiError 403 for an organization's token, which is nobody."""
        if self.principal.account is None:
            raise forbidden()
        return self.principal.account

    async def body(self) -> dict[str, Any]:
        """The JSON object that was sent; an empty body is an empty object."""
        return await read_object(self.request)


Handler = Callable[[Call], Awaitable[Response]]


class Endpoint(msgspec.Struct, frozen=True):
    """A path below `/api/0` and its handlers by method."""

    path: str
    methods: dict[str, Handler]
    is_public: bool = False
    """Whether nobody in particular may ask; the principal is empty then."""


def endpoint(path: str, *, is_public: bool = False, **methods: Handler) -> Endpoint:
    """`endpoint("/organizations/{organization}/", GET=show, PUT=update)`."""
    return Endpoint(path, methods, is_public)


def as_route(declared: Endpoint, deps: ApiDeps) -> Route:
    """The route that Starlette runs."""

    async def answer(request: Request) -> Response:
        return with_headers(await _guarded(request, deps, declared))

    return Route(declared.path, answer, methods=EVERY_METHOD)


def with_headers(response: Response) -> Response:
    """The response with what every answer carries."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def json_response(
    content: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(content), status, headers, media_type="application/json")


def empty(status: int = 204) -> Response:
    """An answer without a body."""
    return Response(status_code=status)


def error_response(error: ApiError) -> Response:
    """The caller's mistake in Sentry's form."""
    content = error.fields if isinstance(error, FieldError) else {"detail": error.detail}
    return json_response(content, error.status, error.headers)


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request's body. ApiError 400 when it is none, 413 when it is too big."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            raise ApiError(413, "The request body is too large.")
    if not content.strip():
        return {}
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"JSON parse error - {error}") from None
    if not isinstance(parsed, dict):
        raise FieldError({"non_field_errors": ["Invalid data. Expected a dictionary."]})
    return parsed


async def _guarded(request: Request, deps: ApiDeps, declared: Endpoint) -> Response:
    try:
        return await _handled(request, deps, declared)
    except ApiError as error:
        return error_response(error)
    except (UniqueViolation, DataRejected, DatabaseUnavailable, CommitAmbiguous) as error:
        return _storage_answer(error)
    except ClientDisconnect:
        return empty(400)
    except Exception:
        log.exception("api_failed", method=request.method, path=declared.path)
        return json_response({"detail": "Internal Error", "errorId": None}, 500)


def _storage_answer(error: StorageError) -> Response:
    if isinstance(error, UniqueViolation):
        return json_response({"detail": "Something of this name exists already."}, 409)
    if isinstance(error, DataRejected):
        return json_response({"detail": "A value is not valid."}, 400)
    later = {"Retry-After": "5"}
    return json_response({"detail": "The database is away; try again."}, 503, later)


async def _handled(request: Request, deps: ApiDeps, declared: Endpoint) -> Response:
    method = "GET" if request.method == "HEAD" else request.method
    principal = await _principal(request, deps, declared)
    handler = declared.methods.get(method)
    if handler is None:
        allowed = {"Allow": ", ".join(sorted(declared.methods))}
        raise ApiError(405, f'Method "{method}" not allowed.', headers=allowed)
    base_url = deps.base_url
    require_own_origin(method, request.headers, principal=principal, base_url=base_url)
    if deps.is_read_only and method not in SAFE_METHODS:
        later = {"Retry-After": "60"}
        raise ApiError(503, "The server is under maintenance; try again later.", headers=later)
    return await handler(Call(request, deps, principal))


async def _principal(request: Request, deps: ApiDeps, declared: Endpoint) -> Principal:
    authorization = request.headers.get("authorization")
    sealed = request.cookies.get(COOKIE)
    if declared.is_public and not authorization and not sealed:
        return Principal()
    session = deps.seals.open(sealed)
    return await authenticate(deps.database, authorization=authorization, session=session)
