"""Teams: listing, making, changing, and who is in them."""

from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.access.decision import Access
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.pagination import page_of
from urgentry.api.project_facts import facts_of
from urgentry.api.shapes.members import team_member_shape
from urgentry.api.shapes.projects import project_shape, project_summary
from urgentry.api.shapes.teams import team_shape
from urgentry.domain.organization import MAX_SLUG_LENGTH, Team, TeamRole
from urgentry.storage import accounts, members, projects, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy.members import find_member
from urgentry.tenancy.teams import (
    create_team,
    delete_team,
    find_team,
    join_team,
    leave_team,
    set_team_role,
    update_team,
)

MAX_NAME = 64


async def own_roles(tx: Transaction, entered: Access) -> dict[int, TeamRole]:
    """What the caller is in which team, by team id."""
    if entered.member_id is None:
        return {}
    places = await teams.list_places(tx, [entered.member_id])
    return {place.team_id: place.role for place in places}


async def list_teams(call: Call) -> Response:
    """The teams of the organization; with their projects unless `detailed=0`."""
    wanted = call.query.get("query", "").casefold()
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        listed = await teams.list_teams(tx, entered.organization.id)
        matching = [one for one in listed if wanted in f"{one.slug} {one.name}".casefold()]
        page, headers = page_of(call, matching)
        shapes = await _shapes(tx, entered, page, detailed=call.query.get("detailed") != "0")
    return json_response(shapes, headers=headers)


async def list_own_teams(call: Call) -> Response:
    """The teams that the caller is in, with their projects."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        listed = await teams.list_teams(tx, entered.organization.id)
        own = [team for team in listed if team.id in entered.team_ids]
        return json_response(await _shapes(tx, entered, own, detailed=True))


async def create(call: Call) -> Response:
    """A new team; a slug or a name is enough."""
    fields = Fields(await call.body())
    slug = fields.text("slug", longest=MAX_SLUG_LENGTH)
    name = fields.text("name", longest=MAX_NAME)
    if slug is None and name is None:
        fields.refuse("non_field_errors", "Name or slug is required")
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, "team:write", "org:write", "org:admin")
        team = await create_team(tx, entered, slug=slug, name=name)
        return team_shape(team, entered, (await own_roles(tx, entered)).get(team.id))

    return json_response(await call.database.write(write), 201)


async def show(call: Call) -> Response:
    """One team."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "team:read", "team:write", "team:admin")
        team = await find_team(tx, entered, call.path("team"))
        [shape] = await _shapes(tx, entered, [team], detailed=True)
    return json_response(shape)


async def update(call: Call) -> Response:
    """Changes a team's slug or name."""
    fields = Fields(await call.body())
    slug = fields.text("slug", longest=MAX_SLUG_LENGTH)
    name = fields.text("name", longest=MAX_NAME)
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, "team:write", "team:admin")
        team = await find_team(tx, entered, call.path("team"))
        team = await update_team(tx, entered, team, slug=slug, name=name)
        return team_shape(team, entered, (await own_roles(tx, entered)).get(team.id))

    return json_response(await call.database.write(write))


async def delete(call: Call) -> Response:
    """Removes a team."""

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "team:admin")
        await delete_team(tx, entered, await find_team(tx, entered, call.path("team")))

    await call.database.write(write)
    return empty()


async def list_members(call: Call) -> Response:
    """Who is in a team."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "team:read", "team:write", "team:admin")
        team = await find_team(tx, entered, call.path("team"))
        places = {place.member_id: place for place in await teams.list_team_places(tx, team.id)}
        listed = await members.list_members(tx, entered.organization.id)
        page, headers = page_of(call, [one for one in listed if one.id in places])
        people = await accounts.list_accounts(tx, [one.account_id or 0 for one in page])
    shapes = [
        team_member_shape(one, people.get(one.account_id or 0), places[one.id]) for one in page
    ]
    return json_response(shapes, headers=headers)


async def list_projects(call: Call) -> Response:
    """The projects of a team."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "project:read", "project:write", "project:admin")
        team = await find_team(tx, entered, call.path("team"))
        page, headers = page_of(call, await projects.list_of_teams(tx, [team.id]))
        facts = await facts_of(tx, page)
    shapes = [project_summary(project, entered, facts) for project in page]
    return json_response(shapes, headers=headers)


async def join(call: Call) -> Response:
    """Puts a member into a team: 201, or 204 when they are in it."""

    async def write(tx: Transaction) -> dict[str, Any] | None:
        entered = await call.enter(tx, "org:read", "org:write", "team:write")
        team = await find_team(tx, entered, call.path("team"))
        member = await find_member(tx, entered, call.path("member"))
        places = await teams.list_places(tx, [member.id])
        if any(place.team_id == team.id for place in places):
            return None
        await join_team(tx, entered, team, member)
        return await _team_after(tx, entered, team)

    shape = await call.database.write(write)
    return empty() if shape is None else json_response(shape, 201)


async def leave(call: Call) -> Response:
    """Takes a member out of a team."""

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin", "team:admin")
        team = await find_team(tx, entered, call.path("team"))
        await leave_team(tx, entered, team, await find_member(tx, entered, call.path("member")))
        return await _team_after(tx, entered, team)

    return json_response(await call.database.write(write))


async def change_role(call: Call) -> Response:
    """Changes what a member is in a team."""
    fields = Fields(await call.body())
    given = fields.choice("teamRole", [role.value for role in TeamRole], required=True)
    fields.check()
    role = TeamRole(given or "")

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "team:write", "member:write", "org:read")
        team = await find_team(tx, entered, call.path("team"))
        member = await find_member(tx, entered, call.path("member"))
        await set_team_role(tx, entered, team, member, role)

    await call.database.write(write)
    return json_response({"isActive": True, "teamRole": role.value})


async def _team_after(tx: Transaction, entered: Access, team: Team) -> dict[str, Any]:
    """The team after somebody came or went."""
    roles = await own_roles(tx, entered)
    count = len(await teams.list_team_places(tx, team.id))
    team = msgspec.structs.replace(team, member_count=count)
    return team_shape(team, entered, roles.get(team.id))


async def _shapes(
    tx: Transaction, entered: Access, listed: list[Team], *, detailed: bool
) -> list[dict[str, Any]]:
    roles = await own_roles(tx, entered)
    shapes = [team_shape(team, entered, roles.get(team.id)) for team in listed]
    if not detailed:
        return shapes
    all_projects = await projects.list_of_teams(tx, [team.id for team in listed])
    facts = await facts_of(tx, all_projects)
    for shape in shapes:
        shape["projects"] = [
            project_shape(project, entered, facts)
            for project in all_projects
            if any(str(link.team_id) == shape["id"] for link in facts.links.get(project.id, []))
        ]
    return shapes


ENDPOINTS = (
    endpoint("/organizations/{organization}/teams/", GET=list_teams, POST=create),
    endpoint("/organizations/{organization}/user-teams/", GET=list_own_teams),
    endpoint("/teams/{organization}/{team}/", GET=show, PUT=update, DELETE=delete),
    endpoint("/teams/{organization}/{team}/members/", GET=list_members),
    endpoint(
        "/organizations/{organization}/members/{member}/teams/{team}/",
        POST=join,
        PUT=change_role,
        DELETE=leave,
    ),
)
