"""Completes the words of searches of spans and logs: names of attributes, and the values that they
have most often among the newest signals."""

from functools import partial

from starlette.responses import JSONResponse, Response

from urgentry import clock
from urgentry.domain.event import day_of
from urgentry.errors import ApiError
from urgentry.explore.values import common_values
from urgentry.search.signal_fields import FIELDS, find_field, known_fields
from urgentry.storage.telemetry_reading import list_attributes
from urgentry.telemetry import names
from urgentry.telemetry.columns import BOOLEAN, LIST, NUMBER, TEXT
from urgentry.telemetry.conditions import Contains
from urgentry.telemetry.signal import Kind
from urgentry.web.edge import page
from urgentry.web.picks import Picks, picked_projects, read_picks
from urgentry.web.signal_questions import ask_signals
from urgentry.web.visit import Place, Visit

_MOST = 20
_MOST_NAMES = 500
_KEPT_S = 60
_LONGEST = 200
_TYPES = frozenset({TEXT, NUMBER, BOOLEAN, LIST})
_PARTS = ("timestamp", "trace", "project", "id")
_ABOUT = {
    "timestamp": "-1h, >2026-01-01",
    "trace": "id of the trace",
    "project": "slug of the project",
    "has": "has the attribute",
    "span.duration": ">300ms, <2s",
    "span.op": "db, http.server",
    "span.status": "ok, internal_error",
    "transaction": "name of the endpoint",
    "severity": "error, warn, info",
    "message": "text of the log",
}


async def complete(visit: Visit, *, kind: Kind) -> Response:
    """Suggestions for a key, or for the value of one."""
    key = visit.query.get("key", "").replace("\x00", "").strip()[:_LONGEST]
    typed = visit.query.get("typed", "").replace("\x00", "").strip()[:_LONGEST]
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        picks = read_picks(visit, place)
        ids = [project.id for project in picked_projects(picks, place.projects)]
        since = day_of(picks.span(clock.now())[0])
        found = await list_attributes(tx, ids, kind, since_day=since)
    if key:
        values = await _values(visit, place, picks, kind, key, typed)
        return JSONResponse({"suggestions": [{"text": text} for text in values]})
    preferred = {name: fields[0].name for name, fields in known_fields(kind)}
    keys = dict.fromkeys(("has", *(part for part in _PARTS if part in FIELDS[kind])))
    keys |= dict.fromkeys(preferred.get(each.name, each.name) for each in found[:_MOST_NAMES])
    types = {preferred.get(each.name, each.name): each.type for each in found}
    shown = [{"text": name, "about": _about(name, types.get(name, ""))} for name in keys]
    kept = {"cache-control": f"private, max-age={_KEPT_S}"}
    return JSONResponse({"suggestions": shown}, headers=kept)


def _about(name: str, kind: str) -> str:
    return _ABOUT.get(name) or ("number" if kind == NUMBER else "attribute")


async def _values(
    visit: Visit, place: Place, picks: Picks, kind: Kind, key: str, typed: str
) -> list[str]:
    field = find_field(kind, key)
    if field.key == names.PROJECT:
        return [each.slug for each in place.projects if typed.lower() in each.slug][:_MOST]
    if field.key.startswith("@"):
        return []
    narrowed = (Contains(field.key, typed.lower()),) if typed else ()
    question = ask_signals(place, picks, kind, "", conditions=narrowed).question
    try:
        async with visit.deps.desk.work() as work:
            found = await common_values(work, question, field.key, types=_TYPES, limit=_MOST)
    except ApiError:
        # Whoever types goes on without suggestions.
        return []
    return [_spelled(value) for value, _ in found]


def _spelled(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


PAGES = (
    page("/{organization}/traces/complete/", GET=partial(complete, kind=Kind.SPAN)),
    page("/{organization}/logs/complete/", GET=partial(complete, kind=Kind.LOG)),
)
