"""The inbound filters over the API: read, turned on and off, listed among the options."""

from typing import Any

import pytest

from tests.server.api.conftest import World

PROJECT = "/projects/acme/web"
DEFAULTS: dict[str, Any] = {
    "localhost": False,
    "browser-extensions": False,
    "legacy-browsers": False,
    "web-crawlers": False,
    "filtered-transaction": True,
}
OPTIONS = {
    "filters:react-hydration-errors": True,
    "filters:chunk-load-error": True,
    "filters:blacklisted_ips": "",
    "filters:releases": "",
    "filters:error_messages": "",
    "sentry:csp_ignored_sources_defaults": True,
    "sentry:csp_ignored_sources": "",
}


async def active(world: World, project: str = PROJECT) -> dict[str, Any]:
    listed = await world.owner.ok("GET", f"{project}/filters/")
    return {each["id"]: each["active"] for each in listed}


async def test_a_filter_is_turned_on_and_off(world: World) -> None:
    assert await active(world) == DEFAULTS
    await world.owner.ok("PUT", f"{PROJECT}/filters/localhost/", {"active": True})
    await world.owner.ok("PUT", f"{PROJECT}/filters/filtered-transaction/", {"active": False})
    assert await active(world) == DEFAULTS | {"localhost": True, "filtered-transaction": False}
    await world.owner.ok("PUT", f"{PROJECT}/filters/localhost/", {"active": False})
    assert (await active(world))["localhost"] is False


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"subfilters": ["safari", "ie", "ie"]}, ["ie", "safari"]),
        ({"active": True, "subfilters": ["ie_pre_9"]}, ["ie_pre_9"]),
        ({"active": True}, True),
        ({"active": False}, False),
        ({"active": False, "subfilters": ["ie"]}, False),
        ({"subfilters": []}, False),
    ],
)
async def test_legacy_browsers_are_chosen(world: World, body: dict[str, Any], shown: Any) -> None:
    path = f"{PROJECT}/filters/legacy-browsers/"
    await world.owner.ok("PUT", path, {"subfilters": ["opera"]})
    await world.owner.ok("PUT", path, body)
    assert (await active(world))["legacy-browsers"] == shown


@pytest.mark.parametrize(
    ("name", "body", "status", "answer"),
    [
        ("localhost", {}, 400, {"active": ["This field is required."]}),
        ("localhost", {"active": "yes"}, 400, {"active": ["Must be a valid boolean."]}),
        (
            "localhost",
            {"active": True, "subfilters": ["ie"]},
            400,
            {"subfilters": ["This filter has no parts."]},
        ),
        ("legacy-browsers", {}, 400, {"active": ["This field is required."]}),
        (
            "legacy-browsers",
            {"subfilters": ["netscape"]},
            400,
            {"subfilters": ['"netscape" is not a valid choice.']},
        ),
        ("react-hydration-errors", {"active": True}, 404, None),
        ("nonsense", {"active": True}, 404, None),
    ],
)
async def test_what_cannot_be_set(
    world: World, name: str, body: dict[str, Any], status: int, answer: dict[str, Any] | None
) -> None:
    response = await world.owner.send("PUT", f"{PROJECT}/filters/{name}/", body)
    assert response.status_code == status
    assert answer is None or response.json() == answer
    assert await active(world) == DEFAULTS


async def test_lists_are_options_of_the_project(world: World) -> None:
    assert (await world.owner.ok("GET", f"{PROJECT}/"))["options"] == OPTIONS
    given = {
        "filters:blacklisted_ips": "192.0.2.1\n198.51.100.0/24",
        "filters:releases": "old*\n",
        "filters:error_messages": "TypeError: *",
        "filters:react-hydration-errors": False,
        "sentry:csp_ignored_sources": "*.example.com",
    }
    changed = await world.owner.ok("PUT", f"{PROJECT}/", {"options": given, "name": "Shop"})
    kept = given | {"filters:releases": "old*"}
    assert (changed["options"], changed["name"]) == (OPTIONS | kept, "Shop")
    await world.owner.ok("PUT", f"{PROJECT}/filters/localhost/", {"active": True})
    assert (await world.owner.ok("GET", f"{PROJECT}/"))["options"] == OPTIONS | kept
    none = {"options": {"filters:releases": "", "filters:error_messages": None}}
    options = (await world.owner.ok("PUT", f"{PROJECT}/", none))["options"]
    assert options == OPTIONS | kept | {"filters:releases": ""}


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("filters:blacklisted_ips", "192.0.2.300", '"192.0.2.300" is not an IP address or range.'),
        ("filters:releases", "1.[0", '"1.[0" is no pattern: a [ has no ].'),
        ("filters:error_messages", 7, "Not a valid string."),
        ("filters:chunk-load-error", "1", "Must be a valid boolean."),
        (
            "sentry:csp_ignored_sources",
            "x\n" * 501,
            "Ensure this field has no more than 500 lines.",
        ),
        ("sentry:token", "x", "This cannot be changed here."),
    ],
)
async def test_an_option_that_cannot_be_is_named(
    world: World, option: str, value: Any, problem: str
) -> None:
    body = {"options": {option: value}, "name": "Other"}
    response = await world.owner.send("PUT", f"{PROJECT}/", body)
    assert (response.status_code, response.json()) == (400, {option: [problem]})
    project = await world.owner.ok("GET", f"{PROJECT}/")
    assert (project["options"], project["name"]) == (OPTIONS, "web")


@pytest.mark.parametrize(
    ("domains", "problem"),
    [
        ([], "Empty value will block all requests, use * to accept from all domains."),
        ([" "], "Empty value will block all requests, use * to accept from all domains."),
        (["shop example"], '"shop example" is not a domain or *.'),
        (["a.example"] * 201, "Ensure this field has no more than 200 elements."),
    ],
)
async def test_allowed_domains_are_domains(world: World, domains: list[str], problem: str) -> None:
    response = await world.owner.send("PUT", f"{PROJECT}/", {"allowedDomains": domains})
    assert (response.status_code, response.json()) == (400, {"allowedDomains": [problem]})
    changed = await world.owner.ok("PUT", f"{PROJECT}/", {"allowedDomains": [" *.example ", ""]})
    assert changed["allowedDomains"] == ["*.example"]


async def test_a_project_for_browsers_begins_with_more_filters(world: World) -> None:
    body = {"name": "Front", "platform": "javascript-react"}
    made = await world.owner.ok("POST", "/teams/acme/acme/projects/", body)
    shown = await active(world, f"/projects/acme/{made['slug']}")
    assert sorted(shown.pop("legacy-browsers")) == [
        *("android", "chrome", "edge", "firefox", "ie", "opera", "opera_mini", "safari"),
    ]
    assert shown == {
        "localhost": False,
        "browser-extensions": True,
        "web-crawlers": True,
        "filtered-transaction": True,
    }
