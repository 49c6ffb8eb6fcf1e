"""What a project takes for a performance problem, and how often each was found."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from urgentry.domain.performance_settings import (
    LIMITS,
    MAX_PATHS_CHARS,
    PATHS,
    PerformanceSettings,
)
from urgentry.errors import ApiError
from urgentry.storage.database import Transaction
from urgentry.tenancy.performance import change_performance, performance_settings_of
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Visit

_READ = ("project:read",)
_WRITE = ("project:write", "project:admin")
_MAX_DIGITS = 12


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A number to enter."""

    name: str
    label: str
    unit: str
    value: str
    least: int
    most: int


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, whether it is, and from where on."""

    name: str
    label: str
    hint: str
    slug: str
    """The type of its issues, to search for them."""
    is_on: bool
    thresholds: list[Threshold]
    paths: str | None = None


_DETECTORS: Final = (
    (
        "n_plus_one_db_queries_detection_enabled",
        "N+1 queries",
        "One query is asked again and again below the same span, as for each row of another.",
        "performance_n_plus_one_db_queries",
        (
            ("n_plus_one_db_count", "Times at least", ""),
            ("n_plus_one_db_duration_threshold", "Together at least", "ms"),
        ),
    ),
    (
        "slow_db_queries_detection_enabled",
        "Slow DB queries",
        "A SELECT takes long by itself.",
        "performance_slow_db_query",
        (("slow_db_query_duration_threshold", "At least", "ms"),),
    ),
    (
        "consecutive_http_spans_detection_enabled",
        "Consecutive HTTP",
        "Three or more requests wait for one another, and might go at the same time.",
        "performance_consecutive_http",
        (("consecutive_http_spans_min_time_saved_threshold", "Would save at least", "ms"),),
    ),
    (
        "large_http_payload_detection_enabled",
        "Large HTTP payloads",
        "The answer to a request is large. Scripts, styles and pictures are not looked at.",
        "performance_large_http_payload",
        (("large_http_payload_size_threshold", "At least", "bytes"),),
    ),
)


async def show(visit: Visit) -> Response:
    """The detectors as they are."""
    return await _shown(visit, Form())


async def save(visit: Visit) -> Response:
    """Changes what was ticked and entered, or sets everything back."""
    form = await visit.form()
    is_reset = form.flag("reset")

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *_WRITE)
        await change_performance(tx, place.access, None if is_reset else _wanted(form))
        return f"{place.base}/projects/{place.project.slug}/settings/performance/"

    try:
        address = await visit.database.write(write)
    except ApiError as error:
        return await _shown(visit, form.refuse(error), is_entered=True, status=error.status)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="saved"))


def _wanted(form: Form) -> dict[str, Any]:
    """Every setting as it was entered; -1, which is too little, for what is no number."""
    switches: dict[str, Any] = {name: form.flag(name) for name, *_ in _DETECTORS}
    numbers = {name: _number(form.text(name, longest=_MAX_DIGITS)) for name in LIMITS}
    return switches | numbers | {PATHS: form.text(PATHS, longest=MAX_PATHS_CHARS + 1).strip()}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


async def _shown(
    visit: Visit, form: Form, *, is_entered: bool = False, status: int = 200
) -> Response:
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_READ)
    return visit.page(
        "project_performance.html",
        status=status,
        section="projects",
        tab="performance",
        project=place.project,
        form=form,
        detectors=_detectors(performance_settings_of(place.project), form if is_entered else None),
    )


def _detectors(settings: PerformanceSettings, entered: Form | None) -> list[Detector]:
    """What was entered stays, until it can be saved."""
    return [
        Detector(
            name=name,
            label=label,
            hint=hint,
            slug=slug,
            is_on=entered.flag(name) if entered else getattr(settings, name),
            thresholds=[
                Threshold(
                    name=of,
                    label=said,
                    unit=unit,
                    value=entered.text(of) if entered else str(getattr(settings, of)),
                    least=LIMITS[of][0],
                    most=LIMITS[of][1],
                )
                for of, said, unit in thresholds
            ],
            paths=_paths(settings, entered) if "payload" in name else None,
        )
        for name, label, hint, slug, thresholds in _DETECTORS
    ]


def _paths(settings: PerformanceSettings, entered: Form | None) -> str:
    return entered.text(PATHS) if entered else settings.large_http_payload_filtered_paths


PAGES = (page("/{organization}/projects/{project}/settings/performance/", GET=show, POST=save),)
