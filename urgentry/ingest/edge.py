"""The edge of ingest, on bare ASGI and, by `take`, for other transports: the same steps for every
endpoint.

Credentials are checked before a body is read, room for the body is taken before it arrives, and
the answer goes out after the commit. A request that fails as a whole is settled in the ledger here;
what becomes of its items is settled by `intake`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

import structlog
from msgspec.structs import replace

from urgentry import clock
from urgentry.domain.scope import Scope
from urgentry.errors import StorageError
from urgentry.ingest.body import Body
from urgentry.ingest.budget import NOBODY, BytesInFlight, Hold
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, envelope_headers
from urgentry.ingest.fields import field_of
from urgentry.ingest.intake import READ_HERE_BYTES, Intake
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.native.assemble import assemble
from urgentry.ingest.normalize.receipt import FindPlace
from urgentry.ingest.overflow import KEPT_BYTES, Overflow, Spill
from urgentry.ingest.quota import Quotas
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.request import Request
from urgentry.ingest.scopes import Scopes
from urgentry.ingest.space import Space
from urgentry.ingest.wire import (
    BodyLimits,
    Receive,
    Send,
    WholeBody,
    answer_preflight,
    client_hints,
    expected_bytes,
    header_map,
    read_body,
    respond,
)
from urgentry.protocol.auth import (
    Credentials,
    Source,
    check_envelope_dsn,
    envelope_credentials,
    missing,
    project_mismatch,
)
from urgentry.protocol.dsn import project_from_path
from urgentry.protocol.event_id import new_event_id, parse_event_id
from urgentry.protocol.extensions import WHOLE_BODY
from urgentry.protocol.forwarded import Networks, client_ip
from urgentry.protocol.items import creates_event, known_type, quantities
from urgentry.protocol.origins import check_envelope_origin, origin_allowed, origin_refused
from urgentry.protocol.outcome import Outcome, Reason, Rejected, invalid
from urgentry.protocol.ratelimits import RateLimit, rate_limit_headers

_RETRY_AFTER = ((b"retry-after", b"5"),)
_AFTER_MAINTENANCE = ((b"retry-after", b"60"),)
_PATHS_KEPT = 1024
_PATH_CHARS = 128
_NO_EXTENSIONS: Mapping[str, Any] = MappingProxyType({})

_Found = tuple[Endpoint, Mapping[str, str | None]]

ReadBody = Callable[[BodyLimits, Hold, Spill | None], Awaitable[Body]]
"""Reads the whole body of a request, unpacked (`wire.read_body`)."""

log = structlog.get_logger(__name__)


class IngestEdge:
    """The ASGI application for paths that one of its endpoints matches."""

    def __init__(
        self,
        *,
        endpoints: Sequence[Endpoint],
        scopes: Scopes,
        intake: Intake,
        ledger: Ledger,
        quotas: Quotas,
        budget: BytesInFlight,
        overflow: Overflow,
        limits: BodyLimits,
        space: Space,
        trusted_proxies: Networks = (),
        find_place: FindPlace | None = None,
        takes_nothing: bool = False,
    ) -> None:
        """`takes_nothing` asks everyone to come back later: the server is under maintenance."""
        self._takes_nothing = takes_nothing
        self._endpoints = endpoints
        self._remembered = lru_cache(maxsize=_PATHS_KEPT)(self._search)
        self._scopes = scopes
        self._intake = intake
        self._ledger = ledger
        self._quotas = quotas
        self._budget = budget
        self._overflow = overflow
        self._limits = limits
        self._space = space
        self._trusted = trusted_proxies
        self._find_place = find_place

    def matches(self, path: str) -> bool:
        """Whether a path, its slashes collapsed, is one of an endpoint."""
        return self._find(path) is not None

    def _find(self, path: str) -> _Found | None:
        """The endpoint of a path, and what its pattern found there."""
        return (self._remembered if len(path) <= _PATH_CHARS else self._search)(path)

    def _search(self, path: str) -> _Found | None:
        for endpoint in self._endpoints:
            matched = endpoint.pattern.fullmatch(path)
            if matched is not None:
                return endpoint, MappingProxyType(matched.groupdict())
        return None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answers one request whose path (`scope["path"]`) an endpoint matches."""
        found = self._find(scope["path"])
        if found is None:
            await respond(send, 404, b'{"detail":"unknown ingest endpoint"}')
            return
        endpoint, in_path = found
        if scope["method"] == "OPTIONS":
            await answer_preflight(send, endpoint.allowed_headers)
            return
        peer = scope.get("client")
        request = Request(
            method=scope["method"],
            path=in_path,
            query=scope["query_string"],
            headers=header_map(scope["headers"]),
            peer=peer[0] if peer else None,
            received=clock.now(),
        )
        whole = scope.get("extensions", _NO_EXTENSIONS).get(WHOLE_BODY)
        answer = await self._answer(endpoint, request, receive, whole)
        await respond(
            send,
            answer.status,
            answer.body,
            content_type=answer.content_type,
            headers=answer.headers,
        )

    async def _answer(
        self, endpoint: Endpoint, request: Request, receive: Receive, whole: WholeBody | None
    ) -> Answer:
        """What is said of a request, with the limits that are in force for its sender."""
        try:
            read = partial(read_body, receive, request.headers, whole=whole)
            envelope, event_id = await self.take(endpoint, request, read)
        except Rejected as rejected:
            answer = endpoint.rejection(request, rejected)
            return replace(answer, headers=rejected.headers_with(self._active_limits(request)))
        answer = endpoint.answer(request, envelope, event_id)
        active = self._active_limits(request)
        if not active:
            return answer
        return replace(answer, headers=[*answer.headers, *rate_limit_headers(active)])

    async def take(
        self, endpoint: Endpoint, request: Request, read: ReadBody
    ) -> tuple[Envelope, bytes | None]:
        """Stores what a request holds, and settles it; its items, and the event id to answer.
        Raises `Rejected` and nothing else when nothing of it was taken."""
        try:
            return await self._take(endpoint, request, read)
        except Rejected:
            raise
        except StorageError as error:
            raise self._unavailable(endpoint, request, error) from error
        except Exception as error:
            log.exception("ingest_failed", endpoint=type(endpoint).__name__)
            self._ledger.fault(endpoint.category, Reason.INTERNAL)
            self._settle(endpoint, request, Outcome.INVALID, Reason.INTERNAL)
            raise invalid(Reason.INTERNAL, "internal error", status=500) from error

    def _active_limits(self, request: Request) -> list[RateLimit]:
        """What the client is to hold back, be its request taken or not."""
        if request.scope is None:
            return []
        return self._quotas.active(request.scope, clock.now())

    async def _take(
        self, endpoint: Endpoint, request: Request, read: ReadBody
    ) -> tuple[Envelope, bytes | None]:
        limits = endpoint.body_limits or self._limits
        try:
            if request.method not in endpoint.methods:
                raise invalid(Reason.DISALLOWED_METHOD, "method not allowed", status=405)
            await self._authenticate(endpoint, request)
            self._refuse_in_maintenance()
            self._space.check()
            self._refuse_unread(endpoint, request)
            owner = request.scope.project_id if request.scope else NOBODY
            hold = self._budget.hold(_kept_bytes(endpoint, request), owner)
        except Rejected as rejected:
            self._settle(endpoint, request, rejected.outcome, rejected.reason)
            raise
        with hold, self._overflow.begin() as spill:
            place = spill if endpoint.takes_large else None
            try:
                body = await read(limits, hold, place)
                envelope, receipt = await self._open(endpoint, request, body, hold)
            except Rejected as rejected:
                self._settle(endpoint, request, rejected.outcome, rejected.reason)
                raise
            refusal = await self._take_all(endpoint, envelope, receipt)
        if refusal is not None:
            raise refusal
        return envelope, receipt.event_id if _has_event(envelope) else None

    async def _take_all(
        self, endpoint: Endpoint, envelope: Envelope, receipt: Receipt
    ) -> Rejected | None:
        """Stores an envelope, in parts where its key leads it to several projects; what the client
        is told instead of an answer, if anything. A part that its project's limits refuse is no
        reason to send the others again."""
        routing = receipt.scope.routing
        if routing is None:
            return endpoint.refusal(await self._intake.take(envelope, receipt))
        parts = endpoint.routes(envelope, routing)
        scopes = {value: await self._scopes.route(receipt.scope, value) for value in parts}
        refused: list[tuple[Envelope, Rejected]] = []
        for value, part in parts.items():
            own = replace(receipt, scope=scopes[value])
            refusal = endpoint.refusal(await self._intake.take(part, own))
            if refusal is not None:
                refused.append((part, refusal))
        if len(refused) == len(parts) or any(each.is_of_server for _, each in refused):
            return refused[0][1] if refused else None
        noted = [endpoint.note_refusal(part, refusal) for part, refusal in refused]
        return None if all(noted) else refused[noted.index(False)][1]

    def _refuse_in_maintenance(self) -> None:
        if self._takes_nothing:
            raise Rejected(
                Outcome.INVALID,
                Reason.PROJECT_UNAVAILABLE,
                status=503,
                detail="the server is under maintenance; try again later",
                headers=_AFTER_MAINTENANCE,
            )

    def _refuse_unread(self, endpoint: Endpoint, request: Request) -> None:
        """Raises `Rejected` for a request of which no item could be taken."""
        scope, types = request.scope, endpoint.item_types(request)
        if scope is None or not types:
            return
        counted = [quantities(item_type, {}, 1) for item_type in types]
        refusal = self._quotas.refuses_all(scope, counted, request.received)
        if refusal is not None:
            raise refusal

    async def _open(
        self, endpoint: Endpoint, request: Request, body: Body, hold: Hold
    ) -> tuple[Envelope, Receipt]:
        """Reads the body as an envelope; one whose request had no credentials brings its own."""
        if request.credentials is None:
            headers, _ = envelope_headers(body)
            scope = await self._enter(request, envelope_credentials(headers.get("dsn")))
            hold.assign(scope.project_id)
        envelope = assemble(await _read(endpoint, request, body))
        assert request.scope is not None  # noqa: S101 - _enter set it or raised
        assert request.credentials is not None  # noqa: S101 - same
        check_envelope_dsn(envelope.dsn, request.credentials, request.scope.project_id)
        check_envelope_origin(
            envelope.headers.get("origin"),
            request.header(b"origin"),
            request.header(b"referer"),
            request.scope.allowed_origins,
        )
        return envelope, self._receipt(request, request.scope, request.credentials, envelope)

    async def _authenticate(self, endpoint: Endpoint, request: Request) -> None:
        """Finds the project by what stands outside the body, where something does."""
        project = request.path.get("project")
        if project is not None:
            project_from_path(project)
        credentials = endpoint.credentials(request)
        if credentials is not None:
            await self._enter(request, credentials)
        elif not endpoint.brings_credentials:
            raise missing()

    async def _enter(self, request: Request, credentials: Credentials) -> Scope:
        scope = await self._scopes.find(credentials.public_key)
        if scope is None:
            raise project_mismatch()
        named = request.path.get("project")
        if named is not None and project_from_path(named) != scope.project_id:
            raise project_mismatch()
        if credentials.source is Source.DSN and credentials.project_id != scope.project_id:
            raise project_mismatch()
        request.scope, request.credentials = scope, credentials
        origin, referer = request.header(b"origin"), request.header(b"referer")
        if not origin_allowed(origin, referer, scope.allowed_origins):
            raise origin_refused()
        return scope

    def _receipt(
        self, request: Request, scope: Scope, credentials: Credentials, envelope: Envelope
    ) -> Receipt:
        forwarded = request.header(b"x-forwarded-for")
        event_id = envelope.event_id or _event_id_of(envelope)
        return Receipt(
            scope=scope,
            credentials=credentials,
            received=request.received,
            event_id=event_id or new_event_id(),
            is_event_id_made_up=event_id is None and not _has_event(envelope),
            sent_at=envelope.sent_at,
            client_ip=client_ip(request.peer, forwarded, self._trusted),
            user_agent=request.header(b"user-agent"),
            client_hints=client_hints(request.headers),
            find_place=self._find_place,
        )

    def _unavailable(self, endpoint: Endpoint, request: Request, error: StorageError) -> Rejected:
        log.error("ingest_unavailable", error=str(error), hint=error.hint)
        self._ledger.fault(endpoint.category, "database")
        self._settle(endpoint, request, Outcome.INVALID, Reason.PROJECT_UNAVAILABLE)
        return Rejected(
            Outcome.INVALID,
            Reason.PROJECT_UNAVAILABLE,
            status=503,
            detail="the database is away; try again later",
            headers=_RETRY_AFTER,
        )

    def _settle(self, endpoint: Endpoint, request: Request, outcome: Outcome, reason: str) -> None:
        """Settles a request that failed before its items were known: it counts as one."""
        category = endpoint.category
        self._ledger.receive(category)
        self._ledger.settle(category, outcome, reason)
        if request.scope is not None:
            self._ledger.count(request.scope, outcome, reason, ((category, 1),))


def _kept_bytes(endpoint: Endpoint, request: Request) -> int:
    """What to hold of memory before the body is read."""
    expected = expected_bytes(request.headers, endpoint.undeclared_bytes)
    return min(expected, KEPT_BYTES) if endpoint.takes_large else expected


async def _read(endpoint: Endpoint, request: Request, body: Body) -> Envelope:
    if endpoint.reads_beside and len(body) > READ_HERE_BYTES:
        return await asyncio.to_thread(endpoint.read, request, body)
    return endpoint.read(request, body)


def _has_event(envelope: Envelope) -> bool:
    return envelope.event_id is not None or any(
        creates_event(known_type(item.type, item.headers), item.headers) for item in envelope.items
    )


def _event_id_of(envelope: Envelope) -> bytes | None:
    """The id in the payload, for an envelope whose header has none."""
    for item in envelope.items:
        if creates_event(known_type(item.type, item.headers), item.headers):
            return parse_event_id(field_of(item.view, "event_id"))
    return None
