"""Issues that are like another, over the API: who is found, in what order, and why."""

from typing import Any

import pytest

from tests.server.api.conftest import World
from tests.stored_issues import Tenant, event, store
from urgentry import clock

ORG = "/organizations/acme"


def crash(kind: str, said: str, *functions: str) -> dict[str, Any]:
    frames = [{"module": "shop", "function": name, "in_app": True} for name in functions]
    exception = {"type": kind, "value": said, "stacktrace": {"frames": frames}}
    return {"exception": {"values": [exception]}}


CRASHES = {
    "it": crash("KeyError", "no order 17", "main", "pay", "charge"),
    "twin": crash("KeyError", "no order 99", "main", "pay", "charge"),
    "cousin": crash("KeyError", "no order 4", "main", "pay", "refund"),
    "stranger": crash("OSError", "disk full", "boot"),
}


@pytest.fixture(autouse=True)
async def stored(world: World) -> None:
    """WEB-1 to WEB-4, as `CRASHES` has them."""
    first = world.first
    tenant = Tenant(
        organization_id=first.organization_id, account_id=1, team_id=1, project_id=first.project_id
    )
    now = clock.now() - clock.MINUTE
    for key, payload in CRASHES.items():
        exception = payload["exception"]["values"][0]
        title = f"{exception['type']}: {exception['value']}"
        given = event(tenant, key=key, title=title, at=now, culprit="shop in pay", payload=payload)
        await store(world.database, given, at=now)


@pytest.mark.parametrize("prefix", [f"{ORG}/issues/WEB-1", "/issues/{id}"])
async def test_the_likest_come_first_with_their_scores(world: World, prefix: str) -> None:
    issue = await world.owner.ok("GET", f"{ORG}/issues/WEB-1/")
    found = await world.owner.ok("GET", f"{prefix.format(id=issue['id'])}/similar/")
    assert [similar["shortId"] for similar, _ in found] == ["WEB-2", "WEB-3"]
    twin, cousin = (scores for _, scores in found)
    assert set(twin.values()) == {1.0}
    assert cousin["exception:stacktrace:frames"] == 0.5
    assert cousin["exception:message:character-shingles"] == 1
    assert cousin["score"] == pytest.approx(0.7)


async def test_no_more_than_asked_for(world: World) -> None:
    found = await world.owner.ok("GET", f"{ORG}/issues/WEB-1/similar/", limit=1)
    assert [similar["shortId"] for similar, _ in found] == ["WEB-2"]
    assert await world.owner.status("GET", f"{ORG}/issues/WEB-1/similar/?limit=0") == 400


async def test_nobody_is_like_a_stranger(world: World) -> None:
    assert await world.owner.ok("GET", f"{ORG}/issues/WEB-4/similar/") == []
