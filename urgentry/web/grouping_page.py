"""The page that says why an event belongs to its issue: grouping, worked out again to be read."""

from starlette.responses import Response

from urgentry.access.decision import found
from urgentry.ingest.group import explain
from urgentry.storage import issues
from urgentry.tenancy.grouping import grouping_settings_of
from urgentry.web.edge import page
from urgentry.web.issue_lookup import enter_issue, find_event, select_events
from urgentry.web.issue_parts import read_issue_view
from urgentry.web.picks import Picks
from urgentry.web.view.grouping import ways
from urgentry.web.view.values import many, obj, text
from urgentry.web.visit import Visit


async def show(visit: Visit) -> Response:
    """The ways in which the event could be grouped, with the parts that decided."""
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        selection = select_events(place, issue, Picks(), "")
        stored = found(await find_event(tx, issue, selection, visit.path("event")))
        view = await read_issue_view(tx, place, issue)
        owned = await issues.list_hashes(tx, issue.id)
    event = stored.payload()
    hashes = {text(value) for value in many(event.get("hashes"))}
    deciding = next((each.hash.hex() for each in owned if each.id == stored.hash_id), "")
    lists_all = visit.query.get("parts") == "all"
    grouping = explain(event, grouping_settings_of(place.project_of(issue.project_id)))
    return visit.page(
        "issue_grouping.html",
        section="issues",
        issue=view,
        event_id=stored.event_id,
        config=text(obj(event.get("grouping_config")).get("id")),
        project=place.project_of(issue.project_id),
        ways=ways(grouping, hashes, deciding=deciding, lists_all=lists_all) if grouping else [],
        lists_all=lists_all,
    )


PAGES = (page("/{organization}/issues/{issue}/events/{event}/grouping/", GET=show),)
