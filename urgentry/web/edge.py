"""From a request to a handler and back: every page passes through here.

Errors end at this edge: the visitor's become a page that says what is wrong, an absent database
503, a bug 500 with a traceback in the log. Every answer carries the content security policy.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from urgentry.access.authentication import principal_of_session
from urgentry.access.origin import SAFE_METHODS, is_own_origin
from urgentry.access.sessions import COOKIE
from urgentry.errors import ApiError, DataRejected, StorageError, UniqueViolation
from urgentry.web.deps import WebDeps
from urgentry.web.visit import Visit

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # "no-referrer" would make browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

log = structlog.get_logger(__name__)

_ALWAYS = frozenset({"/sign-in/", "/sign-out/", "/account/appearance/"})
"""Forms that are taken under maintenance, too: without them nobody could read."""

Handler = Callable[[Visit], Awaitable[Response]]


class Page(msgspec.Struct, frozen=True):
    """An address and its handlers by method."""

    path: str
    methods: dict[str, Handler]
    is_public: bool


def page(path: str, *, public: bool = False, **methods: Handler) -> Page:
    """`page("/{organization}/issues/", GET=show)`; `public` pages ask for nobody."""
    return Page(path, methods, public)


def as_route(declared: Page, deps: WebDeps) -> Route:
    """The route that Starlette runs."""

    async def answer(request: Request) -> Response:
        return with_headers(await _guarded(request, deps, declared))

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    return Route(declared.path, answer, methods=methods)


def with_headers(response: Response) -> Response:
    """The response with what every answer carries; pages are for one person's eyes."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("cache-control", "private, no-cache")
    return response


async def _guarded(request: Request, deps: WebDeps, declared: Page) -> Response:
    visit = Visit(request, deps, None)
    try:
        return await _handled(visit, declared)
    except ApiError as error:
        return _refused(visit, error)
    except StorageError as error:
        return _storage_answer(visit, error)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception:
        log.exception("page_failed", method=request.method, path=declared.path)
        return _problem(visit, 500)


def _storage_answer(visit: Visit, error: StorageError) -> Response:
    if isinstance(error, UniqueViolation):
        return _refused(visit, ApiError(409, "Something of this name exists already."))
    if isinstance(error, DataRejected):
        return _refused(visit, ApiError(400, "A value is not valid."))
    log.warning("page_storage_failed", path=visit.request.url.path, error=str(error))
    return _problem(visit, 503)


async def _handled(visit: Visit, declared: Page) -> Response:
    request = visit.request
    method = "GET" if request.method == "HEAD" else request.method
    handler = declared.methods.get(method)
    if handler is None:
        allowed = {"Allow": ", ".join(sorted(declared.methods))}
        raise ApiError(405, "This address cannot be used that way.", headers=allowed)
    if method not in SAFE_METHODS and not is_own_origin(request.headers, visit.deps.base_url):
        raise ApiError(403, "This form was not sent from a page of this server.")
    session = visit.deps.seals.open(request.cookies.get(COOKIE))
    visit.known_principal = await principal_of_session(visit.database, session)
    if visit.known_principal is None and not declared.is_public:
        raise ApiError(401, "Sign in first.")
    if visit.deps.is_read_only and method not in SAFE_METHODS and declared.path not in _ALWAYS:
        later = {"Retry-After": "60"}
        raise ApiError(503, "Nothing can be changed until it is over.", headers=later)
    return await handler(visit)


def _refused(visit: Visit, error: ApiError) -> Response:
    is_navigation = visit.request.method in ("GET", "HEAD")
    if error.status == 401:  # noqa: PLR2004 - HTTP's own word
        query = urlencode({"next": visit.address}) if is_navigation and visit.address != "/" else ""
        return visit.redirect("/sign-in/" + (f"?{query}" if query else ""))
    response = _problem(visit, error.status, error.detail)
    response.headers.update(error.headers)
    return response


_TITLES = {
    400: "That did not work",
    403: "You may not do this",
    404: "Nothing here",
    405: "Not this way",
    409: "That is taken",
    413: "Too much at once",
    429: "Too many attempts",
    500: "Something broke on our side",
    503: "The database is away",
}
_TEXTS = {
    404: "The page does not exist, or it is not yours to see.",
    500: "The error is in the server's log. Trying again may help.",
    503: "The server runs, but its database does not answer. Try again in a moment.",
}


def _problem(visit: Visit, status: int, detail: str = "") -> Response:
    text = _TEXTS.get(status) or detail
    title = _TITLES.get(status, "That did not work")
    if status == 503 and detail:  # noqa: PLR2004 - HTTP's own word
        title, text = "The server is under maintenance", detail
    return visit.page("problem.html", status=status, code=status, title=title, text=text)


async def not_found(request: Request, deps: WebDeps) -> Response:
    """The answer to an address that no page has."""

    async def nothing(_: Visit) -> Response:
        raise ApiError(404, "The requested resource does not exist")

    names = ("GET", "POST", "PUT", "PATCH", "DELETE")
    methods: dict[str, Handler] = dict.fromkeys(names, nothing)
    declared = Page("/{path}", methods, is_public=True)
    return with_headers(await _guarded(request, deps, declared))
