"""New and regressed issues become ongoing after a week, once, and nothing else does."""

from tests.stored_issues import NOW, event, make_tenant, store
from urgentry.domain.issue import Substatus
from urgentry.jobs.aging import AGE, age_issues
from urgentry.storage import activity, issues
from urgentry.storage.database import Database
from urgentry.triage.applying import apply
from urgentry.triage.decisions import Archive
from urgentry.triage.journal import Actor


async def test_a_week_makes_new_issues_ongoing(database: Database) -> None:
    tenant = await make_tenant(database)
    await store(database, event(tenant, key="old"), event(tenant, key="archived"), at=NOW)
    await store(database, event(tenant, key="young", at=NOW + AGE), at=NOW + AGE)
    async with database.read() as tx:
        known = {issue.title: issue for issue in await issues.list_issues(tx, [1, 2, 3])}
    by = Actor(organization_id=tenant.organization_id, account_id=None)
    archived = known["ValueError: archived"]
    await database.write(lambda tx: apply(tx, [archived], [Archive(forever=True)], by=by, at=NOW))
    for _ in range(2):
        await age_issues(database, now=NOW + AGE + 1)
    async with database.read() as tx:
        after = {issue.title: issue.substatus for issue in await issues.list_issues(tx, [1, 2, 3])}
        log = await activity.list_entries(tx, known["ValueError: old"].id, limit=9)
    assert after == {
        "ValueError: old": Substatus.ONGOING,
        "ValueError: archived": Substatus.ARCHIVED_FOREVER,
        "ValueError: young": Substatus.NEW,
    }
    assert [(entry.kind, entry.account_id) for entry in log] == [("auto_set_ongoing", None)]
