"""Which events a project does not want, and how many each filter has caught."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.filters import (
    EVERY_LEGACY_BROWSER,
    LEGACY_BROWSERS,
    SWITCHES,
    WHOLE,
    WHOLE_MEANS,
    BrowserVersions,
    Filter,
    FilterSettings,
)
from urgentry.domain.patterns import MAX_CHARS, lines_of
from urgentry.errors import ApiError, FieldError
from urgentry.protocol.items import DataCategory
from urgentry.protocol.origins import MAX_PATTERN_CHARS, MAX_PATTERNS, patterns_problem
from urgentry.protocol.outcome import Outcome
from urgentry.storage import outcomes
from urgentry.storage.database import Transaction
from urgentry.tenancy.filters import OPTIONS, change_filters, filter_settings_of
from urgentry.tenancy.projects import update_project
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Visit

_READ = ("project:read",)
_WRITE = ("project:write", "project:admin")
_COUNTED_DAYS: Final = 30
_COUNTED = (
    *(DataCategory.DEFAULT, DataCategory.ERROR, DataCategory.SECURITY, DataCategory.TRANSACTION),
    *(DataCategory.FEEDBACK, DataCategory.REPLAY, DataCategory.LOG_ITEM, DataCategory.TRACE_METRIC),
)
"""What an item counts as in the first place."""
_CSP_SWITCH = "csp_known_sources"
_MAX_ORIGINS_CHARS = (MAX_PATTERNS + 1) * (MAX_PATTERN_CHARS + 3)
"""Each with what parts lines, and one too many: a list that were cut could end in a bare `*`."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A box to tick."""

    name: str
    label: str
    hint: str
    is_on: bool
    caught: int = 0


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """A list to write, one entry a line."""

    name: str
    """As errors name it."""
    field: str
    label: str
    hint: str
    value: str
    caught: int


_NOISE: Final = {
    Filter.BROWSER_EXTENSIONS: (
        "Browser extensions",
        "Errors that extensions and other software of visitors make in pages.",
    ),
    Filter.WEB_CRAWLERS: ("Web crawlers", "Errors met by search engines and other machines."),
    Filter.LOCALHOST: (
        "Localhost",
        "Events of a page, a server or a user on 127.0.0.1, ::1 or localhost, and of local files.",
    ),
    Filter.HEALTH_CHECKS: (
        "Health checks",
        "Transactions whose name ends like /healthz, /ready or /ping.",
    ),
    Filter.REACT_HYDRATION_ERRORS: (
        "React hydration errors",
        "React found other markup than the server had sent: 418, 419, 421, 422, 423 and 425.",
    ),
    Filter.CHUNK_LOAD_ERROR: (
        "Chunk load errors",
        "A bundler’s script is gone, mostly because a new version was deployed.",
    ),
}
_LISTS: Final = {
    Filter.ERROR_MESSAGE: (
        "error_messages",
        "Error messages",
        "What a message, or “Type: message” of an exception, is as a whole: *Timeout: upstream*.",
    ),
    Filter.RELEASE: ("releases", "Releases", "Of events that are no longer wanted: shop@1.* ."),
    Filter.IP_ADDRESS: (
        "ip_addresses",
        "IP addresses",
        "Of who sends events, or ranges of them: 203.0.113.7 or 2001:db8::/32.",
    ),
    Filter.INVALID_CSP: (
        "csp_sources",
        "Sources of CSP reports",
        "Reports about what comes from there are left out: *.example.com or chrome-extension://*.",
    ),
}


async def show(visit: Visit) -> Response:
    """The filters as they are."""
    return await _shown(visit, Form(), {})


async def save(visit: Visit) -> Response:
    """Changes what was ticked and written."""
    form = await visit.form()
    wanted = _wanted(form)
    origins = lines_of(form.text("allowed_origins", longest=_MAX_ORIGINS_CHARS)) or ["*"]

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *_WRITE)
        await change_filters(tx, place.access, wanted)
        await _change_origins(tx, visit, origins)
        return f"{place.base}/projects/{place.project.slug}/settings/filters/"

    try:
        address = await visit.database.write(write)
    except ApiError as error:
        return await _shown(visit, form.refuse(error), wanted, origins=origins, status=error.status)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="saved"))


def _wanted(form: Form) -> dict[str, Any]:
    """Every setting as it was entered."""
    switches = {field: form.flag(field) for field in (*SWITCHES.values(), _CSP_SWITCH)}
    browsers = [name for name in EVERY_LEGACY_BROWSER if name in form.texts("browser")]
    lists = {field: form.text(field, longest=MAX_CHARS + 1) for field, _, _ in _LISTS.values()}
    return {**switches, **lists, "legacy_browsers": tuple(browsers)}


async def _change_origins(tx: Transaction, visit: Visit, origins: list[str]) -> None:
    """Which pages may send. The project is read again, as its filters have just changed."""
    if problem := patterns_problem(origins):
        raise FieldError({"allowedDomains": [problem]})
    place = await visit.enter(tx, *_WRITE)
    await update_project(tx, place.access, settings={"allowed_origins": origins})


async def _shown(
    visit: Visit,
    form: Form,
    entered: dict[str, Any],
    *,
    origins: list[str] | None = None,
    status: int = 200,
) -> Response:
    now = clock.now()
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_READ)
        caught = await outcomes.sum_reasons(
            tx,
            place.project.id,
            from_hour=hour_of(now - _COUNTED_DAYS * clock.DAY),
            outcome=Outcome.FILTERED,
            categories=_COUNTED,
        )
    settings = msgspec.structs.replace(filter_settings_of(place.project), **entered)
    return visit.page(
        "project_filters.html",
        status=status,
        section="projects",
        tab="filters",
        project=place.project,
        form=form,
        days=_COUNTED_DAYS,
        caught=caught,
        total=sum(caught.get(name, 0) for name in Filter),
        noise=_noise(settings, caught),
        browsers=_browsers(settings),
        lists=_lists(settings, caught),
        known_sources=settings.csp_known_sources,
        origins="\n".join(origins or place.project.settings.get("allowed_origins", ["*"])),
    )


def _noise(settings: FilterSettings, caught: dict[str, int]) -> list[Choice]:
    return [
        Choice(
            name=SWITCHES[name],
            label=label,
            hint=hint,
            is_on=getattr(settings, SWITCHES[name]),
            caught=caught.get(name, 0),
        )
        for name, (label, hint) in _NOISE.items()
    ]


def _browsers(settings: FilterSettings) -> list[Choice]:
    """The browsers to choose from; what older clients of the API chose is among them."""
    chosen = settings.legacy_browsers
    chosen += WHOLE_MEANS if WHOLE in chosen else ()
    offered = {name: old for name, old in EVERY_LEGACY_BROWSER.items() if name in chosen}
    return [
        Choice(name=name, label=old.browser, hint=_versions(old), is_on=name in chosen)
        for name, old in {**LEGACY_BROWSERS, **offered}.items()
    ]


def _versions(old: BrowserVersions) -> str:
    return f"{old.newest}" if old.oldest else f"up to {old.newest}"


def _lists(settings: FilterSettings, caught: dict[str, int]) -> list[Lines]:
    options = {field: option for option, field in OPTIONS.items()}
    return [
        Lines(
            name=options[field],
            field=field,
            label=label,
            hint=hint,
            value=getattr(settings, field),
            caught=caught.get(name, 0),
        )
        for name, (field, label, hint) in _LISTS.items()
    ]


PAGES = (page("/{organization}/projects/{project}/settings/filters/", GET=show, POST=save),)
