"""Completes the words of a search: keys, and the values that events really had."""

from collections.abc import Sequence

from starlette.responses import JSONResponse, Response

from urgentry.domain.issue import LEVELS
from urgentry.domain.project import Project
from urgentry.search.keys import Key
from urgentry.storage import environments, releases, tags
from urgentry.storage.database import Transaction
from urgentry.web.assignees import list_choices
from urgentry.web.edge import page
from urgentry.web.picks import picked_projects, read_picks
from urgentry.web.visit import Place, Visit

_MOST = 20
_MOST_KEYS = 100
_KEPT_S = 60
_STATES = (
    *("unresolved", "resolved", "archived", "for_review", "regressed", "new", "ongoing"),
    *("escalating", "assigned", "unassigned", "bookmarked"),
)
_TIMES = ("-1h", "-24h", "-7d", "-14d", "+30d")
_FIXED: dict[str, Sequence[str]] = {
    Key.IS: _STATES,
    Key.LEVEL: tuple(reversed(LEVELS)),
    Key.PRIORITY: ("high", "medium", "low"),
    Key.BOOKMARKS: ("me",),
    Key.FIRST_SEEN: _TIMES,
    Key.LAST_SEEN: _TIMES,
    Key.TIMES_SEEN: (">10", ">100", ">1000"),
    Key.USERS_SEEN: (">10", ">100"),
    Key.ERROR_HANDLED: ("true", "false"),
    Key.ERROR_UNHANDLED: ("true", "false"),
}
_ABOUT = {
    Key.IS: "state",
    Key.HAS: "has the tag",
    Key.LEVEL: "severity",
    Key.RELEASE: "latest, a version, 2.*",
    Key.ENVIRONMENT: "deployment stage",
    Key.ASSIGNED: "me, none, #team, address",
    Key.FIRST_SEEN: "-24h, >2026-01-01",
    Key.LAST_SEEN: "-24h",
    Key.TIMES_SEEN: ">100",
    Key.USERS_SEEN: ">10",
    Key.USER_EMAIL: "address",
    Key.ERROR_TYPE: "class of the error",
    Key.MESSAGE: "text, with *",
    Key.BOOKMARKS: "me",
    Key.PRIORITY: "high, medium, low",
}


async def complete(visit: Visit) -> Response:
    """Values that fit what is typed after a key; without a key every key."""
    key, typed = visit.query.get("key", "")[:200], visit.query.get("typed", "")[:200]
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        projects = picked_projects(read_picks(visit, place), place.projects)
        if key:
            values = await _values(tx, place, projects, key, typed)
            return JSONResponse({"suggestions": [{"text": text} for text in values[:_MOST]]})
        found = await _keys(tx, projects)
    # Counting tags costs more than anything else here; the browser narrows the list by itself.
    kept = {"cache-control": f"private, max-age={_KEPT_S}"}
    return JSONResponse({"suggestions": found}, headers=kept)


async def _keys(tx: Transaction, projects: list[Project]) -> list[dict[str, str]]:
    known = {str(key): str(about) for key, about in _ABOUT.items()}
    known |= {key.value: "" for key in Key if key.value not in known}
    ids = [project.id for project in projects]
    for name, _events in await tags.list_project_keys(tx, ids, limit=_MOST_KEYS):
        known.setdefault(name, "tag")
    return [{"text": name, "about": about} for name, about in known.items()]


async def _values(
    tx: Transaction, place: Place, projects: list[Project], key: str, typed: str
) -> list[str]:
    wanted = typed.lower()
    listed = await _listed(tx, place, projects, key)
    if listed is None:
        pattern = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        ids = [project.id for project in projects]
        found = await tags.list_project_values(tx, ids, key, pattern=f"%{pattern}%", limit=_MOST)
        return [value.value for value in found if value.value]
    return [text for text in listed if wanted in text.lower()]


async def _listed(
    tx: Transaction, place: Place, projects: list[Project], key: str
) -> Sequence[str] | None:
    """The values of keys that have a list of their own; None for tags."""
    ids = [project.id for project in projects]
    match key:
        case Key.HAS:
            return [name for name, _ in await tags.list_project_keys(tx, ids, limit=_MOST_KEYS)]
        case Key.ASSIGNED:
            choices = await list_choices(tx, place)
            names = [f"#{choice.name}" if choice.is_team else choice.name for choice in choices]
            return ["me", "none", "my_teams", *names]
        case Key.ENVIRONMENT:
            found = await environments.list_environments(tx, ids)
            return sorted({each.name for each in found if each.name and not each.is_hidden})
        case Key.RELEASE | Key.FIRST_RELEASE:
            known = await releases.list_releases(tx, place.organization.id, ids, limit=50)
            return ["latest", *(release.version for release in known)]
        case Key.PROJECT:
            return [project.slug for project in place.projects]
    return _FIXED.get(key)


PAGES = (page("/{organization}/issues/complete/", GET=complete),)
