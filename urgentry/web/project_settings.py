"""The settings of a project: what it is called, its keys, its environments."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.domain import crash_reports
from urgentry.domain.crash_reports import read_crash_reports_kept
from urgentry.domain.patterns import lines_of
from urgentry.domain.project import MAX_NAME_LENGTH, ProjectKey
from urgentry.domain.routing import MAX_CHARS, MAX_ROUTES, SERVICE, Routing
from urgentry.domain.sdk_loader import LATEST, LoaderOptions, version_choices
from urgentry.domain.storms import DEFAULT_ONE_IN, LEAST_ONE_IN, MOST_AFTER, MOST_ONE_IN
from urgentry.errors import ApiError, FieldError
from urgentry.protocol.dsn import format_dsn
from urgentry.storage import environments, keys, projects, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy import keys as key_cases
from urgentry.tenancy import projects as project_cases
from urgentry.tenancy.changes import tell
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.platforms import PLATFORMS
from urgentry.web.visit import Place, Visit

_READ = ("project:read",)
_WRITE = ("project:write", "project:admin")
_WHOLE = ("org:write", "org:admin")
_MAX_LABEL = 64
_LOADER_PARTS = {
    "performance": "Tracing",
    "replay": "Session replay",
    "feedback": "Feedback form",
    "logs_and_metrics": "Logs and metrics",
    "debug": "Debug output",
}


class ShownKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key with the addresses that SDKs and tools are given."""

    key: ProjectKey
    dsn: str
    envelope: str
    store: str
    security: str
    network_errors: str
    loader: str
    deprecated_dsn: str


async def show_general(visit: Visit) -> Response:
    """Name, slug, platform, teams, removal."""
    return await _general(visit, Form())


_CRASH_REPORT_CHOICES = (
    (crash_reports.NONE, "None"),
    *((number, str(number)) for number in (1, 2, 5, 10, crash_reports.MOST)),
    (crash_reports.UNLIMITED, "All"),
)


async def _general(visit: Visit, form: Form, *, status: int = 200) -> Response:
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_READ)
        groups = await teams.list_teams(tx, place.organization.id)
        linked = await projects.list_links(tx, [place.project.id])
    return visit.page(
        "project_general.html",
        status=status,
        section="projects",
        tab="general",
        form=form,
        project=place.project,
        platforms=PLATFORMS,
        storm=_storm_fields(place.project.settings),
        crash_reports=read_crash_reports_kept(place.project.settings),
        crash_report_choices=_CRASH_REPORT_CHOICES,
        teams=groups,
        linked={link.team_id for link in linked.get(place.project.id, [])},
    )


async def save_general(visit: Visit) -> Response:
    """Changes what was entered."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *_WRITE)
        if not form.text("name"):
            raise FieldError({"name": ["Give it a name."]})
        project = await project_cases.update_project(
            tx,
            place.access,
            name=form.text("name", longest=MAX_NAME_LENGTH),
            slug=form.text("slug"),
            platform=form.text("platform", longest=64),
            settings=_storm_settings(form) | _crash_settings(form),
        )
        await _save_teams(tx, place, set(form.numbers("team")))
        return f"{place.base}/projects/{project.slug}/settings/"

    try:
        address = await visit.database.write(write)
    except ApiError as error:
        return await _general(visit, form.refuse(error), status=error.status)
    return visit.redirect(address, flash=Flash(code="saved"))


def _storm_fields(settings: dict[str, Any]) -> dict[str, str]:
    """What the fields about storms show."""
    return {
        "after": str(settings.get("storm_after") or ""),
        "one_in": str(settings.get("storm_one_in", DEFAULT_ONE_IN)),
    }


def _storm_settings(form: Form) -> dict[str, int]:
    """What is kept of a storm; an empty first field keeps everything."""
    bounds = {"storm_after": (0, MOST_AFTER), "storm_one_in": (LEAST_ONE_IN, MOST_ONE_IN)}
    given: dict[str, int] = {}
    for name, (least, most) in bounds.items():
        if not form.text(name):
            given[name] = 0 if name == "storm_after" else DEFAULT_ONE_IN
        elif (number := form.number(name, least=least, most=most)) is not None:
            given[name] = number
        else:
            raise FieldError({name: [f"A whole number from {least} to {most}."]})
    return given


def _crash_settings(form: Form) -> dict[str, int]:
    """How many dumps of a kind are kept, where the form says it."""
    chosen = form.text("crash_reports")
    if not chosen:
        return {}
    known = {str(number): number for number, _ in _CRASH_REPORT_CHOICES}
    if chosen not in known:
        raise FieldError({"crash_reports": ["Choose one of the list."]})
    return {"store_crash_reports": known[chosen]}


async def _save_teams(tx: Transaction, place: Place, chosen: set[int]) -> None:
    linked = await projects.list_links(tx, [place.project.id])
    before = {link.team_id for link in linked.get(place.project.id, [])}
    for team in await teams.list_teams(tx, place.organization.id):
        if team.id in chosen - before:
            await project_cases.give_to_team(tx, place.access, team)
        elif team.id in before - chosen:
            await project_cases.take_from_team(tx, place.access, team)


async def delete(visit: Visit) -> Response:
    """Removes the project when its slug was typed."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "project:admin")
        if form.text("confirm") != place.project.slug:
            raise FieldError({"confirm": ["This is not the project's slug."]})
        await project_cases.delete_project(tx, place.access)
        return f"{place.base}/projects/"

    try:
        address = await visit.database.write(write)
    except FieldError as error:
        return await _general(visit, form.refuse(error), status=400)
    return visit.redirect(address, flash=Flash(code="removed"))


async def show_keys(visit: Visit) -> Response:
    """The keys with their DSNs."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_READ)
        listed = await keys.list_keys(tx, [place.project.id])
    return visit.page(
        "project_keys.html",
        section="projects",
        tab="keys",
        project=place.project,
        form=Form(),
        keys=[_shown_key(visit, key) for key in listed],
        slugs={project.id: project.slug for project in place.projects},
        attribute=SERVICE,
        versions=version_choices(visit.deps.browser_sdk_versions),
        parts=_LOADER_PARTS,
    )


def _shown_key(visit: Visit, key: ProjectKey) -> ShownKey:
    base = visit.deps.base_url.rstrip("/")
    dsn = format_dsn(base, key.public_key, key.project_id)
    return ShownKey(
        key=key,
        dsn=dsn,
        envelope=f"{base}/api/{key.project_id}/envelope/",
        store=f"{base}/api/{key.project_id}/store/",
        security=f"{base}/api/{key.project_id}/security/?sentry_key={key.public_key}",
        network_errors=f"{base}/api/{key.project_id}/nel/?sentry_key={key.public_key}",
        loader=f'<script src="{base}/js-sdk-loader/{key.public_key}.min.js"></script>',
        deprecated_dsn=dsn.replace(key.public_key, f"{key.public_key}:{key.secret_key}", 1),
    )


def _routing(form: Form, place: Place) -> Routing | None:
    """How exports are led on, a line for each value: `checkout-api = checkout`. FieldError for a
    line that is none, or names no project."""
    if not form.flag("routes"):
        return None
    ids = {project.slug: project.id for project in place.projects}
    routes: dict[str, int] = {}
    for line in lines_of(form.text("routing_projects", longest=MAX_ROUTES * 2 * MAX_CHARS)):
        value, found, slug = (part.strip() for part in line.rpartition("="))
        if not found or not value or slug not in ids:
            raise FieldError({"routing": [f'"{line}" leads to no project: write value = project.']})
        routes[value[:MAX_CHARS]] = ids[slug]
    attribute = form.text("routing_attribute", longest=MAX_CHARS) or SERVICE
    return Routing(attribute=attribute, projects=routes)


async def make_key(visit: Visit) -> Response:
    """A new key."""
    form = await visit.form()
    label = form.text("label", longest=_MAX_LABEL) or None

    async def change(tx: Transaction, place: Place) -> None:
        await key_cases.create_key(tx, place.access, label=label)

    return await _changed(visit, change, "keys/", "created")


async def change_key(visit: Visit) -> Response:
    """Renames, limits, disables, enables or deletes a key."""
    form = await visit.form()
    action = form.text("action")

    async def change(tx: Transaction, place: Place) -> None:
        key = await key_cases.find_key(tx, place.access, visit.path("key"))
        if action == "delete":
            await key_cases.delete_key(tx, place.access, key)
        elif action in ("enable", "disable"):
            is_active = action == "enable"
            await key_cases.update_key(tx, place.access, key, is_active=is_active)
        else:
            label = form.text("label", longest=_MAX_LABEL) or key.label
            loader = _loader(visit, form)
            key = await key_cases.update_key(tx, place.access, key, label=label, loader=loader)
            key = await key_cases.set_rate_limit(tx, place.access, key, _rate_limit(form))
            routing = _routing(form, place)
            if place.access.allows(*_WHOLE) and routing != key.routing:
                await key_cases.set_routing(tx, place.access, key, routing)

    return await _changed(visit, change, "keys/", "removed" if action == "delete" else "saved")


def _loader(visit: Visit, form: Form) -> LoaderOptions:
    """What was ticked; a version that nobody offered is the latest."""
    version = form.text("loader_version")
    offered = version_choices(visit.deps.browser_sdk_versions)
    return LoaderOptions(
        version=version if version in offered else LATEST,
        **{name: form.flag(f"loader_{name}") for name in _LOADER_PARTS},
    )


def _rate_limit(form: Form) -> tuple[int, int] | None:
    count, window = form.number("limit_count"), form.number("limit_window", most=86_400)
    return (count, window) if count is not None and window is not None else None


async def show_environments(visit: Visit) -> Response:
    """The environments that events named."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_READ)
        listed = await environments.list_environments(tx, [place.project.id])
    return visit.page(
        "project_environments.html",
        section="projects",
        tab="environments",
        project=place.project,
        environments=listed,
    )


async def change_environment(visit: Visit) -> Response:
    """Hides an environment from pickers, or shows it again."""
    form = await visit.form()

    async def change(tx: Transaction, place: Place) -> None:
        await environments.set_hidden(
            tx, place.project.id, [form.raw("name")], is_hidden=form.text("action") == "hide"
        )
        await tell(
            tx,
            "environment.updated",
            organization_id=place.organization.id,
            project_id=place.project.id,
        )

    return await _changed(visit, change, "environments/", "saved")


async def _changed(
    visit: Visit,
    change: Callable[[Transaction, Place], Awaitable[None]],
    part: str,
    code: str,
) -> Response:
    """Makes one change to the project and goes back to a part of its settings."""

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *_WRITE)
        await change(tx, place)
        return f"{place.base}/projects/{place.project.slug}/settings/{part}"

    address = await visit.database.write(write)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code=code))


_BASE = "/{organization}/projects/{project}/settings/"
PAGES = (
    page(_BASE, GET=show_general, POST=save_general),
    page(_BASE + "delete/", POST=delete),
    page(_BASE + "keys/", GET=show_keys, POST=make_key),
    page(_BASE + "keys/{key}/", POST=change_key),
    page(_BASE + "environments/", GET=show_environments, POST=change_environment),
)
