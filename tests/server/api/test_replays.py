"""Lists of replays over the API: what picks among them."""

import secrets

import httpx
import pytest

from tests.batches import write_records
from tests.server.api.conftest import World
from urgentry import clock
from urgentry.api.timestamps import iso
from urgentry.domain.replay import ReplayFacts, ReplaySegmentRecord

REPLAYS = "/organizations/acme/replays/"


def replay(at: int, environment: str = "prod") -> ReplaySegmentRecord:
    return ReplaySegmentRecord(
        organization_id=1,
        project_id=1,
        key_id=1,
        received=at,
        retention_days=90,
        counted=(),
        content_size=0,
        replay_id=secrets.token_bytes(16),
        segment=0,
        started_at=at,
        finished_at=at + clock.SECOND,
        facts=ReplayFacts(environment=environment),
    )


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


async def test_pages_of_one_environment_are_full(world: World) -> None:
    at = clock.now() - clock.HOUR
    rare = [replay(at - n * clock.SECOND, "staging") for n in (0, 200, 400)]
    common = [replay(at - n * clock.SECOND) for n in range(1, 400) if n != 200]
    await write_records(world.database, [*rare, *common])
    expected = [each.replay_id.hex() for each in rare]
    first = await world.owner.send("GET", f"{REPLAYS}?environment=staging&per_page=2")
    assert ids(first) == expected[:2]
    following = first.links["next"]
    assert following["results"] == "true"
    second = await world.owner.send(
        "GET", f"{REPLAYS}?environment=staging&per_page=2&cursor={following['cursor']}"
    )
    assert ids(second) == expected[2:]
    assert second.links["next"]["results"] == "false"
    both = await world.owner.send("GET", f"{REPLAYS}?environment=staging&environment=prod")
    assert len(ids(both)) == 100


async def test_a_period_and_fields_pick(world: World) -> None:
    at = clock.now() - clock.HOUR
    old, new = replay(at - 2 * clock.DAY), replay(at)
    await write_records(world.database, [old, new])
    for query, expected in (
        ("statsPeriod=1d", [new]),
        (f"end={iso(at - clock.DAY)}", [old]),
        ("project=web", [new, old]),
        ("projectSlug=web&sort=-started_at", [new, old]),
    ):
        answer = await world.owner.send("GET", f"{REPLAYS}?{query}")
        assert ids(answer) == [each.replay_id.hex() for each in expected]
    one = f"{REPLAYS}{new.replay_id.hex()}/?field=id&field=environment"
    content = await world.owner.ok("GET", one)
    assert content == {"data": {"id": new.replay_id.hex(), "environment": "prod"}}
    listed = await world.owner.ok("GET", f"{REPLAYS}?field=duration")
    assert listed == {"data": [{"duration": 1}, {"duration": 1}]}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("query=user.id:7", 400),
        ("query=0", 400),
        ("sort=duration", 400),
        ("orderBy=started_at", 400),
        ("field=clicks", 400),
        ("statsPeriod=soon", 400),
        ("project=none", 404),
    ],
)
async def test_what_is_not_heeded_is_refused(world: World, query: str, status: int) -> None:
    assert await world.owner.status("GET", f"{REPLAYS}?{query}") == status
