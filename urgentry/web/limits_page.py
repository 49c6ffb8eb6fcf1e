"""What an organization, a project and its keys take, and protection from spikes."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.project import ProjectKey
from urgentry.domain.quotas import Quota
from urgentry.errors import FieldError
from urgentry.ingest.spikes import LEARNED_HOURS, caps_of
from urgentry.storage import keys, quotas, usage
from urgentry.storage.database import Transaction
from urgentry.storage.quotas import Owner
from urgentry.tenancy.keys import find_key
from urgentry.tenancy.quotas import (
    SPIKE_PROTECTION,
    Wish,
    list_quotas,
    replace_quotas,
    set_spike_protection,
)
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.view.limits import (
    LIMITED,
    WINDOWS,
    LimitRow,
    parse_quantity,
    rows_of,
    wish_of,
)
from urgentry.web.visit import Place, Visit


class OfKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key and its limits."""

    key: ProjectKey
    rows: list[LimitRow]


async def show_organization(visit: Visit) -> Response:
    """The limits of the organization as a whole."""
    return await _organization(visit, Form())


async def _organization(visit: Visit, form: Form, *, status: int = 200) -> Response:
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "org:read")
        rows = await _rows(tx, await list_quotas(tx, place.access))
    return visit.page(
        "organization_limits.html",
        status=status,
        section="settings",
        tab="limits",
        form=form,
        rows=rows,
        kinds=LIMITED,
        windows=WINDOWS,
    )


async def change_organization(visit: Visit) -> Response:
    """Adds a limit, or takes one away."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "org:read")
        await _change(tx, place, None, form)
        return f"{place.base}/settings/limits/"

    try:
        address = await visit.database.write(write)
    except FieldError as error:
        return await _organization(visit, form.refuse(error), status=error.status)
    return _saved(visit, address)


async def show_project(visit: Visit) -> Response:
    """The limits of a project and of its keys, beside those of its organization."""
    return await _project(visit, Form())


async def _project(visit: Visit, form: Form, *, status: int = 200) -> Response:
    now = clock.now()
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "project:read")
        listed = await keys.list_keys(tx, [place.project.id])
        own = await _rows(tx, await list_quotas(tx, place.access))
        of_keys = [
            OfKey(key=key, rows=await _rows(tx, await list_quotas(tx, place.access, key)))
            for key in listed
        ]
        above = await quotas.list_of_owner(tx, Owner(place.organization.id))
        hours = await quotas.list_hourly(
            tx,
            place.project.id,
            from_hour=hour_of(now) - LEARNED_HOURS,
            until_hour=hour_of(now),
        )
        caps = caps_of(place.project.id, hours, hour_of(now))
        rows_above, rows_caps = await _rows(tx, above), await _rows(tx, caps)
    return visit.page(
        "project_limits.html",
        status=status,
        section="projects",
        tab="limits",
        project=place.project,
        form=form,
        rows=own,
        of_keys=of_keys,
        above=rows_above,
        caps=rows_caps,
        is_protected=place.project.settings.get(SPIKE_PROTECTION, False),
        kinds=LIMITED,
        windows=WINDOWS,
    )


async def change_project(visit: Visit) -> Response:
    """Adds a limit of the project or of a key, takes one away, or turns the protection."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "project:read")
        if form.text("action") == "protect":
            await set_spike_protection(tx, place.access, is_on=form.flag("spike_protection"))
        else:
            named = form.text("key")
            key = await find_key(tx, place.access, named) if named else None
            await _change(tx, place, key, form)
        return f"{place.base}/projects/{place.project.slug}/settings/limits/"

    try:
        address = await visit.database.write(write)
    except FieldError as error:
        return await _project(visit, form.refuse(error), status=error.status)
    return _saved(visit, address)


async def _change(tx: Transaction, place: Place, key: ProjectKey | None, form: Form) -> None:
    kept = await list_quotas(tx, place.access, key)
    if form.text("action") == "remove":
        wishes = [wish_of(quota) for quota in kept if quota.id != form.text("quota")]
    else:
        wish = _wish(form)
        others = [wish_of(quota) for quota in kept]
        wishes = [each for each in others if not _replaces(wish, each)] + [wish]
    await replace_quotas(tx, place.access, wishes, key)


def _wish(form: Form) -> Wish:
    category = form.text("category")
    quantity = parse_quantity(form.text("quantity"), category)
    window = form.number("window")
    if quantity is None or window is None:
        raise FieldError({"quotas": ["Write how much: 1000, 10k, 500 MB."]})
    return Wish(categories=(category,) if category else (), quantity=quantity, window_s=window)


def _replaces(wish: Wish, other: Wish) -> bool:
    return (wish.categories, wish.window_s) == (other.categories, other.window_s)


async def _rows(tx: Transaction, listed: Sequence[Quota]) -> list[LimitRow]:
    now = clock.now()
    return rows_of(listed, await usage.list_of_quotas(tx, listed, at=now), now)


def _saved(visit: Visit, address: str) -> Response:
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="saved"))


PAGES = (
    page("/{organization}/settings/limits/", GET=show_organization, POST=change_organization),
    page(
        "/{organization}/projects/{project}/settings/limits/",
        GET=show_project,
        POST=change_project,
    ),
)
