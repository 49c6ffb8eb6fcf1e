"""How a project groups: its configuration and its rules, tried out on real events before they are
saved."""

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.domain.grouping_settings import GroupingSettings
from urgentry.domain.issue import Issue
from urgentry.domain.short_id import format_short_id
from urgentry.errors import ApiError
from urgentry.grouping import RELEASED
from urgentry.grouping.preview import Preview
from urgentry.ingest.rehearse import rehearse
from urgentry.storage import issues
from urgentry.storage.database import Transaction
from urgentry.tenancy.grouping import (
    MAX_RULES_CHARS,
    GroupingChange,
    change_grouping,
    changed,
    grouping_settings_of,
)
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Place, Visit

_READ = ("project:read",)
_WRITE = ("project:write", "project:admin")
_SHOWN = 20


class ShownIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue in a list of what would happen."""

    short_id: str
    title: str
    address: str


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A preview with its issues named; lists are cut, the numbers beside them are whole."""

    preview: Preview
    merges: list[tuple[int, list[ShownIssue]]]
    """Events, and the issues that they would bring together."""
    splits: list[tuple[tuple[int, ...], ShownIssue]]
    renewed: list[ShownIssue]

    @property
    def changes_nothing(self) -> bool:
        """Whether every event would stay where it is."""
        return not self.preview.moved


async def show(visit: Visit) -> Response:
    """Configuration and rules as they are."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_READ)
    return _shown(visit, Form(), grouping_settings_of(place.project))


async def submit(visit: Visit) -> Response:
    """Saves what was entered, or shows what it would do."""
    form = await visit.form()
    try:
        if form.text("action") == "preview":
            return await _preview(visit, form)
        address = await _save(visit, form)
    except ApiError as error:
        async with visit.database.read() as tx:
            place = await visit.enter(tx, *_READ)
        present = grouping_settings_of(place.project)
        return _shown(visit, form.refuse(error), present, status=error.status)
    return visit.redirect(address, flash=Flash(code="saved"))


async def _save(visit: Visit, form: Form) -> str:
    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *_WRITE)
        await change_grouping(tx, place.access, _change(form))
        return f"{place.base}/projects/{place.project.slug}/settings/grouping/"

    address = await visit.database.write(write)
    visit.deps.hub.wake()
    return address


async def _preview(visit: Visit, form: Form) -> Response:
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_WRITE)
        place.access.require(*_WRITE)
    present = grouping_settings_of(place.project)
    preview = await rehearse(
        visit.database,
        changed(present, _change(form), at=clock.now()),
        organization_id=place.organization.id,
        project_id=place.project.id,
    )
    return _shown(visit, form, present, outlook=await _outlook(visit, place, preview))


def _change(form: Form) -> GroupingChange:
    longest = MAX_RULES_CHARS + 1
    return GroupingChange(
        config=form.text("groupingConfig") or None,
        enhancements=form.text("groupingEnhancements", longest=longest),
        fingerprinting=form.text("fingerprintingRules", longest=longest),
    )


async def _outlook(visit: Visit, place: Place, preview: Preview) -> Outlook:
    merges, splits = preview.merges[:_SHOWN], preview.splits[:_SHOWN]
    renewed = preview.renewed[:_SHOWN]
    wanted = {issue for merge in merges for issue in merge.issue_ids}
    wanted |= {split.issue_id for split in splits} | set(renewed)
    async with visit.database.read() as tx:
        listed = await issues.list_issues(tx, wanted)
    shown = {issue.id: _shown_issue(place, issue) for issue in listed}
    return Outlook(
        preview=preview,
        merges=[
            (merge.events, [shown[one] for one in merge.issue_ids if one in shown])
            for merge in merges
        ],
        splits=[
            (split.parts, shown[split.issue_id]) for split in splits if split.issue_id in shown
        ],
        renewed=[shown[issue_id] for issue_id in renewed if issue_id in shown],
    )


def _shown_issue(place: Place, issue: Issue) -> ShownIssue:
    short_id = format_short_id(place.project.slug, issue.short_id)
    return ShownIssue(
        short_id=short_id, title=issue.title, address=f"{place.base}/issues/{short_id}/"
    )


def _shown(
    visit: Visit,
    form: Form,
    settings: GroupingSettings,
    *,
    outlook: Outlook | None = None,
    status: int = 200,
) -> Response:
    assert visit.place is not None  # noqa: S101 - every caller has entered
    return visit.page(
        "project_grouping.html",
        status=status,
        section="projects",
        tab="grouping",
        project=visit.place.project,
        form=form,
        settings=settings,
        former=settings.former_at(clock.now()),
        configs=[*reversed(RELEASED)],
        outlook=outlook,
        longest=MAX_RULES_CHARS + 1,
    )


PAGES = (page("/{organization}/projects/{project}/settings/grouping/", GET=show, POST=submit),)
