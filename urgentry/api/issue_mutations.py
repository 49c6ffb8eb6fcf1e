"""Changes to issues: one, several by id, all that a search finds; deleting and unmerging them."""

from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, as_id
from urgentry.api.endpoint import Call, empty, json_response
from urgentry.api.issue_changes import complete, echo, read_change
from urgentry.api.issue_detail import shape_issue
from urgentry.api.issue_lookup import enter_issue
from urgentry.api.issue_question import Question, read_query, read_question
from urgentry.api.issues import read_sort, refuse_views
from urgentry.api.pagination import read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.issues import assignee_shape
from urgentry.domain.issue import Issue
from urgentry.errors import ApiError
from urgentry.storage import issues
from urgentry.storage.database import Transaction
from urgentry.triage.applying import apply
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor
from urgentry.triage.merging import merge, unmerge
from urgentry.triage.reading import read_surroundings

MAX_BULK = 1000
_WRITE = ("event:write", "event:admin")
_DELETE = ("event:admin",)

Json = dict[str, Any]


async def update(call: Call) -> Response:
    """Changes one issue; answers it as it is then."""
    now = clock.now()
    change = read_change(await call.body(), now=now)
    if change.merges:
        raise ApiError(400, "Merging needs a list of issues.")

    async def body(tx: Transaction) -> Json:
        access, issue = await enter_issue(call, tx, *_WRITE)
        decisions = await complete(tx, access.organization.id, change)
        await apply(tx, [issue], decisions, by=_actor(access), at=now)
        return await shape_issue(call, tx, access, await _again(tx, issue))

    return json_response(await call.database.write(body))


async def update_many(call: Call) -> Response:
    """Changes several issues: by `id`, or (the status alone) all that the search finds."""
    now = clock.now()
    sent = await call.body()
    change = read_change(sent, now=now)
    if not _wanted_ids(call) and not change.is_status_alone:
        raise ApiError(400, "You must specify a list of IDs for this operation")

    async def body(tx: Transaction) -> Json | None:
        access, found = await _select(call, tx, *_WRITE)
        if not found:
            return None
        answer = echo(change, sent)
        decisions = await complete(tx, access.organization.id, change)
        await apply(tx, found, decisions, by=_actor(access), at=now)
        if change.merges:
            target = await merge(tx, found, by=_actor(access), at=now)
            children = [str(issue.id) for issue in found if issue.id != target.id]
            answer["merge"] = {"parent": str(target.id), "children": children}
        if change.assignee is not None:
            answer["assignedTo"] = await _assigned(tx, access, found[0])
        return answer

    answer = await call.database.write(body)
    return empty() if answer is None else json_response(answer)


async def remove(call: Call) -> Response:
    """Deletes one issue."""
    now = clock.now()

    async def body(tx: Transaction) -> None:
        access, issue = await enter_issue(call, tx, *_DELETE)
        await delete(tx, [issue], by=_actor(access), at=now)

    await call.database.write(body)
    return empty(202)


async def remove_many(call: Call) -> Response:
    """Deletes several issues: by `id`, or all that an explicit search finds."""
    now = clock.now()
    if not _wanted_ids(call) and "query" not in call.query:
        raise ApiError(400, "You must specify a list of IDs or a query for this operation")

    async def body(tx: Transaction) -> None:
        access, found = await _select(call, tx, *_DELETE)
        if found:
            await delete(tx, found, by=_actor(access), at=now)

    await call.database.write(body)
    return empty()


async def split(call: Call) -> Response:
    """Moves the hashes named by `id` out of an issue, into a new one."""
    now = clock.now()
    hashes = {_hash(text) for text in call.query.getlist("id")}
    if not hashes:
        raise ApiError(400, "You must specify the hashes to unmerge")

    async def body(tx: Transaction) -> None:
        access, issue = await enter_issue(call, tx, *_WRITE)
        await unmerge(tx, issue, hashes, by=_actor(access), at=now)

    await call.database.write(body)
    return empty(202)


async def _select(call: Call, tx: Transaction, *scopes: str) -> tuple[Access, list[Issue]]:
    """The issues that are meant, in a project that the caller sees; others are left out."""
    access = await call.enter(tx, *scopes)
    question = await read_question(call, tx, access)
    wanted = _wanted_ids(call)
    if not wanted:
        return access, await _search(call, tx, question)
    found = await issues.list_issues(tx, wanted)
    return access, [issue for issue in found if issue.project_id in question.project_ids]


async def _search(call: Call, tx: Transaction, question: Question) -> list[Issue]:
    """What the search finds, the first `limit` in the order of `sort`."""
    refuse_views(call)
    refuse_options(call, "status")
    page = await issues.list_page(
        tx,
        question.select(read_query(call)),
        sort=read_sort(call),
        limit=read_per_page(call, default=MAX_BULK, largest=MAX_BULK),
    )
    return page.issues


def _wanted_ids(call: Call) -> list[int]:
    ids = [as_id(text) for text in call.query.getlist("id")]
    if len(ids) > MAX_BULK:
        raise ApiError(400, f"At most {MAX_BULK} issues can be changed at once.")
    if None in ids:
        raise ApiError(400, "Invalid id.")
    return [each for each in ids if each is not None]


async def _assigned(tx: Transaction, access: Access, issue: Issue) -> Json | None:
    current = await _again(tx, issue)
    around = await read_surroundings(
        tx, [current], organization_id=access.organization.id, account_id=access.account_id
    )
    return assignee_shape(current, around)


async def _again(tx: Transaction, issue: Issue) -> Issue:
    """The issue as the transaction left it; the one it was merged into."""
    return await issues.get_issue(tx, issue.id) or issue


def _actor(access: Access) -> Actor:
    return Actor(organization_id=access.organization.id, account_id=access.account_id)


def _hash(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ApiError(400, "Invalid hash.") from None
