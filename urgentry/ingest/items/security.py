"""`security` and `raw_security` items: reports of browsers, as events and as browsers sent them."""

from typing import Any, Final

from urgentry.domain.event import PreparedEvent
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.items.event import finish, normalized, prepare
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.normalize.bags import fit_bag
from urgentry.ingest.normalize.limits import UNTYPED
from urgentry.ingest.normalize.report import Report, at
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.reports.security import OLDER, security_payload
from urgentry.protocol.event_id import new_event_id
from urgentry.protocol.items import DataCategory

_OLDER: Final = tuple(kind.interface for kind in OLDER)


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """A report that somebody made an event of."""
    return Reading(records=[prepare(item.payload, receipt, category=DataCategory.SECURITY)])


def read_raw(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """A report; of several in an envelope the first has the envelope's id."""
    is_first = item is envelope.items[0]
    return Reading(records=[_prepare(item, receipt, receipt.event_id if is_first else None)])


def _prepare(item: Item, receipt: Receipt, event_id: bytes | None) -> PreparedEvent:
    payload = security_payload(
        parse_event_json(item.payload),
        client_ip=receipt.client_ip,
        user_agent=receipt.user_agent,
        origin=_header(item, "origin"),
        release=_header(item, "sentry_release"),
        environment=_header(item, "sentry_environment"),
    )
    older = {name: payload.pop(name) for name in _OLDER if name in payload}
    kind = payload["type"]
    event = normalized(payload, receipt, event_id or new_event_id())
    for name, report in older.items():
        event[name] = fit_bag(report, *UNTYPED, at(name), Report())
    event["type"] = kind
    return finish(event, receipt, category=DataCategory.SECURITY)


def _header(item: Item, name: str) -> str | None:
    value: Any = item.headers.get(name)
    return value if isinstance(value, str) else None
