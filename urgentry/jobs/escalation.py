"""What is archived until it escalates comes back when it happens far more often than the week
before lets one expect: `domain/escalation.py` says when."""

import secrets
from collections.abc import Mapping, Sequence

import structlog

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.activity import ActivityKind
from urgentry.domain.escalation import LEAST, WEEK_HOURS, hourly_limit, is_young
from urgentry.domain.event import hour_of
from urgentry.errors import StorageError
from urgentry.storage import issues, leases, stats
from urgentry.storage.database import Database, Transaction
from urgentry.storage.issues import ArchivedIssue
from urgentry.triage.journal import Actor, Journal

_JOB = "escalation"
_ROUND_SECONDS = 30.0
_PERIOD = 45 * clock.SECOND
_LEASE = 5 * clock.MINUTE
_PAUSE_SECONDS = 0.05
_CHUNK = 200

log = structlog.get_logger(__name__)


async def keep_escalating(database: Database) -> None:
    """Looks once a minute until it is cancelled; waits out an absent database."""
    holder = secrets.token_hex(8)
    while True:
        await rest(_ROUND_SECONDS)
        try:
            await escalate_if_due(database, holder=holder)
        except StorageError as error:
            log.warning("issues_not_escalated", problem=str(error), hint=error.hint)


async def escalate_if_due(database: Database, *, holder: str) -> bool:
    """Looks, if no other server is at it; whether it did."""
    now = clock.now()

    async def take(tx: Transaction) -> bool:
        return await leases.take(tx, _JOB, holder, now=now, until=now + _LEASE, period=_PERIOD)

    if not await database.write(take):
        return False
    await escalate_issues(database, now=now)
    await database.write(lambda tx: leases.finish(tx, _JOB, holder, now=clock.now()))
    return True


async def escalate_issues(database: Database, *, now: int) -> int:
    """Brings back what escalated in the hour of `now`; how many issues that are.

    Nothing escalates in the hour in which it was archived: that hour belongs to what is expected.
    """
    hour = hour_of(now)
    after, escalated = 0, 0
    while True:
        async with database.read() as tx:
            found = await issues.list_archived_until_escalating(
                tx, active_since=hour * clock.HOUR, after=after, limit=_CHUNK
            )
            limits = await _exceeded(tx, found, hour)
        for organization_id, issue_ids in _by_organization(found, limits).items():
            escalated += await _escalate(
                database, organization_id, {id_: limits[id_] for id_ in issue_ids}, now=now
            )
        if len(found) < _CHUNK:
            return escalated
        after = found[-1].id
        await rest(_PAUSE_SECONDS)


async def _exceeded(tx: Transaction, found: Sequence[ArchivedIssue], hour: int) -> dict[int, int]:
    """The limits of those issues that had more in this hour."""
    now = await stats.list_counts(tx, [each.id for each in found], first_bucket=hour, buckets=1)
    many = {issue_id: counts[0] for issue_id, counts in now.items() if counts[0] > LEAST}
    if not many:
        return {}
    before = await stats.list_counts(tx, many, first_bucket=hour - WEEK_HOURS, buckets=WEEK_HOURS)
    limits = {
        each.id: hourly_limit(
            before.get(each.id, ()), is_young=is_young(each.first_seen, now=hour * clock.HOUR)
        )
        for each in found
        if each.id in many
    }
    return {issue_id: limit for issue_id, limit in limits.items() if many[issue_id] > limit}


def _by_organization(
    found: Sequence[ArchivedIssue], limits: Mapping[int, int]
) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = {}
    for each in found:
        if each.id in limits:
            grouped.setdefault(each.organization_id, []).append(each.id)
    return grouped


async def _escalate(
    database: Database, organization_id: int, limits: Mapping[int, int], *, now: int
) -> int:
    async def body(tx: Transaction) -> int:
        journal = Journal(Actor(organization_id=organization_id, account_id=None), now)
        moved = await issues.set_escalating(tx, limits, at=now)
        for issue in moved:
            journal.log(issue, ActivityKind.SET_ESCALATING, forecast=limits[issue.id])
        await journal.write(tx)
        return len(moved)

    return await database.write(body)
