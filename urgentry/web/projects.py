"""The list of projects, a new one, and onboarding: from nothing to the first event."""

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.project import MAX_NAME_LENGTH, Project, ProjectKey
from urgentry.errors import ApiError, FieldError
from urgentry.protocol.dsn import format_dsn
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage import events, issues, keys, outcomes, projects, teams
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventSelection
from urgentry.tenancy.projects import create_project, update_project
from urgentry.web.charts import spark_path
from urgentry.web.edge import page
from urgentry.web.forms import Form
from urgentry.web.picks import Picks, select_issues
from urgentry.web.platforms import PLATFORMS, find_platform
from urgentry.web.visit import Place, Visit

_DAYS = 14
_HOURS = 24
_BUCKET_HOURS = 12
_CHARTED = 60
_COUNTED = 1000


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A project as the list shows it."""

    project: Project
    teams: list[str]
    events: int
    """In the last fourteen days."""
    spark: str
    unresolved: int


async def show_list(visit: Visit) -> Response:
    """Every project that the visitor may see."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "project:read")
        links = await projects.list_links(tx, [project.id for project in place.projects])
        cards = [
            await _card(tx, place, project, [link.slug for link in links.get(project.id, [])])
            for project in place.projects[:_CHARTED]
        ]
    return visit.page("projects.html", section="projects", cards=cards)


async def _card(tx: Transaction, place: Place, project: Project, names: list[str]) -> Card:
    now = clock.now()
    last = hour_of(now)
    counts = await outcomes.list_hours(
        tx,
        project.id,
        from_hour=last - _DAYS * _HOURS + 1,
        until_hour=last + 1,
        outcomes=[Outcome.ACCEPTED],
        categories=[DataCategory.ERROR],
    )
    buckets = [0] * (_DAYS * _HOURS // _BUCKET_HOURS)
    for hour, count in counts.items():
        buckets[-1 - (last - hour) // _BUCKET_HOURS] += count
    selection = select_issues(place, Picks(projects=(project.slug,)), ["is:unresolved"], now)
    return Card(
        project=project,
        teams=names,
        events=sum(buckets),
        spark=spark_path(buckets),
        unresolved=await issues.count_matching(tx, selection, limit=_COUNTED),
    )


async def show_new(visit: Visit) -> Response:
    """The form for a new project."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "project:write", "project:admin")
        groups = await teams.list_teams(tx, place.organization.id)
    return visit.page(
        "project_new.html", section="projects", form=Form(), teams=groups, platforms=PLATFORMS
    )


async def make(visit: Visit) -> Response:
    """Makes a project and goes on to onboarding."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "project:write", "project:admin")
        project = await _create(tx, visit, place, form)
        return f"{place.base}/projects/{project.slug}/start/?platform={project.platform}"

    try:
        return visit.redirect(await visit.database.write(write))
    except ApiError as error:
        if visit.place is None:
            raise
        async with visit.database.read() as tx:
            groups = await teams.list_teams(tx, visit.place.organization.id)
        return visit.page(
            "project_new.html",
            status=error.status,
            section="projects",
            form=form.refuse(error),
            teams=groups,
            platforms=PLATFORMS,
        )


async def _create(tx: Transaction, visit: Visit, place: Place, form: Form) -> Project:
    name = form.text("name", longest=MAX_NAME_LENGTH)
    if not name:
        raise FieldError({"name": ["Give it a name."]})
    chosen = set(form.numbers("team"))
    groups = await teams.list_teams(tx, place.organization.id)
    owners = [team for team in groups if team.id in chosen]
    if not place.access.sees_all_projects and not any(
        team.id in place.access.team_ids for team in owners
    ):
        raise FieldError({"team": ["Choose a team of yours, or you will not see the project."]})
    return await create_project(
        tx,
        place.access,
        name=name,
        platform=find_platform(form.text("platform")).name if form.text("platform") else "",
        teams=owners,
        retention_days=visit.deps.event_retention_days,
    )


async def start(visit: Visit) -> Response:
    """Onboarding: a snippet with the real DSN, a test event, and waiting for the first one."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "project:read")
        project = place.project
        known = [key for key in await keys.list_keys(tx, [project.id]) if key.is_active]
        selection = EventSelection(
            organization_id=place.organization.id, project_id=project.id, issue_id=None
        )
        newest = await events.list_newest(tx, selection, limit=1)
        first = await issues.get_issue(tx, newest[0].issue_id) if newest else None
    platform = find_platform(visit.query.get("platform") or project.platform)
    return visit.page(
        "start.html",
        section="projects",
        project=project,
        key=known[0] if known else None,
        platform=platform,
        platforms=PLATFORMS,
        snippet=_snippet(visit, project, known[0], platform.name) if known else "",
        dsn=format_dsn(visit.deps.base_url, known[0].public_key, project.id) if known else "",
        first=first,
    )


def _snippet(visit: Visit, project: Project, key: ProjectKey, platform: str) -> str:
    base = visit.deps.base_url.rstrip("/")
    return find_platform(platform).snippet(
        dsn=format_dsn(base, key.public_key, project.id),
        envelope=f"{base}/api/{project.id}/envelope/",
        key=key.public_key,
    )


async def choose_platform(visit: Visit) -> Response:
    """Remembers which platform a project is of."""
    form = await visit.form()
    platform = find_platform(form.text("platform")).name

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "project:read")
        if place.access.allows("project:write", "project:admin"):
            await update_project(tx, place.access, platform=platform)
        return f"{place.base}/projects/{place.project.slug}/start/"

    return visit.redirect(f"{await visit.database.write(write)}?platform={platform}")


async def show_one(visit: Visit) -> Response:
    """The address of a project leads to its issues."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "project:read")
    return visit.redirect(f"{place.base}/issues/?project={place.project.slug}")


PAGES = (
    page("/{organization}/projects/", GET=show_list),
    page("/{organization}/projects/new/", GET=show_new, POST=make),
    page("/{organization}/projects/{project}/", GET=show_one),
    page("/{organization}/projects/{project}/start/", GET=start, POST=choose_platform),
)
