"""The issue list: tabs, search, sort, pages, and what a live list asks in between."""

import re
from collections.abc import Sequence

import msgspec
from starlette.responses import JSONResponse, Response

from urgentry import clock
from urgentry.domain.condition import AllOf, AnyOf, Condition, Holds
from urgentry.domain.issue import Issue
from urgentry.search.syntax import InvalidSearch
from urgentry.storage import environments, issues, stats
from urgentry.storage.database import Transaction
from urgentry.storage.issues import IssuePage, IssueSelection, Sort
from urgentry.storage.issues import Place as ListPlace
from urgentry.triage.reading import read_surroundings
from urgentry.web.assignees import list_choices
from urgentry.web.edge import page
from urgentry.web.picks import Buckets, Picks, picked_projects, read_picks, select_issues
from urgentry.web.saved_views import list_entries
from urgentry.web.sign_in import LAST_PLACE
from urgentry.web.view.issue import IssueView, issue_view
from urgentry.web.visit import Place, Visit

PER_PAGE = 50
_COUNTED = 1000
_MAX_ASKED = 200


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    """A state of issues that has a tab of its own."""

    name: str
    label: str
    query: str
    is_counted: bool = False
    count: int | None = None


TABS = (
    Tab(name="unresolved", label="Unresolved", query="is:unresolved", is_counted=True),
    Tab(name="review", label="For review", query="is:for_review", is_counted=True),
    Tab(name="regressed", label="Regressed", query="is:unresolved is:regressed", is_counted=True),
    Tab(name="archived", label="Archived", query="is:archived"),
    Tab(name="resolved", label="Resolved", query="is:resolved"),
    Tab(name="all", label="All", query=""),
    Tab(name="feedback", label="Feedback", query="issue.category:feedback is:unresolved"),
)
_ALL = TABS[-2]
SORTS = {
    Sort.DATE: "Last seen",
    Sort.NEW: "First seen",
    Sort.FREQ: "Events",
    Sort.USER: "Users",
    Sort.TRENDS: "Trend",
    Sort.PRIORITY: "Priority",
}
_STATUS_TERM = re.compile(r"!?is:(?:un)?(?:resolved|archived|ignored)\b", re.IGNORECASE)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the list was asked for beside the choice of projects and time."""

    tab: Tab
    query: str
    sort: Sort
    place: ListPlace | None

    @property
    def searches(self) -> tuple[str, str]:
        """The tab's search and the typed one."""
        return self.tab.query, self.query

    def pairs(self, *, tab: str = "", sort: str = "") -> dict[str, str]:
        """The parameters that say the same, with another tab or sort where one is given."""
        name, order = tab or self.tab.name, sort or self.sort.value
        return {
            "view": "" if name == TABS[0].name else name,
            "sort": "" if order == Sort.DATE.value else order,
            "query": self.query,
        }


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list, ready to print."""

    rows: list[IssueView] = []
    tabs: list[Tab] = []
    has_more: bool = False
    has_less: bool = False
    after: str = ""
    before: str = ""


def read_question(visit: Visit) -> Question:
    """What the address asks for; what it cannot mean is as by default."""
    query = visit.query.get("query", "").strip()
    wanted = visit.query.get("view", TABS[0].name)
    tab = next((tab for tab in TABS if tab.name == wanted), TABS[0])
    if _STATUS_TERM.search(query):
        tab = _ALL
    sort = visit.query.get("sort", Sort.DATE.value)
    return Question(
        tab=tab,
        query=query,
        sort=Sort(sort) if sort in set(Sort) else Sort.DATE,
        place=_read_place(visit),
    )


async def show(visit: Visit) -> Response:
    """The page."""
    now = clock.now()
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        picks = read_picks(visit, place)
        question = read_question(visit)
        problem = ""
        try:
            found = await _find(tx, place, picks, question, now)
        except InvalidSearch as error:
            found, problem = Found(tabs=list(TABS)), search_problem(error)
        names = await list_environments(tx, place, picks)
        choices = await list_choices(tx, place)
        asked = picks.query(**question.pairs())
        views = await list_entries(tx, visit, place, asked)
    visit.cookies.append(f"{LAST_PLACE}={place.organization.slug}; Path=/; SameSite=Lax; HttpOnly")
    return visit.page(
        "issues.html",
        status=400 if problem else 200,
        section=_section(picks),
        picks=picks,
        question=question,
        found=found,
        problem=problem,
        sorts=SORTS,
        environments=names,
        choices=choices,
        views=views,
        asked=asked,
        has_events=any(project.first_event_at for project in place.projects),
        start=picked_projects(picks, place.projects)[:1],
    )


def search_problem(error: InvalidSearch) -> str:
    """What is wrong with a search, and where."""
    return f"{error.reason[:1].upper()}{error.reason[1:]} (column {error.position + 1})"


async def matching(visit: Visit) -> Response:
    """Of the issues that the live list heard of: those that belong into it."""
    asked = [int(text) for text in visit.query.getlist("id")[:_MAX_ASKED] if text.isdecimal()]
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        picks = read_picks(visit, place)
        question = read_question(visit)
        selection = select_issues(place, picks, question.searches, clock.now())
        narrowed = _among(selection, asked)
        found = await issues.list_matching_ids(tx, narrowed, limit=_MAX_ASKED) if asked else []
    return JSONResponse({"ids": found})


async def _find(tx: Transaction, place: Place, picks: Picks, question: Question, now: int) -> Found:
    if not place.projects:
        return Found(tabs=list(TABS))
    selection = select_issues(place, picks, question.searches, now)
    listed = await issues.list_page(
        tx, selection, sort=question.sort, place=question.place, limit=PER_PAGE
    )
    rows = await list_rows(tx, place, picks, listed.issues, picks.buckets(now, most=24))
    tabs = [await _counted(tx, place, picks, question, tab, now) for tab in TABS]
    return _page_of(listed, rows, tabs, question)


async def list_rows(
    tx: Transaction, place: Place, picks: Picks, found: Sequence[Issue], buckets: Buckets
) -> list[IssueView]:
    """Issues as rows, in a bounded number of queries."""
    around = await read_surroundings(
        tx,
        found,
        organization_id=place.organization.id,
        account_id=place.access.account_id,
        environments=picks.environments,
    )
    counts = await stats.list_counts(
        tx,
        [issue.id for issue in found],
        first_bucket=buckets.first,
        buckets=buckets.count,
        width=buckets.hours,
        environments=picks.environments,
    )
    return [
        issue_view(issue, around, base=place.base, counts=counts.get(issue.id, ()))
        for issue in found
    ]


async def _counted(
    tx: Transaction, place: Place, picks: Picks, question: Question, tab: Tab, now: int
) -> Tab:
    """A tab with how many issues it has; counted while nothing special is searched for."""
    if not tab.is_counted or question.query:
        return tab
    selection = select_issues(place, picks, [tab.query], now)
    count = await issues.count_matching(tx, selection, limit=_COUNTED)
    return msgspec.structs.replace(tab, count=count)


def _page_of(
    listed: IssuePage, rows: list[IssueView], tabs: list[Tab], question: Question
) -> Found:
    backwards = question.place is not None and question.place.before
    ends = list(zip(listed.positions, listed.issues, strict=True))
    first, last = (f"{at}:{issue.id}" for at, issue in (ends[0], ends[-1])) if ends else ("", "")
    return Found(
        rows=rows,
        tabs=tabs,
        has_more=listed.has_more if not backwards else True,
        has_less=listed.has_more if backwards else question.place is not None,
        after=last,
        before=first,
    )


def _read_place(visit: Visit) -> ListPlace | None:
    for name in ("after", "before"):
        position, colon, issue_id = visit.query.get(name, "").partition(":")
        if colon and _is_number(position) and _is_number(issue_id):
            return ListPlace(
                position=int(position), issue_id=int(issue_id), before=name == "before"
            )
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18  # noqa: PLR2004 - fits 63 bits


def _among(selection: IssueSelection, issue_ids: Sequence[int]) -> IssueSelection:
    named: tuple[Condition, ...] = tuple(
        Holds("search.issue_id_is", {"issue_id": issue_id}) for issue_id in issue_ids
    )
    return msgspec.structs.replace(selection, condition=AllOf((AnyOf(named), selection.condition)))


async def list_environments(tx: Transaction, place: Place, picks: Picks) -> list[str]:
    """The names of environments to choose from, those that are chosen among them."""
    ids = [project.id for project in picked_projects(picks, place.projects)]
    found = await environments.list_environments(tx, ids) if ids else []
    shown = {each.name for each in found if not each.is_hidden} | set(picks.environments)
    return sorted(shown)


def _section(picks: Picks) -> str:
    return f"project:{picks.projects[0]}" if len(picks.projects) == 1 else "issues"


PAGES = (
    page("/{organization}/issues/matching/", GET=matching),
    page("/{organization}/issues/", GET=show),
)
