"""Of which kinds a project has data, as its shapes tell."""

import secrets
from typing import Any

from tests.batches import write_records
from tests.contract.test_monitors import check_in
from tests.server.api import shop as shops
from tests.server.api.conftest import World
from tests.server.api.test_replays import replay
from tests.stored_issues import Tenant, event, store
from urgentry import clock
from urgentry.domain.profile import ProfileRecord
from urgentry.storage import feedback
from urgentry.storage.feedback import NewFeedback

shop = shops.shop

KINDS = {
    *("firstTransactionEvent", "hasLogs", "hasTraceMetrics", "hasReplays", "hasProfiles"),
    *("hasMonitors", "hasFeedbacks", "hasNewFeedbacks"),
}


def told(project: dict[str, Any]) -> set[str]:
    return {name for name in KINDS if project[name]}


async def projects(world: World) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = await world.owner.ok("GET", "/organizations/acme/projects/")
    return listed


async def test_a_project_tells_what_it_has(shop: World) -> None:
    signals = {"firstTransactionEvent", "hasLogs", "hasTraceMetrics"}
    [web] = await projects(shop)
    assert (told(web), web["hasUserReports"]) == (signals, False)
    now = clock.now()
    profile = ProfileRecord(
        organization_id=1,
        project_id=1,
        key_id=1,
        received=now,
        retention_days=90,
        counted=(),
        content_size=0,
        kind=0,
        profile_id=secrets.token_bytes(16),
        platform="python",
        release="",
        environment="",
        started_at=now,
        duration_us=1,
        samples=2,
    )
    await write_records(shop.database, [replay(now), check_in("ok", at=now), profile])
    kinds = signals | {"hasReplays", "hasMonitors", "hasProfiles"}
    assert told(await shop.owner.ok("GET", "/projects/acme/web/")) == kinds
    tenant = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)
    await store(shop.database, event(tenant, key="said", type="feedback", at=now), at=now)
    await shop.owner.ok("POST", "/teams/acme/acme/projects/", {"name": "Other"})
    other, web = await projects(shop)
    assert (told(web), told(other)) == (KINDS, set())


async def test_an_issue_counts_what_was_said_about_it(world: World) -> None:
    """Of events from a week before it on."""
    now = clock.now()
    tenant = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)
    names = {key: secrets.token_hex(16) for key in ("one", "other", "old")}
    for key, at in (("one", now), ("other", now), ("old", now - 30 * clock.DAY)):
        issue = "other" if key == "other" else "one"
        await store(world.database, event(tenant, key=issue, at=at, event_id=names[key]), at=at)
    lines = [
        NewFeedback(
            expires_day=100_000,
            id=(now << 10) + number,
            project_id=1,
            event_id=bytes.fromhex(names.get(key, key)),
            feedback_id=secrets.token_bytes(16),
            name="",
            email="",
            comments="it broke",
        )
        for number, key in enumerate(("one", "one", "other", "old", "0" * 32))
    ]
    await world.database.write(lambda tx: feedback.insert_feedback(tx, lines))
    [web] = await projects(world)
    assert web["hasUserReports"]
    counts = [
        (await world.owner.ok("GET", f"/organizations/acme/issues/{number}/"))["userReportCount"]
        for number in (1, 2)
    ]
    assert counts == [2, 1]
