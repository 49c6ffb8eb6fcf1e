"""Whatever is sent to whatever operation of the API: no answer is a fault of ours, errors are JSON.

Everything is made up from what operations read: names of members and of parameters, with values of
every kind that has broken somebody's server.
"""

import json
import random
from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.server.api.conftest import World
from tests.server.security.conftest import rehearsing
from tests.server.security.tenants import names_for, operations, settle

BACKENDS = pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
VALUES = {"sqlite": 2, "postgres": 1}
STRANGE_NAMES = 0.15
ROUNDS = {"sqlite": 10, "postgres": 4}
NASTY: list[Any] = [
    *("", " ", "\x00", "a\x00b", "\ud800", "\udfff tail", "\u202e\u2066", "\ufeff", "é" * 300),
    *("a" * 70_000, "' OR 1=1 --", "%", "_", "\\", "{{7*7}}", "<script>", "../../etc", "null"),
    *(0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 2**64, 1e308, -1e-300, 1.5, True, False),
    *(None, [], {}, [[]], [None], [{}], {"": None}, {"$ne": 1}, "9223372036854775808", "٣", "-1"),
    *("me", "1", "latest", "resolved", "is:unresolved", "2026-01-01T00:00:00", "9999-12-31", "14d"),
    *("admin", "owner", "visible", "1:2:1", "user:1", "team:1", "a" * 32, "\r\nX: y", "prod"),
]
MEMBERS = (
    *("name", "slug", "email", "role", "orgRole", "reinvite", "teamRoles", "teams", "teamRole"),
    *("scopes", "tokenId", "isActive", "rateLimit", "platform", "options", "isHidden", "status"),
    *("environmentNames", "assignedTo", "merge", "statusDetails", "substatus", "text", "priority"),
    *("isBookmarked", "isSubscribed", "hasSeen", "isPublic", "discard", "openMembership", "id"),
    *("resolveAge", "subjectPrefix", "groupingEnhancements", "fingerprintingRules", "teamSlug"),
    *("inRelease", "inNextRelease", "ignoreDuration", "ignoreCount", "count", "window", "mentions"),
)
PARAMETERS = (
    *("query", "cursor", "per_page", "limit", "project", "projectSlug", "environment", "start"),
    *("end", "statsPeriod", "sort", "sortBy", "id", "status", "team", "visibility", "detailed"),
    *("owner", "full", "sample", "expand", "collapse", "groupStatsPeriod", "stat", "resolution"),
    *("since", "until", "interval", "key", "short_id", "shortIdLookup", "hide", "query", "groupBy"),
)

values = st.sampled_from(NASTY) | st.text(max_size=20) | st.integers()
nested = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3)
    ),
)
bodies = st.dictionaries(st.sampled_from(MEMBERS), nested, max_size=6) | nested
texts = st.sampled_from([each for each in NASTY if isinstance(each, str)]) | st.text(max_size=30)
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS), texts), max_size=5)
"""What one request is made of."""


def examples(strategy: st.SearchStrategy[Any], count: int = 300) -> list[Any]:
    """What a strategy makes, always the same."""
    found: list[Any] = []

    @hypothesis.seed(20_260_923)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


def path_of(chance: random.Random, path: str, variables: list[str], ids: dict[str, str]) -> str:
    """The path to what is there, and now and then to something that is none."""
    names = dict(names_for(path, ids))
    for variable in variables:
        if chance.random() < STRANGE_NAMES:
            names[variable] = chance.choice(
                [one for one in NASTY if isinstance(one, str) and one and "\n" not in one]
            )
    quoted = {
        name: quote(text[:300].encode("utf-8", "surrogatepass"), safe="")
        for name, text in names.items()
    }
    return path.format(**quoted)


def is_error_shape(status: int, answer: Any) -> bool:
    """Sentry's two forms of an error."""
    if status < 400:
        return True
    return isinstance(answer, dict) and (
        isinstance(answer.get("detail"), str)
        or all(isinstance(value, list | dict) for value in answer.values())
    )


@BACKENDS
async def test_no_request_is_a_fault_of_ours(world: World, backend: Any) -> None:
    things = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    made_bodies, made_queries = examples(bodies), examples(queries)
    chance = random.Random(7)  # noqa: S311 - no secret
    wrong: list[Any] = []
    async with rehearsing(world.database) as client:
        for method, path, variables in list(operations()) * ROUNDS[backend.kind]:
            query = urlencode(chance.choice(made_queries), errors="replace")
            url = f"/api/0{path_of(chance, path, variables, things.ids)}?{query[:30_000]}"
            body = b"" if method == "GET" else json.dumps(chance.choice(made_bodies)).encode()
            headers = {"Authorization": f"Bearer {world.owner.token}"}
            answer = await client.request(method, url, content=body, headers=headers)
            told = json.loads(answer.content) if answer.content else {"detail": ""}
            if answer.status_code >= 500 or not is_error_shape(answer.status_code, told):
                wrong.append((method, path, url[:300], body[:300], answer.status_code, told))
    assert wrong == []


@BACKENDS
async def test_no_value_of_a_member_is_a_fault_of_ours(world: World, backend: Any) -> None:
    headers = {"Authorization": f"Bearer {world.owner.token}"}
    things = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    chance = random.Random(8)  # noqa: S311 - no secret
    whole = {"name": "n", "slug": "s-l", "email": "e@example.com", "text": "t"}
    wrong: list[Any] = []
    async with rehearsing(world.database) as client:
        for method, path, _ in operations():
            url = f"/api/0{path.format(**names_for(path, things.ids))}"
            for member in MEMBERS if method != "GET" else ():
                for value in chance.sample(NASTY, VALUES[backend.kind]):
                    body = json.dumps(whole | {member: value}).encode()
                    answer = await client.request(method, url, content=body, headers=headers)
                    if answer.status_code >= 500:
                        wrong.append((method, path, member, repr(value)[:80]))
    assert wrong == []
