"""The form that makes a monitor of a scheduled job, or changes one."""

from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.domain.monitor import (
    DEFAULT_MARGIN,
    DEFAULT_RUNTIME,
    DEFAULT_THRESHOLD,
    MAX_NAME,
    MAX_SLUG,
    MOST_MINUTES,
    MOST_THRESHOLD,
    Monitor,
    MonitorConfig,
)
from urgentry.domain.schedule import UNITS, Crontab
from urgentry.errors import ApiError, FieldError
from urgentry.storage.database import Transaction
from urgentry.tenancy.monitors import MonitorChange, change_monitor, create_monitor
from urgentry.web.crons_pages import READ, WRITE, find_monitor
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Place, Visit

NUMBERS = (
    ("checkin_margin", "Grace period", "minutes after its time", MOST_MINUTES, DEFAULT_MARGIN),
    ("max_runtime", "Longest run", "minutes", MOST_MINUTES, DEFAULT_RUNTIME),
    (
        "failure_issue_threshold",
        "Fails after",
        "failures in a row",
        MOST_THRESHOLD,
        DEFAULT_THRESHOLD,
    ),
    (
        "recovery_threshold",
        *("Well again after", "successes in a row", MOST_THRESHOLD, DEFAULT_THRESHOLD),
    ),
)
"""Name, label, unit, the most that it may be, what holds where nothing is entered."""
_MAX_TEXT = 200
_MAX_DIGITS = 8


async def show_new(visit: Visit) -> Response:
    """An empty form."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *READ)
    return _page(visit, place, Form(), _entered(MonitorConfig()), None)


async def make(visit: Visit) -> Response:
    """Makes a monitor of the project that was chosen."""
    form = await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *WRITE)
        slug = form.text("project")
        project = next((each for each in place.projects if each.slug == slug), None)
        if project is None:
            raise FieldError({"project": ["Choose a project."]})
        wanted = _wanted(form)
        made = await create_monitor(tx, place.access, project.id, wanted, at=clock.now())
        return f"{place.base}/crons/{project.slug}/{made.slug}/"

    try:
        return visit.redirect(await visit.database.write(write), flash=Flash(code="created"))
    except ApiError as error:
        return _refused(visit, form.refuse(error), None, error)


async def show_edit(visit: Visit) -> Response:
    """The form with what holds."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *READ)
        monitor = await find_monitor(tx, visit, place)
    entered = {"name": monitor.name, "slug": monitor.slug} | _entered(monitor.config)
    return _page(visit, place, Form(), entered, monitor)


async def save(visit: Visit) -> Response:
    """Changes what was entered."""
    form = await visit.form()
    monitor: Monitor | None = None

    async def write(tx: Transaction) -> str:
        nonlocal monitor
        place = await visit.enter(tx, *WRITE)
        monitor = await find_monitor(tx, visit, place)
        changed = await change_monitor(tx, place.access, monitor, _wanted(form), at=clock.now())
        return f"{place.base}/crons/{place.project.slug}/{changed.slug}/"

    try:
        return visit.redirect(await visit.database.write(write), flash=Flash(code="saved"))
    except ApiError as error:
        return _refused(visit, form.refuse(error), monitor, error)


def _wanted(form: Form) -> MonitorChange:
    """FieldError for a number that is none; the rest is looked at where it is changed."""
    wrong: dict[str, list[str]] = {}
    config: dict[str, Any] = {"timezone": form.text("timezone", longest=_MAX_TEXT) or "UTC"}
    for name, _, _, most, _ in NUMBERS:
        text = form.text(name, longest=_MAX_DIGITS)
        config[name] = form.number(name, most=most) if text else None
        if text and config[name] is None:
            wrong[name] = [f"Choose a number from 1 to {most:,}."]
    config["schedule_type"] = form.text("schedule_type")
    config["schedule"] = form.text("crontab", longest=_MAX_TEXT)
    if config["schedule_type"] == "interval":
        count = form.number("count")
        config["schedule"] = [count, form.text("unit")]
        if count is None:
            wrong["count"] = ["Choose a number from 1 on."]
    name = form.text("name", longest=MAX_NAME)
    if not name:
        wrong["name"] = ["Give it a name."]
    if wrong:
        raise FieldError(wrong)
    slug = form.text("slug", longest=MAX_SLUG)
    return MonitorChange(name=name, slug=slug or None, config=config)


def _entered(config: MonitorConfig) -> dict[str, str]:
    """What the fields of a configuration hold."""
    numbers = {name: str(getattr(config, name) or "") for name, *_ in NUMBERS}
    schedule = config.schedule
    if isinstance(schedule, Crontab):
        timing = {"schedule_type": "crontab", "crontab": schedule.line, "count": "1", "unit": "day"}
    else:
        timing = {"schedule_type": "interval", "crontab": "", "unit": schedule.unit}
        timing["count"] = str(schedule.count)
    return {"timezone": config.timezone} | timing | numbers


def _refused(visit: Visit, form: Form, monitor: Monitor | None, error: ApiError) -> Response:
    """The form again, with what was entered and what is wrong with it."""
    if visit.place is None or not isinstance(error, FieldError):
        raise error
    names = ("project", "name", "slug", "schedule_type", "crontab", "count", "unit", "timezone")
    entered = {name: form.text(name) for name in (*names, *(name for name, *_ in NUMBERS))}
    return _page(visit, visit.place, form, entered, monitor, status=error.status)


def _page(
    visit: Visit,
    place: Place,
    form: Form,
    entered: dict[str, str],
    monitor: Monitor | None,
    *,
    status: int = 200,
) -> Response:
    chosen = visit.query.get("project", "")
    return visit.page(
        "cron_form.html",
        status=status,
        section="crons",
        form=form,
        entered={"project": chosen, "name": "", "slug": ""} | entered,
        monitor=monitor,
        project=place.project if monitor else None,
        numbers=NUMBERS,
        units=UNITS[::-1],
    )


PAGES = (
    page("/{organization}/crons/new/", GET=show_new, POST=make),
    page("/{organization}/crons/{project}/{monitor}/edit/", GET=show_edit, POST=save),
)
