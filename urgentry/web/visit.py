"""One request for a page with what its handler needs, and the responses that pages give."""

import gzip
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from urgentry.access.decision import Access, access, visible_organizations, visible_projects
from urgentry.access.principal import Principal
from urgentry.access.sessions import cookie_header
from urgentry.domain.account import Account
from urgentry.domain.organization import Organization
from urgentry.domain.project import Project
from urgentry.errors import ApiError
from urgentry.protocol.forwarded import client_ip
from urgentry.storage import feed
from urgentry.storage.database import Database, Transaction
from urgentry.web import flash as flashes
from urgentry.web.deps import WebDeps
from urgentry.web.flash import Flash
from urgentry.web.forms import Form, read_form
from urgentry.web.look import COOKIE as LOOK_COOKIE
from urgentry.web.look import Look, look_of
from urgentry.web.rendering import render

_PACK_ABOVE = 1400
_PACK_LEVEL = 3


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the server a page stands: an organization, with what its navigation lists."""

    access: Access
    organizations: list[Organization]
    projects: list[Project]
    head: int
    """The newest number of the change log when the page was read: the live stream begins there."""

    @property
    def organization(self) -> Organization:
        return self.access.organization

    @property
    def base(self) -> str:
        """The beginning of the organization's addresses."""
        return f"/{self.organization.slug}"

    @property
    def project(self) -> Project:
        """The project of the page; pages below `{project}` only."""
        if self.access.project is None:
            raise ApiError(404, "The requested resource does not exist")
        return self.access.project

    def project_of(self, project_id: int) -> Project:
        """The project of an issue that the visitor may see."""
        return next(project for project in self.projects if project.id == project_id)


class Visit:
    """A request on its way through a handler."""

    def __init__(self, request: Request, deps: WebDeps, principal: Principal | None) -> None:
        self.request = request
        self.deps = deps
        self.known_principal = principal
        self.look: Look = look_of(request.cookies.get(LOOK_COOKIE))
        self.place: Place | None = None
        self.cookies: list[str] = []

    @property
    def database(self) -> Database:
        return self.deps.database

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    @property
    def principal(self) -> Principal:
        """Who is signed in; ApiError 401 when nobody is."""
        if self.known_principal is None:
            raise ApiError(401, "Sign in first.")
        return self.known_principal

    @property
    def account(self) -> Account:
        """The person who is signed in."""
        if self.principal.account is None:
            raise ApiError(401, "Sign in first.")
        return self.principal.account

    @property
    def address(self) -> str:
        """The path and query that were asked for."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def ip_address(self) -> str:
        """Whose request it is."""
        peer = self.request.client.host if self.request.client else None
        # Some proxies append a line of their own to what the client sent.
        forwarded = ",".join(self.request.headers.getlist("x-forwarded-for"))
        return client_ip(peer, forwarded, self.deps.trusted_proxies) or ""

    @property
    def user_agent(self) -> str:
        return self.request.headers.get("user-agent", "")

    def path(self, name: str) -> str:
        """A variable of the path."""
        value: str = self.request.path_params[name]
        return value

    async def form(self) -> Form:
        """The fields that were sent."""
        return await read_form(self.request)

    async def enter(self, tx: Transaction, *scopes: str) -> Place:
        """The organization (and project) that the path names; ApiError 404 or 403."""
        variables = self.request.path_params
        entered = await access(
            tx,
            self.principal,
            *scopes,
            organization=variables["organization"],
            project=variables.get("project"),
        )
        self.place = Place(
            # Before anything else is read: what happens meanwhile is told twice rather than never.
            head=await feed.get_head(tx),
            access=entered,
            organizations=await visible_organizations(tx, self.principal),
            projects=await visible_projects(tx, entered),
        )
        return self.place

    def page(self, template: str, *, status: int = 200, **view: Any) -> Response:
        """A page."""
        message = flashes.decode(self.request.cookies.get(flashes.COOKIE))
        if message is not None:
            self.cookies.append(flashes.cleared())
        shared = {
            "visit": self,
            "account": self.known_principal.account if self.known_principal else None,
            "place": self.place,
            "look": self.look,
            "flash": message,
            "is_read_only": self.deps.is_read_only,
        }
        return self._answer(render(template, shared | view), status)

    def redirect(self, address: str, *, flash: Flash | None = None) -> Response:
        """Sends the browser on, with a message to show there."""
        if flash is not None:
            self.cookies.append(flashes.encode(flash, is_secure=self.deps.is_secure))
        response = Response(status_code=303, headers={"location": quote(address, safe=_SAFE)})
        return self._with_cookies(response)

    def _answer(self, html: str, status: int) -> Response:
        body = html.encode()
        headers = {"content-type": "text/html; charset=utf-8", "vary": "accept-encoding, cookie"}
        accepts = self.request.headers.get("accept-encoding", "")
        if len(body) > _PACK_ABOVE and "gzip" in accepts:
            body = gzip.compress(body, _PACK_LEVEL)
            headers["content-encoding"] = "gzip"
        return self._with_cookies(Response(body, status, headers))

    def session_cookie(self, text: str) -> str:
        """The header that signs in with a session's text."""
        return cookie_header(self.deps.seals.seal(text), is_secure=self.deps.is_secure)

    def _with_cookies(self, response: Response) -> Response:
        for cookie in self.cookies:
            response.headers.append("set-cookie", cookie)
        return response


_SAFE = "/:?&=%#+,;@!$'()*~[]"
