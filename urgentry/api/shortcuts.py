"""From a short id or an event id to where it belongs; counting what searches find."""

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import choose_project, found, visible_projects
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_detail import shape_issue
from urgentry.api.issue_lookup import read_event_id
from urgentry.api.issue_question import read_question
from urgentry.api.shapes.events import event_details
from urgentry.domain.short_id import format_short_id, parse_short_id
from urgentry.errors import ApiError
from urgentry.storage import events, issues

_MAX_COUNT = 100
_MAX_QUERIES = 20


async def resolve_short_id(call: Call) -> Response:
    """The issue of a short id, also of one that was merged away."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "event:read")
        slug, number = found(parse_short_id(call.path("short_id")))
        issue_id = await issues.find_by_short_id(tx, entered.organization.id, slug, number)
        issue = found(await issues.get_issue(tx, found(issue_id)))
        access = await choose_project(tx, entered, issue.project_id)
        project = found(access.project)
        content = {
            "organizationSlug": access.organization.slug,
            "projectSlug": project.slug,
            "groupId": str(issue.id),
            "group": await shape_issue(call, tx, access, issue),
            "shortId": format_short_id(project.slug, issue.short_id),
        }
    return json_response(content)


async def resolve_event_id(call: Call) -> Response:
    """The event of an id in whichever project it came."""
    async with call.database.read() as tx:
        access = await call.enter(tx, "event:read", "project:read", "org:read")
        projects = {project.id: project for project in await visible_projects(tx, access)}
        event_id = found(read_event_id(call.path("event")))
        stored = found(await events.get_event(tx, projects, event_id, now=clock.now()))
    content = {
        "organizationSlug": access.organization.slug,
        "projectSlug": projects[stored.project_id].slug,
        "groupId": str(stored.issue_id),
        "eventId": stored.event_id,
        "event": event_details(stored, stored.payload()),
    }
    return json_response(content)


async def count_issues(call: Call) -> Response:
    """How many issues each `query` finds, counted up to 100."""
    queries = list(dict.fromkeys(call.query.getlist("query")))
    if len(queries) > _MAX_QUERIES:
        raise ApiError(400, f"At most {_MAX_QUERIES} queries can be counted at once.")
    async with call.database.read() as tx:
        question = await read_question(call, tx, await call.enter(tx, "event:read"))
        counts = {
            query: await issues.count_matching(tx, question.select(query), limit=_MAX_COUNT)
            for query in queries
        }
    return json_response(counts)
