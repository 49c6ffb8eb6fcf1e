"""Organizations: a new one, the settings of one, and the teams in it."""

from starlette.responses import Response

from urgentry.domain.organization import slugify
from urgentry.errors import ApiError, FieldError
from urgentry.storage import members, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy import organizations as cases
from urgentry.tenancy import teams as team_cases
from urgentry.tenancy.members import find_member
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Visit

_MAX_NAME = 64


async def show_new(visit: Visit) -> Response:
    """The form for a new organization."""
    _require_instance_admin(visit)
    return visit.page("organization_new.html", form=Form(), person=visit.account)


async def make(visit: Visit) -> Response:
    """Makes it, with the visitor as its owner."""
    _require_instance_admin(visit)
    form = await visit.form()
    name = form.text("name", longest=_MAX_NAME)

    async def write(tx: Transaction) -> str:
        if not name:
            raise FieldError({"name": ["Give it a name."]})
        slug = form.text("slug") or slugify(name, fallback="organization")
        made = await cases.create_organization(tx, visit.account, slug=slug, name=name)
        return f"/{made.slug}/projects/new/"

    try:
        return visit.redirect(await visit.database.write(write))
    except ApiError as error:
        refused = form.refuse(error, "slug")
        return visit.page(
            "organization_new.html", status=error.status, form=refused, person=visit.account
        )


def _require_instance_admin(visit: Visit) -> None:
    """The same rule as the API's."""
    if not visit.principal.is_instance_admin:
        raise ApiError(
            403, "Only an administrator of this server makes organizations: ask for an invitation."
        )


async def show_general(visit: Visit) -> Response:
    """Name, slug, who may join teams."""
    async with visit.database.read() as tx:
        await visit.enter(tx, "org:read")
    return visit.page("organization_general.html", section="settings", tab="general", form=Form())


async def save_general(visit: Visit) -> Response:
    """Changes what was entered."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "org:read")
        if not form.text("name"):
            raise FieldError({"name": ["Give it a name."]})
        changed = await cases.update_organization(
            tx,
            place.access,
            name=form.text("name", longest=_MAX_NAME),
            slug=form.text("slug"),
            open_membership=form.flag("open_membership"),
        )
        return f"/{changed.slug}/settings/"

    try:
        address = await visit.database.write(write)
    except ApiError as error:
        if visit.place is None:
            raise
        return visit.page(
            "organization_general.html",
            status=error.status,
            section="settings",
            tab="general",
            form=form.refuse(error, "slug"),
        )
    return visit.redirect(address, flash=Flash(code="saved"))


async def show_teams(visit: Visit) -> Response:
    """The teams, and which of them the visitor is in."""
    return await _teams(visit, Form())


async def _teams(visit: Visit, form: Form, *, status: int = 200) -> Response:
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "team:read", "org:read")
        listed = await teams.list_teams(tx, place.organization.id)
    return visit.page(
        "teams.html", status=status, section="settings", tab="teams", form=form, teams=listed
    )


async def make_team(visit: Visit) -> Response:
    """A new team that the visitor leads."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "team:read", "org:read")
        name = form.text("name", longest=_MAX_NAME)
        if not name:
            raise FieldError({"name": ["Give it a name."]})
        team = await team_cases.create_team(tx, place.access, name=name)
        return f"{place.base}/settings/teams/{team.slug}/"

    try:
        address = await visit.database.write(write)
    except ApiError as error:
        refused = form.refuse(error, "name")
        if "slug" in refused.errors:
            refused.errors["name"] = refused.errors["slug"]
        return await _teams(visit, refused, status=error.status)
    return visit.redirect(address, flash=Flash(code="created"))


async def show_team(visit: Visit) -> Response:
    """Who is in a team."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "team:read", "org:read")
        team = await team_cases.find_team(tx, place.access, visit.path("team"))
        places = {each.member_id: each for each in await teams.list_team_places(tx, team.id)}
        people = [
            member
            for member in await members.list_members(tx, place.organization.id)
            if not member.is_pending
        ]
    return visit.page(
        "team.html", section="settings", tab="teams", team=team, places=places, people=people
    )


async def change_team(visit: Visit) -> Response:
    """Puts people in or takes them out, or deletes the team."""
    form = await visit.form()
    action = form.text("action")

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "team:read", "org:read")
        team = await team_cases.find_team(tx, place.access, visit.path("team"))
        if action == "delete":
            await team_cases.delete_team(tx, place.access, team)
            return f"{place.base}/settings/teams/"
        member = await find_member(tx, place.access, form.text("member"))
        change = team_cases.join_team if action == "join" else team_cases.leave_team
        await change(tx, place.access, team, member)
        return f"{place.base}/settings/teams/{team.slug}/"

    address = await visit.database.write(write)
    return visit.redirect(address, flash=Flash(code="removed" if action == "delete" else "saved"))


PAGES = (
    page("/organizations/new/", GET=show_new, POST=make),
    page("/{organization}/settings/", GET=show_general, POST=save_general),
    page("/{organization}/settings/teams/", GET=show_teams, POST=make_team),
    page("/{organization}/settings/teams/{team}/", GET=show_team, POST=change_team),
)
