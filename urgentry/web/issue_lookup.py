"""The issue that an address names, and the events of it that the visitor asks for."""

import re

import msgspec

from urgentry import clock
from urgentry.access.decision import as_id, choose_project, found
from urgentry.domain.condition import AllOf, Condition
from urgentry.domain.issue import Issue
from urgentry.domain.short_id import parse_short_id
from urgentry.search.events import event_condition, in_environments, within_span
from urgentry.search.scope import SearchScope
from urgentry.storage import events, issues
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventPlace, EventSelection, StoredEvent, place_of
from urgentry.web.picks import Picks
from urgentry.web.visit import Place, Visit

_EVENT_ID = re.compile(r"[0-9a-f]{32}")
_AT = re.compile(r"at-([0-9]{10,17})")


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of the events around one, in time; empty where there is none."""

    newer: str = ""
    older: str = ""


async def find_issue(tx: Transaction, place: Place, name: str) -> Issue:
    """The issue of an id or a short id; ApiError 404 when it is not there or not to be seen."""
    issue_id = as_id(name)
    if issue_id is None:
        short_id = parse_short_id(name)
        if short_id is not None:
            issue_id = await issues.find_by_short_id(tx, place.organization.id, *short_id)
    issue = found(await issues.get_issue(tx, found(issue_id)))
    await choose_project(tx, place.access, issue.project_id)
    return issue


def select_events(
    place: Place, issue: Issue, picks: Picks, query: str, *, in_period: bool = False
) -> EventSelection:
    """Events of an issue within the choice of environments, and of the period where that is asked
    for. InvalidSearch when the search is malformed."""
    now = clock.now()
    scope = SearchScope(
        organization_id=place.organization.id,
        project_ids=(issue.project_id,),
        account_id=place.access.account_id,
        now=now,
    )
    parts: list[Condition] = [in_environments(picks.environments)]
    if in_period:
        parts.append(within_span(picks.span(now)))
    if query:
        parts.append(event_condition(query, scope))
    return EventSelection(
        organization_id=place.organization.id,
        project_id=issue.project_id,
        issue_id=issue.id,
        condition=AllOf(tuple(part for part in parts if part != AllOf(()))),
    )


async def find_event(
    tx: Transaction, issue: Issue, selection: EventSelection, name: str
) -> StoredEvent | None:
    """An event by id, or `latest`, `oldest`, or `at-<microseconds>`: the newest until then."""
    at = _AT.fullmatch(name)
    if name in ("latest", "recommended") or at:
        before = EventPlace(timestamp=int(at[1]), row_id=0) if at else None
        return next(iter(await events.list_newest(tx, selection, before=before, limit=1)), None)
    if name == "oldest":
        return next(iter(await events.list_oldest(tx, selection, limit=1)), None)
    event_id = name.lower().replace("-", "")
    if not _EVENT_ID.fullmatch(event_id):
        return None
    stored = await events.get_event(tx, [issue.project_id], event_id, now=clock.now())
    return stored if stored and stored.issue_id == issue.id else None


async def find_neighbours(
    tx: Transaction, selection: EventSelection, stored: StoredEvent
) -> Neighbours:
    """The events right after and before one."""
    at = place_of(stored)
    newer = await events.list_oldest(tx, selection, after=at, limit=1)
    older = await events.list_newest(tx, selection, before=at, limit=1)
    return Neighbours(
        newer=newer[0].event_id if newer else "", older=older[0].event_id if older else ""
    )


async def enter_issue(visit: Visit, tx: Transaction, *scopes: str) -> tuple[Place, Issue]:
    """The organization and the issue that the path names."""
    place = await visit.enter(tx, *scopes)
    return place, await find_issue(tx, place, visit.path("issue"))
