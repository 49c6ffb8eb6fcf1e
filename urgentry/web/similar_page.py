"""The issues that are like one: how alike they are and in what, what they would be together, and
the merge."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.domain.issue import Issue
from urgentry.errors import ApiError
from urgentry.grouping.similarity import Likeness
from urgentry.storage import issues
from urgentry.storage.database import Transaction
from urgentry.storage.undone import undone
from urgentry.triage.merging import merged
from urgentry.triage.reading import read_surroundings
from urgentry.triage.similar import find_similar
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.formats import plural
from urgentry.web.issue_actions import actor_of
from urgentry.web.issue_lookup import enter_issue
from urgentry.web.issue_parts import read_issue_view
from urgentry.web.view.issue import IssueView, issue_view
from urgentry.web.visit import Place, Visit

_SHOWN = 25
_MERGED_AT_ONCE = 200


class SimilarRow(msgspec.Struct, frozen=True, kw_only=True):
    """A similar issue, with its score in per cent and the reasons for it."""

    issue: IssueView
    score: int
    reasons: list[str]


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge would make of issues."""

    before: list[IssueView]
    after: IssueView


async def show(visit: Visit) -> Response:
    """The likest issues, the likest first."""
    return await _shown(visit, chosen=[])


async def submit(visit: Visit) -> Response:
    """Merges what was chosen, or shows what that would make."""
    form = await visit.form()
    chosen = form.numbers("id")[:_MERGED_AT_ONCE]
    if form.text("action") == "preview" or not chosen:
        return await _shown(visit, chosen=chosen)

    async def write(tx: Transaction) -> str:
        place, found = await _chosen(visit, tx, chosen)
        issue = await merged(tx, found, by=actor_of(place), at=clock.now())
        return (await read_issue_view(tx, place, issue)).address

    address = await visit.database.write(write)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="merged", count=len(chosen) + 1))


async def _shown(visit: Visit, *, chosen: list[int]) -> Response:
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        view = await read_issue_view(tx, place, issue)
    found = await find_similar(
        visit.database, issue, organization_id=place.organization.id, limit=_SHOWN
    )
    async with visit.database.read() as tx:
        views = await _views(tx, place, [similar.issue for similar in found])
    return visit.page(
        "issue_similar.html",
        section="issues",
        issue=view,
        rows=[
            SimilarRow(
                issue=views[similar.issue.id],
                score=round(100 * similar.likeness.score),
                reasons=reasons_of(similar.likeness),
            )
            for similar in found
        ],
        chosen=chosen,
        together=await _foreseen(visit, chosen) if chosen else None,
    )


async def _foreseen(visit: Visit, chosen: list[int]) -> Together:
    """What merging would make: it is done, looked at and taken back."""

    async def rehearse(tx: Transaction) -> Together:
        place, found = await _chosen(visit, tx, chosen)
        before = await _views(tx, place, found)
        issue = await merged(tx, found, by=actor_of(place), at=clock.now())
        after = await _views(tx, place, [issue])
        return Together(before=[before[one.id] for one in found], after=after[issue.id])

    return await undone(visit.database, rehearse)


async def _chosen(visit: Visit, tx: Transaction, chosen: list[int]) -> tuple[Place, list[Issue]]:
    """The page's issue and those of its project that were chosen."""
    place, issue = await enter_issue(visit, tx, "event:write")
    others = await issues.list_issues(tx, set(chosen) - {issue.id})
    others = [one for one in others if one.project_id == issue.project_id]
    if not others:
        raise ApiError(400, "The chosen issues are gone.")
    return place, [issue, *others]


async def _views(tx: Transaction, place: Place, found: Sequence[Issue]) -> dict[int, IssueView]:
    around = await read_surroundings(
        tx, found, organization_id=place.organization.id, account_id=place.access.account_id
    )
    return {issue.id: issue_view(issue, around, base=place.base) for issue in found}


def reasons_of(likeness: Likeness) -> list[str]:
    """In words, the weightiest first."""
    reasons = []
    if likeness.frames is not None:
        reasons.append(
            f"{likeness.shared_frames} of {plural(likeness.all_frames, 'frame')} in common"
        )
    if likeness.message is not None:
        same = likeness.message == 1
        reasons.append("same message" if same else f"message {likeness.message:.0%} alike")
    if likeness.type is not None:
        reasons.append("same type" if likeness.type else "another type")
    return reasons


PAGES = (page("/{organization}/issues/{issue}/similar/", GET=show, POST=submit),)
