"""Projects: listing, making, changing, deleting, and their teams and people."""

from typing import Any

from starlette.responses import Response

from urgentry.access.decision import (
    Access,
    access,
    choose_project,
    found,
    visible_organizations,
    visible_projects,
)
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.filters import read_filter_options
from urgentry.api.pagination import page_of
from urgentry.api.privacy import read_rules_change
from urgentry.api.project_facts import facts_of
from urgentry.api.project_settings import FIXED, read_grouping_change, read_settings
from urgentry.api.refusals import refuse_unmet
from urgentry.api.shapes.members import member_shape
from urgentry.api.shapes.organizations import organization_shape
from urgentry.api.shapes.projects import (
    project_details,
    project_shape,
    project_summary,
    project_with_teams,
)
from urgentry.api.shapes.teams import team_shape
from urgentry.api.teams import list_projects as list_team_projects
from urgentry.api.teams import own_roles
from urgentry.domain.organization import Role, Team
from urgentry.domain.project import MAX_NAME_LENGTH, MAX_SLUG_LENGTH, Project
from urgentry.storage import accounts, members, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy.filters import change_filters
from urgentry.tenancy.grouping import change_grouping
from urgentry.tenancy.privacy import change_project_privacy
from urgentry.tenancy.projects import (
    create_project,
    delete_project,
    give_to_team,
    take_from_team,
    update_project,
)
from urgentry.tenancy.teams import find_team

READ = ("project:read", "project:write", "project:admin")
WRITE = ("project:write", "project:admin")
MAX_PLATFORM = 64


async def list_everywhere(call: Call) -> Response:
    """The projects of every organization of the caller."""
    listed: list[tuple[Access, Project]] = []
    async with call.database.read() as tx:
        for organization in await visible_organizations(tx, call.principal, *READ):
            entered = await access(tx, call.principal, organization=organization.id)
            listed += [(entered, project) for project in await visible_projects(tx, entered)]
        page, headers = page_of(call, listed)
        facts = await facts_of(tx, [project for _, project in page])
    shapes = [
        project_shape(project, entered, facts)
        | {"organization": organization_shape(entered.organization, call.deps.base_url)}
        for entered, project in page
    ]
    return json_response(shapes, headers=headers)


async def list_of_organization(call: Call) -> Response:
    """The projects of an organization. `query` looks into slugs and names, and takes `slug:`,
    `name:`, `id:` and `platform:`; `all_projects=1` answers one page."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        listed = await visible_projects(tx, entered)
        matching = [one for one in listed if _matches(one, call.query.get("query", ""))]
        is_whole = call.query.get("all_projects") == "1"
        page, headers = (matching, {}) if is_whole else page_of(call, matching)
        facts = await facts_of(tx, page)
    shapes = [project_summary(project, entered, facts) for project in page]
    return json_response(shapes, headers=headers)


async def create_in_team(call: Call) -> Response:
    """A new project of a team."""
    return await _create(call, call.path("team"))


async def create_in_organization(call: Call) -> Response:
    """A new project of one of the caller's teams, or of none."""
    return await _create(call, None)


async def show(call: Call) -> Response:
    """One project in full."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        return json_response(await _details(tx, call, entered))


async def update(call: Call) -> Response:
    """Changes what is given."""
    body = await call.body()
    fields = Fields(body)
    slug = fields.text("slug", longest=MAX_SLUG_LENGTH)
    name = fields.text("name", longest=MAX_NAME_LENGTH)
    platform = fields.text("platform", longest=MAX_PLATFORM, may_be_empty=True)
    settings = read_settings(fields)
    grouping = read_grouping_change(fields)
    rules = read_rules_change(fields)
    options = fields.mapping("options")
    fields.check()
    filters = read_filter_options(options or {})

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, *WRITE)
        project = await update_project(
            tx, entered, slug=slug, name=name, platform=platform, settings=settings
        )
        entered = await choose_project(tx, entered, project.id)
        if not grouping.is_empty:
            await change_grouping(tx, entered, grouping)
            entered = await choose_project(tx, entered, project.id)
        if not rules.is_empty:
            await change_project_privacy(tx, entered, rules)
            entered = await choose_project(tx, entered, project.id)
        if filters:
            await change_filters(tx, entered, filters)
            entered = await choose_project(tx, entered, project.id)
        details = await _details(tx, call, entered)
        refuse_unmet(body, details, *FIXED)
        return details

    return json_response(await call.database.write(write))


async def delete(call: Call) -> Response:
    """Removes a project."""

    async def write(tx: Transaction) -> None:
        await delete_project(tx, await call.enter(tx, "project:admin"))

    await call.database.write(write)
    return empty()


async def list_teams(call: Call) -> Response:
    """The teams of a project."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        listed = await teams.list_of_project(tx, found(entered.project).id)
        page, headers = page_of(call, listed)
        roles = await own_roles(tx, entered)
    shapes = [team_shape(team, entered, roles.get(team.id)) for team in page]
    return json_response(shapes, headers=headers)


async def add_team(call: Call) -> Response:
    """Gives the project to a team."""

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, *WRITE)
        await give_to_team(tx, entered, await find_team(tx, entered, call.path("team")))
        return await _with_teams(tx, entered)

    return json_response(await call.database.write(write), 201)


async def remove_team(call: Call) -> Response:
    """Takes the project from a team."""

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, *WRITE)
        await take_from_team(tx, entered, await find_team(tx, entered, call.path("team")))
        return await _with_teams(tx, entered)

    return json_response(await call.database.write(write))


async def list_members(call: Call) -> Response:
    """The people who can see the project."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        listed = await members.list_members(tx, entered.organization.id)
        seeing = await _seeing(tx, entered)
        page = [one for one in listed if one.account_id and (seeing is None or one.id in seeing)]
        people = await accounts.list_accounts(tx, [one.account_id or 0 for one in page])
    return json_response([member_shape(one, people.get(one.account_id or 0)) for one in page])


async def _seeing(tx: Transaction, entered: Access) -> frozenset[int] | None:
    """Ids of the members who can see the project; None for everybody."""
    if entered.organization.open_membership:
        return None
    listed = await teams.list_of_project(tx, found(entered.project).id)
    places = [place for team in listed for place in await teams.list_team_places(tx, team.id)]
    everyone = await members.list_members(tx, entered.organization.id)
    free = [one.id for one in everyone if one.role.rank >= Role.MANAGER.rank]
    return frozenset([*free, *(place.member_id for place in places)])


async def _create(call: Call, team_slug: str | None) -> Response:
    fields = Fields(await call.body())
    name = fields.text("name", longest=MAX_NAME_LENGTH, required=True) or ""
    slug = fields.text("slug", longest=MAX_SLUG_LENGTH)
    platform = fields.text("platform", longest=MAX_PLATFORM, may_be_empty=True) or ""
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, *WRITE)
        project = await create_project(
            tx,
            entered,
            name=name,
            slug=slug,
            platform=platform,
            teams=await _teams_for(tx, entered, team_slug),
            retention_days=call.deps.event_retention_days,
        )
        return project_summary(project, entered, await facts_of(tx, [project]))

    return json_response(await call.database.write(write), 201)


async def _teams_for(tx: Transaction, entered: Access, team_slug: str | None) -> list[Team]:
    if team_slug is not None:
        return [await find_team(tx, entered, team_slug)]
    listed = await teams.list_teams(tx, entered.organization.id)
    own = [team for team in listed if team.id in entered.team_ids]
    return own[:1]


async def _details(tx: Transaction, call: Call, entered: Access) -> dict[str, Any]:
    project = found(entered.project)
    facts = await facts_of(tx, [project])
    organization = organization_shape(entered.organization, call.deps.base_url)
    return project_details(project, entered, facts, organization)


async def _with_teams(tx: Transaction, entered: Access) -> dict[str, Any]:
    project = found(entered.project)
    return project_with_teams(project, entered, await facts_of(tx, [project]))


def _matches(project: Project, query: str) -> bool:
    known = {
        "slug": project.slug,
        "name": project.name,
        "platform": project.platform,
        "id": str(project.id),
    }
    text = f"{project.slug} {project.name}".casefold()
    for word in query.split():
        key, _, value = word.partition(":")
        if value and key in known:
            if known[key].casefold() != value.casefold():
                return False
        elif word.casefold() not in text:
            return False
    return True


ENDPOINTS = (
    endpoint("/projects/", GET=list_everywhere),
    endpoint(
        "/organizations/{organization}/projects/",
        GET=list_of_organization,
        POST=create_in_organization,
    ),
    endpoint("/teams/{organization}/{team}/projects/", GET=list_team_projects, POST=create_in_team),
    endpoint("/projects/{organization}/{project}/", GET=show, PUT=update, DELETE=delete),
    endpoint("/projects/{organization}/{project}/teams/", GET=list_teams),
    endpoint("/projects/{organization}/{project}/teams/{team}/", POST=add_team, DELETE=remove_team),
    endpoint("/projects/{organization}/{project}/members/", GET=list_members),
)
