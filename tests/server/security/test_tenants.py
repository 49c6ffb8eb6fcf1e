"""No operation of the API tells a stranger whether something exists, by any of its names."""

from typing import Any

import httpx
import pytest

from tests.server.api.conftest import Speaker, World
from tests.server.security.conftest import rehearsing
from tests.server.security.tenants import (
    ABSENT,
    BODY,
    Things,
    names_for,
    operations,
    two_tenants,
)

ONE_BACKEND = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
Answer = tuple[int, Any]
ID = f"?id={1:032}"
"""Reads as an issue's id, and as a hash."""
NOTHING = (200, "[]")
"""Files may be there before their event is, so any event has a list of them."""
IS_NO_SECRET = {"user", "trace"}
"""Only `me` and the own id are allowed: whoever else is named, the answer is 403. A trace of which
nothing is seen is an empty one, as in Sentry."""
WORDS = ("/tags/", "/trace-items/")
"""Below these a key is a word that everybody uses."""


async def ask(speaker: Speaker, method: str, path: str, names: dict[str, str]) -> Answer:
    """Status and body."""
    body = None if method == "GET" else BODY
    answer = await speaker.send(method, path.format(**names) + ID, body)
    return answer.status_code, answer.text


async def differing(
    eve: Speaker, own: Things, foreign: Things, spelling: int
) -> list[tuple[str, str, str, Answer]]:
    """Operations that answer otherwise to what is another's than to what is not there."""
    wrong = []
    for method, path, variables in operations():
        for variable in variables:
            is_word = variable == "key" and any(each in path for each in WORDS)
            if variable in {"filter", "segment"} or is_word:
                continue
            names = names_for(path, own.ids | own.slugs)
            others = names_for(path, foreign.ids)
            spelled = [others[variable], *foreign.spelled(variable)[1:]]
            if spelling >= len(spelled):
                continue
            theirs = await ask(eve, method, path, names | {variable: spelled[spelling]})
            absent = await ask(eve, method, path, names | {variable: ABSENT[variable]})
            is_hidden = theirs[0] == 404 or theirs == NOTHING or variable in IS_NO_SECRET
            if theirs != absent or not is_hidden:
                wrong.append((method, path, variable, theirs))
    return wrong


@ONE_BACKEND
@pytest.mark.parametrize("spelling", [0, 1], ids=["id", "slug"])
async def test_what_is_anothers_is_as_if_it_were_not_there(world: World, spelling: int) -> None:
    eve, own, foreign = await two_tenants(world)
    async with rehearsing(world.database) as client:
        wrong = await differing(Speaker(client, eve.token), own, foreign, spelling)
    assert wrong == []


@ONE_BACKEND
async def test_paths_of_another_organization_lead_nowhere(world: World) -> None:
    eve, _, foreign = await two_tenants(world)
    wrong = []
    async with rehearsing(world.database) as client:
        for method, path, variables in operations():
            if "organization" not in variables:
                continue
            for organization in foreign.spelled("organization"):
                names = names_for(path, foreign.ids) | {"organization": organization}
                status, _text = await ask(Speaker(client, eve.token), method, path, names)
                if status != 404:
                    wrong.append((method, path, organization, status))
    assert wrong == []


REFERENCES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/organizations/evil/issues/?project={project}&query=", None),
    ("GET", "/organizations/evil/releases/?project={project}", None),
    (
        "GET",
        "/organizations/evil/stats_v2/?project={project}&field=sum(quantity)&groupBy=project",
        None,
    ),
    (
        "GET",
        "/organizations/evil/sessions/?project={project}&field=sum(session)&groupBy=release",
        None,
    ),
    ("GET", "/organizations/evil/project-keys/?team={team}", None),
    ("PUT", "/organizations/evil/issues/?id={issue}", {"status": "resolved"}),
    ("PUT", "/organizations/evil/issues/?id={own_issue}&id={issue}", {"merge": 1}),
    ("PUT", "/issues/{own_issue}/", {"assignedTo": "team:{team}"}),
    ("PUT", "/issues/{own_issue}/", {"assignedTo": "user:1"}),
    ("POST", "/organizations/evil/members/", {"email": "n@e.org", "teams": ["acme"]}),
    ("POST", "/projects/evil/other/teams/{team}/", {}),
    ("POST", "/teams/evil/{team}/projects/", {"name": "x"}),
    ("DELETE", "/api-tokens/", {"tokenId": "1"}),
]


@ONE_BACKEND
@pytest.mark.parametrize("reference", REFERENCES, ids=lambda each: f"{each[0]} {each[1]}")
async def test_nothing_of_another_is_reached_by_reference(
    world: World, reference: tuple[str, str, dict[str, Any] | None]
) -> None:
    eve, own, foreign = await two_tenants(world)
    method, path, body = reference
    async with rehearsing(world.database) as client:
        speaker = Speaker(client, eve.token)
        answers = []
        for names in (foreign.ids, ABSENT):
            filled = {
                name: value.format(**names) if isinstance(value, str) else value
                for name, value in (body or {}).items()
            }
            target = path.format(**names, own_issue=own.ids["issue"])
            answers.append(await speaker.send(method, target, filled or None))
    assert_same(*answers)


def assert_same(theirs: httpx.Response, absent: httpx.Response) -> None:
    assert theirs.status_code == absent.status_code, (theirs.text, absent.text)
    if theirs.is_success:
        assert theirs.text == absent.text
