"""The issue that a path names, with the access that the caller has to it."""

import re

from urgentry.access.decision import Access, as_id, choose_project, found, project_access
from urgentry.api.endpoint import Call
from urgentry.domain.issue import Issue
from urgentry.domain.short_id import parse_short_id
from urgentry.storage import issues
from urgentry.storage.database import Transaction

EVENT_ID = re.compile(r"[0-9a-f]{32}")


async def enter_issue(call: Call, tx: Transaction, *scopes: str) -> tuple[Access, Issue]:
    """The issue `{issue}` (an id, or a short id) in `{organization}`, or in any organization where
    the path names none. ApiError 404 when it is not there or not the caller's to see."""
    if "organization" not in call.request.path_params:
        issue = found(await _get(tx, as_id(call.path("issue"))))
        access = await project_access(tx, call.principal, *scopes, project_id=issue.project_id)
        return access, issue
    entered = await call.enter(tx, *scopes)
    issue = found(await _find(tx, entered.organization.id, call.path("issue")))
    return await choose_project(tx, entered, issue.project_id), issue


async def _find(tx: Transaction, organization_id: int, name: str) -> Issue | None:
    issue_id = as_id(name)
    if issue_id is None:
        short_id = parse_short_id(name)
        if short_id is not None:
            issue_id = await issues.find_by_short_id(tx, organization_id, *short_id)
    return await _get(tx, issue_id)


async def _get(tx: Transaction, issue_id: int | None) -> Issue | None:
    return None if issue_id is None else await issues.get_issue(tx, issue_id)


def read_event_id(text: str) -> str | None:
    """32 hexadecimal digits of an event id in any of its spellings, or None."""
    digits = text.lower().replace("-", "")
    return digits if EVENT_ID.fullmatch(digits) else None
