"""The HTTP edge of ingest: `/api/{project_id}/envelope/` and the legacy `/store/`, on bare ASGI.

Credentials are checked before a body is read, room for the body is taken before it arrives, and
the answer goes out after the commit. Whatever is refused is settled in the ledger here.
"""

import re
from http import HTTPStatus
from typing import Any

import msgspec
import orjson
import structlog

from urgentry import clock
from urgentry.domain.event import PreparedEvent
from urgentry.domain.scope import Scope
from urgentry.errors import StorageError
from urgentry.ingest.budget import BytesInFlight
from urgentry.ingest.envelope import (
    Envelope,
    Item,
    envelope_headers,
    make_envelope,
    make_item,
    parse_envelope,
)
from urgentry.ingest.items import event as event_item
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.pipeline import Pipeline
from urgentry.ingest.quota import Quotas
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scopes import Scopes
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import (
    BodyLimits,
    Headers,
    Receive,
    Send,
    answer_pixel,
    answer_preflight,
    expected_bytes,
    header,
    header_map,
    read_body,
    refuse,
    request_credentials,
    respond,
)
from urgentry.protocol.auth import (
    Credentials,
    check_envelope_dsn,
    envelope_credentials,
    missing,
    project_mismatch,
)
from urgentry.protocol.dsn import project_from_path
from urgentry.protocol.event_id import new_event_id, parse_event_id
from urgentry.protocol.forwarded import Networks, client_ip
from urgentry.protocol.items import (
    DataCategory,
    ItemType,
    creates_event,
    known_type,
    main_category,
    quantities,
)
from urgentry.protocol.limits import MAX_EVENT_BYTES
from urgentry.protocol.origins import origin_allowed, origin_refused
from urgentry.protocol.outcome import Outcome, Reason, Rejected, invalid
from urgentry.protocol.store_body import decode_store_body, decode_store_query

PATH = re.compile(r"/api/(?:(?P<project>[^/]+)/)?(?P<endpoint>envelope|store)/?")
"""Where SDKs send to; `/api/store/` leaves the project to the key."""

_ENVELOPE_TYPE = "application/x-sentry-envelope"
_STORE_TYPES = frozenset({"event", "transaction", "security", "feedback"})
_METHODS = {"envelope": ("POST",), "store": ("POST", "GET")}
_STORE_LIMITS = BodyLimits(
    compressed_bytes=2 * MAX_EVENT_BYTES, unpack=UnpackLimits(unpacked_bytes=2 * MAX_EVENT_BYTES)
)
"""An event of the largest size may come as base64 in a form."""
_RETRY_AFTER = ((b"retry-after", b"5"),)

log = structlog.get_logger(__name__)


class _Request(msgspec.Struct, kw_only=True):
    """One request on its way in; `scope` becomes known with the key."""

    method: str
    endpoint: str
    project: str | None
    query: bytes
    headers: Headers
    peer: str | None
    received: int
    scope: Scope | None = None
    credentials: Credentials | None = None


class _Settled(Exception):
    """An item was refused and settled, and the request answers for it."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected.reason)
        self.rejected = rejected


class Ingest:
    """The ASGI application for paths that `PATH` matches."""

    def __init__(
        self,
        *,
        scopes: Scopes,
        pipeline: Pipeline,
        ledger: Ledger,
        quotas: Quotas,
        budget: BytesInFlight,
        limits: BodyLimits,
        trusted_proxies: Networks = (),
    ) -> None:
        self._scopes = scopes
        self._pipeline = pipeline
        self._ledger = ledger
        self._quotas = quotas
        self._budget = budget
        self._limits = limits
        self._trusted = trusted_proxies

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answers one request whose path (`scope["path"]`, slashes collapsed) matches."""
        matched = PATH.fullmatch(scope["path"])
        if matched is None:
            await respond(send, 404, b'{"detail":"unknown ingest endpoint"}')
            return
        if scope["method"] == "OPTIONS":
            await answer_preflight(send)
            return
        peer = scope.get("client")
        request = _Request(
            method=scope["method"],
            endpoint=matched["endpoint"],
            project=matched["project"],
            query=scope["query_string"],
            headers=header_map(scope["headers"]),
            peer=peer[0] if peer else None,
            received=clock.now(),
        )
        try:
            event_id = await self._take(request, receive)
        except Rejected as rejected:
            await refuse(send, rejected)
        except StorageError as error:
            await refuse(send, self._unavailable(request, error))
        except Exception:
            log.exception("ingest_failed", endpoint=request.endpoint)
            self._ledger.fault(_category(request), Reason.INTERNAL)
            self._settle_request(request, Outcome.INVALID, Reason.INTERNAL)
            await respond(send, 500, b'{"detail":"internal error"}')
        else:
            await self._accept(request, event_id, send)

    async def _accept(self, request: _Request, event_id: bytes | None, send: Send) -> None:
        if request.method == "GET":
            await answer_pixel(send)
            return
        body = orjson.dumps({"id": event_id.hex()}) if event_id else b"{}"
        await respond(send, 200, body)

    async def _take(self, request: _Request, receive: Receive) -> bytes | None:
        """Reads the request and stores its items; the event id to answer."""
        try:
            self._check_method(request)
            await self._authenticate(request)
            with self._budget.hold(expected_bytes(request.headers)) as hold:
                body = await read_body(receive, request.headers, self._limits_of(request), hold)
                envelope, receipt = await self._open(request, body)
                for item in envelope.items:
                    await self._take_item(item, receipt, request)
        except _Settled as settled:
            raise settled.rejected from settled
        except Rejected as rejected:
            self._settle_request(request, rejected.outcome, rejected.reason)
            raise
        return receipt.event_id if self._has_event(envelope) else None

    def _limits_of(self, request: _Request) -> BodyLimits:
        return self._limits if request.endpoint == "envelope" else _STORE_LIMITS

    async def _open(self, request: _Request, body: bytes) -> tuple[Envelope, Receipt]:
        """Reads the body as an envelope; one whose request had no credentials brings its own."""
        if request.credentials is None:
            headers, _ = envelope_headers(body)
            await self._enter(request, envelope_credentials(headers.get("dsn")))
        envelope = self._envelope(request, body)
        assert request.scope is not None  # noqa: S101 - _enter set it or raised
        assert request.credentials is not None  # noqa: S101 - same
        check_envelope_dsn(envelope.dsn, request.credentials, request.scope.project_id)
        return envelope, self._receipt(request, request.scope, request.credentials, envelope)

    def _check_method(self, request: _Request) -> None:
        if request.method not in _METHODS[request.endpoint]:
            raise invalid(Reason.DISALLOWED_METHOD, "method not allowed", status=405)

    async def _authenticate(self, request: _Request) -> None:
        """Finds the project by what stands outside the body, where something does."""
        if request.project is not None:
            project_from_path(request.project)
        credentials = request_credentials(request.headers, request.query)
        if credentials is not None:
            await self._enter(request, credentials)
        elif request.endpoint != "envelope":
            raise missing()

    async def _enter(self, request: _Request, credentials: Credentials) -> None:
        scope = await self._scopes.find(credentials.public_key)
        if scope is None:
            raise project_mismatch()
        named = request.project
        if named is not None and project_from_path(named) != scope.project_id:
            raise project_mismatch()
        origin, referer = header(request.headers, b"origin"), header(request.headers, b"referer")
        request.scope, request.credentials = scope, credentials
        if not origin_allowed(origin, referer, scope.allowed_origins):
            raise origin_refused()

    def _envelope(self, request: _Request, body: bytes) -> Envelope:
        """The items of the request; a legacy body is an envelope of one item."""
        content_type = header(request.headers, b"content-type") or ""
        if request.endpoint == "envelope" or content_type == _ENVELOPE_TYPE:
            return parse_envelope(body)
        if request.method == "GET":
            text = decode_store_query(request.query.decode("latin-1"))
        else:
            text = decode_store_body(body, content_type)
        return make_envelope({}, [_store_item(text)])

    def _receipt(
        self, request: _Request, scope: Scope, credentials: Credentials, envelope: Envelope
    ) -> Receipt:
        return Receipt(
            scope=scope,
            credentials=credentials,
            received=request.received,
            event_id=envelope.event_id or _event_id_of(envelope) or new_event_id(),
            sent_at=envelope.sent_at,
            client_ip=client_ip(
                request.peer, header(request.headers, b"x-forwarded-for"), self._trusted
            ),
            user_agent=header(request.headers, b"user-agent"),
        )

    @staticmethod
    def _has_event(envelope: Envelope) -> bool:
        return envelope.event_id is not None or any(
            creates_event(known_type(item.type, item.headers), item.headers)
            for item in envelope.items
        )

    async def _take_item(self, item: Item, receipt: Receipt, request: _Request) -> None:
        """Stores one item or settles it as refused. What the client should send again, or should
        have been told at once, is raised."""
        item_type = known_type(item.type, item.headers)
        category = main_category(item_type, item.headers)
        self._ledger.receive(category)
        try:
            if item_type is None:
                raise invalid(Reason.UNKNOWN_ITEM_TYPE, status=200)
            if item_type is not ItemType.EVENT:
                raise invalid(Reason.FEATURE_DISABLED, status=200)
            await self._store(self._prepare(item, receipt), receipt.scope)
        except Rejected as rejected:
            self._refuse_item(item, receipt.scope, rejected)
            if rejected.status >= HTTPStatus.TOO_MANY_REQUESTS or (
                request.endpoint == "store" and rejected.status != HTTPStatus.OK
            ):
                raise _Settled(rejected) from rejected

    async def _store(self, event: PreparedEvent, scope: Scope) -> None:
        """Stores an event under the limit of its key; a duplicate takes nothing of it."""
        event.window_start = self._quotas.admit(scope, event.received)
        is_written = False
        try:
            is_written = await self._pipeline.submit(event)
        finally:
            self._quotas.settle(scope.key_id, event.window_start, is_written=is_written)

    def _prepare(self, item: Item, receipt: Receipt) -> PreparedEvent:
        """The event of an item. A bug that its payload meets costs this item alone."""
        try:
            return event_item.prepare(item.payload, receipt)
        except Rejected:
            raise
        except Exception as error:
            log.exception("event_not_prepared", project_id=receipt.scope.project_id)
            self._ledger.fault(DataCategory.ERROR, Reason.INTERNAL)
            raise invalid(Reason.INTERNAL, "internal error", status=500) from error

    def _refuse_item(self, item: Item, scope: Scope, rejected: Rejected) -> None:
        item_type = known_type(item.type, item.headers)
        counted = quantities(item_type, item.headers, item.size)
        self._ledger.refuse(
            main_category(item_type, item.headers),
            rejected.outcome,
            rejected.reason,
            scope=scope,
            quantities=counted,
        )

    def _unavailable(self, request: _Request, error: StorageError) -> Rejected:
        log.error("ingest_unavailable", error=str(error), hint=error.hint)
        self._ledger.fault(_category(request), "database")
        self._settle_request(request, Outcome.INVALID, Reason.PROJECT_UNAVAILABLE)
        return Rejected(
            Outcome.INVALID,
            Reason.PROJECT_UNAVAILABLE,
            status=503,
            detail="the database is away; try again later",
            headers=_RETRY_AFTER,
        )

    def _settle_request(self, request: _Request, outcome: Outcome, reason: str) -> None:
        """Settles a request that failed before its items were known: it counts as one."""
        category = _category(request)
        self._ledger.receive(category)
        counted = ((category, 1),)
        self._ledger.refuse(category, outcome, reason, scope=request.scope, quantities=counted)


def _category(request: _Request) -> DataCategory:
    return DataCategory.ERROR if request.endpoint == "store" else DataCategory.DEFAULT


def _store_item(text: bytes) -> Item:
    """A legacy body as an item: its `type` says which, an error where it says nothing known."""
    named = _field_of(text, "type")
    return make_item(named if named in _STORE_TYPES else ItemType.EVENT.value, text)


def _event_id_of(envelope: Envelope) -> bytes | None:
    """The id in the payload, for an envelope whose header has none."""
    for item in envelope.items:
        if creates_event(known_type(item.type, item.headers), item.headers):
            return parse_event_id(_field_of(item.payload, "event_id"))
    return None


class _Fields(msgspec.Struct):
    type: Any = None
    event_id: Any = None


_FIELDS = msgspec.json.Decoder(_Fields)


def _field_of(payload: bytes, name: str) -> Any:
    """One top-level field of a payload that may not be JSON at all."""
    try:
        return getattr(_FIELDS.decode(payload), name)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
