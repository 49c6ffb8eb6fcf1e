"""What people do with issues, one or many: the forms of the list and of the issue page end here.

A form names an action of `_DECISIONS` (or merge, delete, comment …) and the ids. The answer is a
redirect back, with a message that can take it back where that is possible.
"""

from collections.abc import Callable, Sequence

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import not_found
from urgentry.domain.issue import Issue, Priority, Resolution, Status
from urgentry.errors import ApiError
from urgentry.storage import issues
from urgentry.storage.database import Transaction
from urgentry.triage.applying import apply
from urgentry.triage.assignees import find_assignee
from urgentry.triage.decisions import (
    Archive,
    Bookmark,
    Decision,
    MarkReviewed,
    Resolve,
    SetPriority,
    Unresolve,
)
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor
from urgentry.triage.merging import merge
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.sign_in import safe_next
from urgentry.web.visit import Place, Visit

_MAX_ISSUES = 200
_MAX_MINUTES = 10 * 365 * 24 * 60


def _action(form: Form) -> str:
    """The button that was pressed; some carry what the action needs."""
    if form.text("resolve-version"):
        return "resolve-in"
    return "archive-for" if form.text("archive-minutes") else form.text("action")


def _archive_for(form: Form) -> Decision:
    minutes = form.number("archive-minutes", most=_MAX_MINUTES)
    if minutes is None:
        raise ApiError(400, "For how many minutes?")
    return Archive(until_at=clock.now() + minutes * clock.MINUTE)


def _counted(name: str, form: Form) -> int:
    count = form.number(name, most=1 << 40)
    if count is None:
        raise ApiError(400, "Until how many?")
    return count


def _resolve_in(form: Form) -> Decision:
    version = form.text("resolve-version")
    if not version:
        raise ApiError(400, "In which release?")
    return Resolve(resolution=Resolution.IN_RELEASE, version=version)


_DECISIONS: dict[str, tuple[str, Callable[[Form], Decision]]] = {
    "resolve": ("resolved", lambda _: Resolve()),
    "resolve-next": ("resolved", lambda _: Resolve(resolution=Resolution.NEXT_RELEASE)),
    "resolve-in": ("resolved", _resolve_in),
    "unresolve": ("unresolved", lambda _: Unresolve()),
    "archive": ("archived", lambda _: Archive()),
    "archive-forever": ("archived", lambda _: Archive(forever=True)),
    "archive-for": ("archived", _archive_for),
    "archive-events": ("archived", lambda form: Archive(more_events=_counted("events", form))),
    "archive-users": ("archived", lambda form: Archive(more_users=_counted("users", form))),
    "review": ("reviewed", lambda _: MarkReviewed()),
    "bookmark": ("bookmarked", lambda _: Bookmark(marked=True)),
    "unbookmark": ("unbookmarked", lambda _: Bookmark(marked=False)),
    "priority-high": ("prioritised", lambda _: SetPriority(Priority.HIGH)),
    "priority-medium": ("prioritised", lambda _: SetPriority(Priority.MEDIUM)),
    "priority-low": ("prioritised", lambda _: SetPriority(Priority.LOW)),
}


async def act(visit: Visit) -> Response:
    """Does what the form says with the issues that it names."""
    form = await visit.form()
    action, ids = _action(form), form.numbers("id")[:_MAX_ISSUES]
    back = safe_next(form.text("back"))

    async def write(tx: Transaction) -> Flash:
        place = await visit.enter(tx, "event:admin" if action == "delete" else "event:write")
        if not ids:
            return Flash(code="nothing")
        found = await visible_issues(tx, place, ids)
        return await _do(tx, place, found, action, form)

    flash = await visit.database.write(write)
    visit.deps.hub.wake()
    return visit.redirect(back if back != "/" else visit.request.url.path, flash=flash)


async def visible_issues(tx: Transaction, place: Place, ids: Sequence[int]) -> list[Issue]:
    """Those of the ids that exist and that the visitor may see; ApiError 404 when none is left."""
    visible = {project.id for project in place.projects}
    found = await issues.list_issues(tx, ids)
    mine = [issue for issue in found if issue.project_id in visible]
    if not mine:
        raise not_found()
    return mine


def actor_of(place: Place) -> Actor:
    """Who decides, for the log."""
    return Actor(organization_id=place.organization.id, account_id=place.access.account_id)


async def _do(
    tx: Transaction, place: Place, found: Sequence[Issue], action: str, form: Form
) -> Flash:
    by, at, count = actor_of(place), clock.now(), len(found)
    if action == "delete":
        await delete(tx, found, by=by, at=at)
        return Flash(code="deleted", count=count)
    if action == "merge":
        if len({issue.project_id for issue in found}) > 1:
            return Flash(code="one-project")
        await merge(tx, found, by=by, at=at)
        return Flash(code="merged", count=count)
    code, decision = await _decide(tx, place, action, form)
    await apply(tx, found, [decision], by=by, at=at)
    return Flash(
        code=code,
        count=count,
        undo=_undo(action, found),
        place=place.organization.slug,
        ids=[issue.id for issue in found],
    )


async def _decide(tx: Transaction, place: Place, action: str, form: Form) -> tuple[str, Decision]:
    if action.startswith("assign"):
        to = form.text("assignee") if action == "assign" else action.removeprefix("assign-")
        assignment = await find_assignee(tx, place.organization.id, "" if to == "none" else to)
        if assignment is None:
            raise ApiError(400, "There is nobody of this name here.")
        is_free = assignment.account_id is None and assignment.team_id is None
        return "unassigned" if is_free else "assigned", assignment
    if action not in _DECISIONS:
        raise ApiError(400, "There is no such action.")
    code, decide = _DECISIONS[action]
    return code, decide(form)


def _undo(action: str, before: Sequence[Issue]) -> str:
    """The action that takes this one back; nothing where the issues were not all alike before."""
    statuses = {issue.status for issue in before}
    if action.startswith(("resolve", "archive")) and statuses == {Status.UNRESOLVED}:
        return "unresolve"
    if action == "unresolve" and len(statuses) == 1:
        return {Status.RESOLVED: "resolve", Status.ARCHIVED: "archive"}.get(statuses.pop(), "")
    if action.startswith("priority"):
        priorities = {issue.priority for issue in before}
        return f"priority-{priorities.pop().name.lower()}" if len(priorities) == 1 else ""
    if action.startswith("assign"):
        return _undo_assign(before)
    return {"bookmark": "unbookmark", "unbookmark": "bookmark"}.get(action, "")


def _undo_assign(before: Sequence[Issue]) -> str:
    owners = {(issue.assignee_account_id, issue.assignee_team_id) for issue in before}
    if len(owners) > 1:
        return ""
    account_id, team_id = owners.pop()
    if team_id is not None:
        return f"assign-team:{team_id}"
    return f"assign-user:{account_id}" if account_id is not None else "assign-none"


PAGES = (page("/{organization}/issues/", POST=act),)
