"""What is removed from data, over the API: of a project, and asked by its organization."""

import json
from typing import Any

import pytest

from tests.server.api.conftest import World

PROJECT = "/projects/acme/web/"
ORGANIZATION = "/organizations/acme/"
RULES = json.dumps(
    {
        "rules": {"ids": {"type": "pattern", "pattern": "cus_[0-9]+"}},
        "applications": {"$string": ["ids", "@email:mask"]},
    }
)
OF_PROJECT: dict[str, Any] = {
    "dataScrubber": True,
    "dataScrubberDefaults": True,
    "scrubIPAddresses": False,
    "sensitiveFields": [],
    "safeFields": [],
    "relayPiiConfig": None,
}
OF_ORGANIZATION = OF_PROJECT | {"dataScrubber": False, "dataScrubberDefaults": False}


async def shown(world: World, path: str) -> dict[str, Any]:
    answer = await world.owner.ok("GET", path)
    return {name: answer[name] for name in OF_PROJECT}


@pytest.mark.parametrize(
    ("path", "first"), [(PROJECT, OF_PROJECT), (ORGANIZATION, OF_ORGANIZATION)]
)
async def test_settings_are_read_and_changed(
    world: World, path: str, first: dict[str, Any]
) -> None:
    assert await shown(world, path) == first
    wanted = {
        "dataScrubber": not first["dataScrubber"],
        "scrubIPAddresses": True,
        "sensitiveFields": ["ssn", " customer "],
        "safeFields": ["extra.**", ""],
        "relayPiiConfig": RULES,
    }
    answer = await world.owner.ok("PUT", path, wanted)
    kept = first | wanted | {"sensitiveFields": ["ssn", "customer"], "safeFields": ["extra.**"]}
    assert {name: answer[name] for name in kept} == kept
    assert await shown(world, path) == kept
    await world.owner.ok("PUT", path, {"relayPiiConfig": None, "safeFields": []})
    assert await shown(world, path) == kept | {"relayPiiConfig": None, "safeFields": []}


async def test_what_is_not_named_stays(world: World) -> None:
    await world.owner.ok("PUT", PROJECT, {"sensitiveFields": ["ssn"], "subjectPrefix": "x"})
    await world.owner.ok("PUT", PROJECT, {"scrubIPAddresses": True})
    await world.owner.ok("PUT", ORGANIZATION, {"name": "Acme", "scrubIPAddresses": True})
    await world.owner.ok("PUT", ORGANIZATION, {"openMembership": False})
    assert (await shown(world, PROJECT))["sensitiveFields"] == ["ssn"]
    assert (await world.owner.ok("GET", PROJECT))["subjectPrefix"] == "x"
    organization = await world.owner.ok("GET", ORGANIZATION)
    assert (organization["name"], organization["scrubIPAddresses"]) == ("Acme", True)


async def test_slug_and_rules_change_together(world: World) -> None:
    answer = await world.owner.ok(
        "PUT", ORGANIZATION, {"slug": "acme-two", "scrubIPAddresses": True}
    )
    assert (answer["slug"], answer["scrubIPAddresses"]) == ("acme-two", True)


@pytest.mark.parametrize("path", [PROJECT, ORGANIZATION])
@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"relayPiiConfig": "{"}, {"relayPiiConfig": ["invalid JSON: "]}),
        (
            {"relayPiiConfig": '{"rules": {"r": {"type": "pattern", "pattern": "("}}}'},
            {"relayPiiConfig": ["rules.r.pattern: invalid regular expression: missing ): ("]},
        ),
        (
            {"relayPiiConfig": '{"applications": {"$frames": ["@ip"]}}'},
            {"relayPiiConfig": ["applications['$frames']: unknown type $frames: there are"]},
        ),
        (
            {"relayPiiConfig": '{"applications": {"$string": ["@ips"]}}'},
            {"relayPiiConfig": ["applications['$string']: there is no rule '@ips'"]},
        ),
        (
            {"relayPiiConfig": "x" * 70_000},
            {"relayPiiConfig": ["Ensure this field has no more than 65536 characters."]},
        ),
        (
            {"sensitiveFields": ["x" * 201], "safeFields": ["y"] * 201},
            {
                "sensitiveFields": ["at most 200 characters make a field"],
                "safeFields": ["At most 200 fields are possible."],
            },
        ),
        ({"dataScrubber": "yes"}, {"dataScrubber": ["Must be a valid boolean."]}),
        ({"safeFields": "a"}, {"safeFields": ["Expected a list of strings."]}),
    ],
)
async def test_what_cannot_be_is_told_and_not_kept(
    world: World, path: str, body: dict[str, Any], answer: dict[str, list[str]]
) -> None:
    before = await shown(world, path)
    refused = await world.owner.send("PUT", path, body | {"name": "Changed"})
    told = refused.json()
    assert refused.status_code == 400
    assert told.keys() == answer.keys()
    for name, (said,) in answer.items():
        assert told[name][0].startswith(said)
    assert await shown(world, path) == before
    assert (await world.owner.ok("GET", path))["name"] != "Changed"
