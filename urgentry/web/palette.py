"""The palette: from a few letters to any page, project or issue of an organization.

The server finds, so that what is not to be seen is not found; a script shows it in a dialog, and
without one the same is a page.
"""

from collections.abc import Iterable, Iterator

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.domain.issue import Issue
from urgentry.domain.saved_view import SavedView
from urgentry.domain.short_id import format_short_id, parse_short_id
from urgentry.search.syntax import InvalidSearch
from urgentry.storage import issues, views
from urgentry.storage.database import Transaction
from urgentry.web.edge import page
from urgentry.web.picks import Picks, select_issues
from urgentry.web.visit import Place, Visit

_LONGEST = 100
_MOST = 12
_MOST_ISSUES = 6
_PERIOD = "90d"
_PAGES = (
    ("Issues", "/issues/", "issues"),
    ("Traces", "/traces/", "waterfall"),
    ("Spans", "/traces/?view=spans", "waterfall"),
    ("Performance", "/performance/", "activity"),
    ("Logs", "/logs/", "terminal"),
    ("Releases", "/releases/", "package"),
    ("Crons", "/crons/", "clock"),
    ("Projects", "/projects/", "folder"),
    ("Stats", "/stats/", "bars"),
    ("Settings of the organization", "/settings/", "settings"),
    ("Members", "/settings/members/", "user"),
    ("Teams", "/settings/teams/", "user"),
    ("Privacy of the organization", "/settings/privacy/", "shield"),
    ("Limits of the organization", "/settings/limits/", "settings"),
)
_NEW_PROJECT = ("New project", "/projects/new/", "plus")
_ACCOUNT = (
    ("Account settings", "/account/", "user"),
    ("API tokens", "/account/tokens/", "key"),
    ("Sessions", "/account/sessions/", "user"),
)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Somewhere to go."""

    label: str
    href: str
    icon: str
    hint: str = ""


async def show(visit: Visit) -> Response:
    """What is found; with `part`, nothing but the list, for scripts."""
    wanted = visit.query.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        named = await _named(tx, place, wanted)
        saved = await views.list_views(tx, place.organization.id, visit.account.id)
        said = await _saying(tx, place, wanted) if wanted and not named else []
    targets = [
        *_of_issues(place, named),
        *best(wanted, [*_places(place), *_of_views(place, saved)])[: _MOST - len(said)],
        *_of_issues(place, said),
    ]
    template = "palette_list.html" if visit.query.get("part") else "palette.html"
    return visit.page(template, section="palette", targets=targets[:_MOST], wanted=wanted)


def best(wanted: str, targets: Iterable[Target]) -> list[Target]:
    """The targets whose label has the letters in this order, the closest match first."""
    scored = [
        (score, at, each) for at, each in enumerate(targets) if (score := _score(wanted, each))
    ]
    return [each for _, _, each in sorted(scored, key=lambda one: (-one[0], one[1]))][:_MOST]


def _score(wanted: str, target: Target) -> int:
    """0 where letters are missing; more where they stand together, at the beginnings of words."""
    label, score, at, previous = target.label.lower(), 1, 0, -2
    for letter in wanted.lower():
        if letter == " ":
            continue
        found = label.find(letter, at)
        if found < 0:
            return 0
        is_start = found == 0 or not label[found - 1].isalnum()
        score += 3 * is_start + 2 * (found == previous + 1)
        previous, at = found, found + 1
    return score + 4 * label.startswith(wanted.lower())


def _places(place: Place) -> Iterator[Target]:
    for label, address, icon in _PAGES:
        yield Target(label=label, href=place.base + address, icon=icon)
    if place.access.allows("project:write", "project:admin"):
        label, address, icon = _NEW_PROJECT
        yield Target(label=label, href=place.base + address, icon=icon)
    for label, address, icon in _ACCOUNT:
        yield Target(label=label, href=address, icon=icon)
    for project in place.projects:
        href = f"{place.base}/issues/?project={project.slug}"
        yield Target(label=project.slug, href=href, icon="folder", hint="Issues of the project")
        href = f"{place.base}/projects/{project.slug}/settings/"
        yield Target(label=f"{project.slug} settings", href=href, icon="settings", hint="Project")
    for organization in place.organizations:
        if organization.id != place.organization.id:
            href = f"/{organization.slug}/issues/"
            yield Target(label=organization.name, href=href, icon="issues", hint="Organization")


def _of_views(place: Place, saved: Iterable[SavedView]) -> Iterator[Target]:
    for view in saved:
        href = f"{place.base}/issues/?{view.query}"
        yield Target(label=view.name, href=href, icon="bookmark", hint="Saved view")


async def _named(tx: Transaction, place: Place, wanted: str) -> list[Issue]:
    """The one of a short id."""
    short_id = parse_short_id(wanted)
    if short_id is None:
        return []
    issue_id = await issues.find_by_short_id(tx, place.organization.id, *short_id)
    issue = await issues.get_issue(tx, issue_id) if issue_id else None
    seen = {project.id for project in place.projects}
    return [issue] if issue and issue.project_id in seen else []


async def _saying(tx: Transaction, place: Place, wanted: str) -> list[Issue]:
    """Those that say a text, the newest first."""
    if not place.projects:
        return []
    try:
        selection = select_issues(place, Picks(period=_PERIOD), [_as_text(wanted)], clock.now())
    except InvalidSearch:
        return []
    return (await issues.list_page(tx, selection, limit=_MOST_ISSUES)).issues


def _as_text(wanted: str) -> str:
    escaped = wanted.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _of_issues(place: Place, found: Iterable[Issue]) -> Iterator[Target]:
    for issue in found:
        short_id = format_short_id(place.project_of(issue.project_id).slug, issue.short_id)
        href = f"{place.base}/issues/{short_id}/"
        yield Target(label=issue.title, href=href, icon="issues", hint=short_id)


PAGES = (page("/{organization}/palette/", GET=show),)
