"""The edge of the API: paths, methods, bodies and cursors that are not as they should be."""

import pytest

from tests.server.api.conftest import World

CONTENT = {"Content-Type": "application/json"}
ONE_BACKEND = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For what is decided before a database is asked."""


@ONE_BACKEND
async def test_paths_with_and_without_their_slash(world: World) -> None:
    assert await world.owner.status("GET", "/organizations/acme") == 200
    assert await world.owner.status("GET", "/organizations/acme/") == 200


@ONE_BACKEND
@pytest.mark.parametrize(
    "path", ["/nothing/", "/organizations/acme/scim/v2/Users", "/organizations/acme/nothing/", "//"]
)
async def test_what_is_not_there_is_a_404_in_json(world: World, path: str) -> None:
    response = await world.owner.send("GET", path)
    assert (response.status_code, list(response.json())) == (404, ["detail"])


@ONE_BACKEND
async def test_a_wrong_method_names_the_right_ones(world: World) -> None:
    response = await world.owner.send("PATCH", "/organizations/acme/")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, PUT"
    assert response.json() == {"detail": 'Method "PATCH" not allowed.'}
    assert (await world.owner.send("HEAD", "/organizations/acme/")).status_code == 200


@ONE_BACKEND
@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff", b'{"a": NaN}'])
async def test_a_body_that_is_no_object_is_a_400(world: World, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {world.owner.token}"} | CONTENT
    response = await world.client.put("/api/0/projects/acme/web/", content=body, headers=headers)
    assert response.status_code == 400


@ONE_BACKEND
async def test_a_body_may_not_be_huge(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.owner.token}"} | CONTENT
    body = b'{"name": "' + b"x" * (1 << 21) + b'"}'
    response = await world.client.put("/api/0/projects/acme/web/", content=body, headers=headers)
    assert response.status_code == 413


@ONE_BACKEND
async def test_lists_are_paged_by_cursors(world: World) -> None:
    path = "/organizations/acme/teams/"
    for number in range(4):
        await world.owner.ok("POST", path, {"slug": f"t{number}"})
    first = await world.owner.send("GET", path, per_page=2, query="t")
    assert [team["slug"] for team in first.json()] == ["t0", "t1"]
    links = first.links
    assert links["previous"]["results"] == "false"
    assert links["next"]["results"] == "true"
    assert links["next"]["cursor"] == "0:2:0"
    assert "per_page=2" in links["next"]["url"]
    second = await world.client.get(
        links["next"]["url"], headers={"Authorization": f"Bearer {world.owner.token}"}
    )
    assert [team["slug"] for team in second.json()] == ["t2", "t3"]
    assert second.links["next"]["results"] == "false"
    assert second.links["previous"] == second.links["previous"] | {
        "cursor": "0:0:1",
        "results": "true",
    }


@ONE_BACKEND
@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "x"},
        {"cursor": "1:2"},
        {"cursor": "1:-2:0"},
        {"cursor": "9" * 30 + ":0:0"},
        {"per_page": "0"},
        {"per_page": "101"},
        {"per_page": "many"},
    ],
)
async def test_a_wrong_cursor_is_a_400(world: World, params: dict[str, str]) -> None:
    response = await world.owner.send("GET", "/organizations/acme/teams/", **params)
    assert (response.status_code, list(response.json())) == (400, ["detail"])


NAMES = ("%00", "a%00b", "9" * 40, "%ff", "%F0%9F%A6%8A", "'; DROP TABLE project", "١٢")
PATHS = (
    "/organizations/{}/",
    "/projects/acme/{}/",
    "/teams/acme/{}/",
    "/organizations/acme/members/{}/",
    "/projects/acme/web/environments/{}/",
    "/projects/acme/web/keys/{}/",
    "/organizations/acme/releases/{}/",
    "/organizations/acme/org-auth-tokens/{}/",
    "/api-tokens/{}/",
)


async def test_strange_names_are_simply_not_found(world: World) -> None:
    for path in PATHS:
        for name in NAMES:
            assert await world.owner.status("GET", path.format(name)) == 404, (path, name)
