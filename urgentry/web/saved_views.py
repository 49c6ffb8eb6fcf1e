"""Saved views: what the list of issues was asked for, under a name."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import forbidden, found
from urgentry.domain.saved_view import (
    MAX_NAME_CHARS,
    MAX_OWN,
    MAX_QUERY_CHARS,
    MAX_SHARED,
    SavedView,
)
from urgentry.errors import ApiError
from urgentry.storage import views
from urgentry.storage.database import Transaction
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.visit import Place, Visit

_KEPT = ("project", "environment", "period", "start", "end", "view", "sort", "query")


class ViewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A view as the menu lists it."""

    id: int
    name: str
    href: str
    is_shared: bool
    is_current: bool
    may_delete: bool


async def list_entries(
    tx: Transaction, visit: Visit, place: Place, current: str
) -> list[ViewEntry]:
    """The views that the visitor may open; `current` is the query of the list that is shown."""
    listed = await views.list_views(tx, place.organization.id, visit.account.id)
    asked = _normal(current)
    return [
        ViewEntry(
            id=view.id,
            name=view.name,
            href=f"{place.base}/issues/?{view.query}",
            is_shared=view.is_shared,
            is_current=view.query == asked,
            may_delete=_may_delete(visit, place, view),
        )
        for view in listed
    ]


async def save(visit: Visit) -> Response:
    """Keeps what the list was asked for; an own view of the same name is replaced."""
    form = await visit.form()
    name = form.text("name", longest=MAX_NAME_CHARS)
    query = _normal(form.text("query", longest=MAX_QUERY_CHARS))
    if not name:
        raise ApiError(400, "A view needs a name.")
    is_shared = form.text("shared") == "yes"

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "event:read")
        known = await views.list_views(tx, place.organization.id, visit.account.id)
        _check_room(visit, known, name, is_shared=is_shared)
        await views.save_view(
            tx,
            place.organization.id,
            visit.account.id,
            name,
            query=query,
            is_shared=is_shared,
            at=clock.now(),
        )
        return place.base

    base = await visit.database.write(write)
    return visit.redirect(f"{base}/issues/?{query}", flash=Flash(code="view-saved"))


async def remove(visit: Visit) -> Response:
    """Removes a view: one's own, or a shared one by who looks after the organization."""
    named = visit.path("view")

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, "event:read")
        number = int(named) if named.isascii() and named.isdecimal() and len(named) < 19 else 0  # noqa: PLR2004
        view = found(await views.get_view(tx, place.organization.id, number))
        if not _may_delete(visit, place, view):
            raise forbidden() if view.is_shared else ApiError(404, "There is no such view.")
        await views.delete_view(tx, view.id)
        return f"{place.base}/issues/"

    return visit.redirect(await visit.database.write(write), flash=Flash(code="view-removed"))


def _may_delete(visit: Visit, place: Place, view: SavedView) -> bool:
    is_own = view.account_id == visit.account.id
    return is_own or (view.is_shared and place.access.allows("org:write", "org:admin"))


def _check_room(visit: Visit, known: Sequence[SavedView], name: str, *, is_shared: bool) -> None:
    own = [view for view in known if view.account_id == visit.account.id]
    replaced = {view.id for view in own if view.name == name}
    if not replaced and len(own) >= MAX_OWN:
        raise ApiError(400, f"There are {MAX_OWN} views of yours: delete one first.")
    others = [view for view in known if view.is_shared and view.id not in replaced]
    if is_shared and len(others) >= MAX_SHARED:
        raise ApiError(400, f"There are {MAX_SHARED} shared views: delete one first.")


def _normal(query: str) -> str:
    """Only what a list can be asked for, always in the same order."""
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name in _KEPT and value]
    return urlencode(sorted(kept, key=lambda pair: _KEPT.index(pair[0])))


PAGES = (
    page("/{organization}/issues/views/", POST=save),
    page("/{organization}/issues/views/{view}/delete/", POST=remove),
)
