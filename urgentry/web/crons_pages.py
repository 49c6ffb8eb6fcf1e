"""Monitors of scheduled jobs: how all of them fare, one of them with its runs, and its switches."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import found
from urgentry.domain.monitor import CheckIn, Monitor, MonitorEnvironment, MonitorStatus
from urgentry.errors import ApiError
from urgentry.storage import monitors
from urgentry.storage.database import Transaction
from urgentry.storage.monitors import SlotCount
from urgentry.tenancy.monitors import (
    MonitorChange,
    change_monitor,
    forget_check_ins,
    mute_environment,
)
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.picks import Picks, picked_projects, read_picks
from urgentry.web.view.crons import LEGEND, SLOTS, Watched, status_label, watched
from urgentry.web.visit import Place, Visit

READ = ("project:read",)
WRITE = ("project:write", "project:admin")
PER_PAGE = 50
_RUNS = 50
_MAX_QUERY = 200
_LIST_PERIOD = clock.DAY
_MOST_DETAIL = 31 * clock.DAY
VIEWS = (("", "All"), ("failing", "Failing"), ("disabled", "Disabled"))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the list was asked for."""

    query: str
    view: str
    number: int
    """Of the page, from 1."""

    def pairs(self, **changes: str) -> dict[str, str]:
        """The parameters that say the same, but for changes."""
        return {"query": self.query, "view": self.view} | changes


async def show_list(visit: Visit) -> Response:
    """The monitors of picked projects, those that fail first, each with its last day."""
    now = clock.now()
    asked = _read(visit)
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *READ)
        picks = read_picks(visit, place)
        projects = picked_projects(picks, place.projects)
        listed = await monitors.list_monitors(tx, [project.id for project in projects])
        within = await monitors.list_environments(tx, [each.id for each in listed])
        names = sorted({one.name for own in within.values() for one in own})
        start, width = now - _LIST_PERIOD, _LIST_PERIOD // SLOTS
        rows = [
            watched(each, _picked(within.get(each.id, []), picks), {}, start=start, width=width)
            for each in listed
        ]
        rows = [row for row in rows if row.lines or not picks.environments]
        counts = {name: sum(_is_in(row, name) for row in rows) for name, _ in VIEWS}
        rows = [row for row in rows if _is_in(row, asked.view) and _says(row.monitor, asked.query)]
        rows.sort(
            key=lambda row: (row.is_disabled, not row.is_failing, row.monitor.name.casefold())
        )
        first = (asked.number - 1) * PER_PAGE
        part = [row.monitor for row in rows[first : first + PER_PAGE]]
        runs = await _counts(tx, part, start=start, width=width)
    return visit.page(
        "crons.html",
        section="crons",
        picks=picks,
        asked=asked,
        views=[(name, label, counts[name]) for name, label in VIEWS],
        environments=names,
        rows=[
            watched(each, _picked(within.get(each.id, []), picks), runs, start=start, width=width)
            for each in part
        ],
        has_more=len(rows) > first + PER_PAGE,
        has_any=bool(listed),
        legend=LEGEND,
        slots=SLOTS,
        now=now,
    )


def _read(visit: Visit) -> Asked:
    view = visit.query.get("view", "")
    number = visit.query.get("page") or "1"
    is_number = number.isascii() and number.isdigit() and int(number[:4]) > 0
    if view not in dict(VIEWS) or not is_number:
        raise ApiError(404, "The requested resource does not exist")
    query = visit.query.get("query", "").replace("\x00", "").strip()[:_MAX_QUERY]
    return Asked(query=query, view=view, number=int(number[:4]))


def _picked(environments: Sequence[MonitorEnvironment], picks: Picks) -> list[MonitorEnvironment]:
    return [
        each for each in environments if not picks.environments or each.name in picks.environments
    ]


def _is_in(row: Watched, view: str) -> bool:
    if view == "failing":
        return row.is_failing
    return row.is_disabled if view == "disabled" else True


def _says(monitor: Monitor, query: str) -> bool:
    return query.casefold() in f"{monitor.name}\n{monitor.slug}".casefold()


async def _counts(
    tx: Transaction, listed: Sequence[Monitor], *, start: int, width: int
) -> Mapping[int, list[SlotCount]]:
    """By environment."""
    found_counts = await monitors.count_by_slot(
        tx, [each.id for each in listed], start=start, width=width, slots=SLOTS + 1
    )
    by_environment: dict[int, list[SlotCount]] = {}
    for each in found_counts:
        by_environment.setdefault(each.environment_id, []).append(each)
    return by_environment


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One check-in of the table."""

    check_in: CheckIn
    environment: str
    status: str
    label: str


async def show_one(visit: Visit) -> Response:
    """One monitor: its environments over time and its check-ins, newest first."""
    now = clock.now()
    before = visit.query.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0  # noqa: PLR2004 - what fits into 63 bits
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *READ)
        picks = read_picks(visit, place)
        monitor = await find_monitor(tx, visit, place)
        environments = (await monitors.list_environments(tx, [monitor.id])).get(monitor.id, [])
        start, end = picks.span(now)
        start = max(start, (end or now) - _MOST_DETAIL)
        width = max(1, ((end or now) - start) // SLOTS)
        runs = await _counts(tx, [monitor], start=start, width=width)
        listed = await monitors.list_check_ins(
            tx,
            monitor.id,
            environments=picks.environments,
            before=last or monitors.END,
            limit=_RUNS + 1,
        )
    shown = watched(monitor, _picked(environments, picks), runs, start=start, width=width)
    return visit.page(
        "cron.html",
        section="crons",
        picks=picks,
        row=shown,
        project=place.project,
        environments=sorted(each.name for each in environments),
        begins=start,
        ends=end or now,
        legend=LEGEND,
        slots=SLOTS,
        runs=[
            Run(
                check_in=each,
                environment=name,
                status=each.status.name.lower(),
                label=status_label(each.status),
            )
            for name, each in listed[:_RUNS]
        ],
        next_before=listed[_RUNS - 1][1].id if len(listed) > _RUNS else 0,
        is_later=bool(last),
    )


async def change(visit: Visit) -> Response:
    """Mutes, disables, deletes it, or takes that back."""
    form = await visit.form()
    action = form.text("action")
    gone: list[int] = []

    async def write(tx: Transaction) -> str:
        nonlocal gone
        place = await visit.enter(tx, *WRITE)
        monitor = await find_monitor(tx, visit, place)
        here = f"{place.base}/crons/{place.project.slug}/{monitor.slug}/"
        match action:
            case "mute" | "unmute":
                name = form.text("environment")
                await _mute(tx, place, monitor, name, is_muted=action == "mute")
            case "disable" | "enable":
                wanted = MonitorStatus.DISABLED if action == "disable" else MonitorStatus.ACTIVE
                await change_monitor(
                    tx, place.access, monitor, MonitorChange(status=wanted), at=clock.now()
                )
            case "delete":
                gone = await monitors.delete_monitor(tx, monitor.id)
                return f"{place.base}/crons/"
            case _:
                raise ApiError(400, "There is no such action.")
        return here

    address = await visit.database.write(write)
    await forget_check_ins(visit.database, gone)
    return visit.redirect(address, flash=Flash(code="removed" if action == "delete" else "saved"))


async def _mute(
    tx: Transaction, place: Place, monitor: Monitor, name: str, *, is_muted: bool
) -> None:
    """One environment by name, else the monitor as a whole."""
    if name:
        found(await mute_environment(tx, monitor, name, is_muted=is_muted))
        return
    wanted = MonitorChange(is_muted=is_muted)
    await change_monitor(tx, place.access, monitor, wanted, at=clock.now())


async def find_monitor(tx: Transaction, visit: Visit, place: Place) -> Monitor:
    """The monitor that the address names; 404 where there is none."""
    slug = visit.path("monitor").replace("\x00", "")
    return found(await monitors.find_monitor(tx, [place.project.id], slug, 0))


PAGES = (
    page("/{organization}/crons/", GET=show_list),
    page("/{organization}/crons/{project}/{monitor}/", GET=show_one, POST=change),
)
