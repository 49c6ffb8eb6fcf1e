"""Every read of the organization's side has the shape that Sentry describes, and says what is."""

from tests import openapi
from tests.server.api.conftest import BASE_URL, World

READS = [
    "/organizations/",
    "/organizations/acme/",
    "/organizations/acme/members/",
    "/organizations/acme/members/1/",
    "/organizations/acme/teams/",
    "/organizations/acme/user-teams/",
    "/organizations/acme/projects/",
    "/organizations/acme/project-keys/",
    "/organizations/acme/environments/",
    "/organizations/acme/releases/",
    "/organizations/acme/releases/web@1.0.0/",
    "/teams/acme/acme/",
    "/teams/acme/acme/members/",
    "/teams/acme/acme/projects/",
    "/projects/acme/web/",
    "/projects/acme/web/keys/",
    "/projects/acme/web/teams/",
    "/projects/acme/web/members/",
    "/projects/acme/web/environments/",
    "/projects/acme/web/environments/prod/",
    "/projects/acme/web/releases/",
]


async def test_reads_have_the_shape(world: World) -> None:
    openapi.require_openapi()
    await world.saw("prod", "web@1.0.0", at=1_700_000_000_000_000)
    for path in READS:
        assert openapi.find_template(f"/api/0{path}"), path
        assert await world.owner.ok("GET", path), path


async def test_lists_name_what_there_is(world: World) -> None:
    [organization] = await world.owner.ok("GET", "/organizations/")
    assert organization["slug"] == "acme"
    [project] = await world.owner.ok("GET", "/organizations/acme/projects/")
    assert (project["slug"], project["isMember"]) == ("web", True)
    assert project["team"] == {"id": "1", "slug": "acme", "name": "acme"}
    [key] = await world.owner.ok("GET", "/projects/acme/web/keys/")
    assert key["dsn"]["public"] == world.first.dsn
    assert key["dsn"]["public"].startswith(BASE_URL.replace("://", f"://{key['public']}@"))
    [everywhere] = await world.owner.ok("GET", "/projects/")
    assert everywhere["organization"]["slug"] == "acme"


async def test_releases_are_paged_from_new_to_old_and_back(world: World) -> None:
    for number in range(5):
        await world.saw("prod", f"web@1.0.{number}", at=1_700_000_000_000_000 + number // 2)
    path = "/organizations/acme/releases/"
    versions: list[str] = []
    cursors: list[str] = []
    response = await world.owner.send("GET", path, per_page=2)
    while True:
        versions += [release["versionInfo"]["version"]["raw"] for release in response.json()]
        following = response.links["next"]
        if following["results"] == "false":
            break
        cursors.append(following["cursor"])
        response = await world.owner.send("GET", path, per_page=2, cursor=cursors[-1])
    assert versions == ["1.0.4", "1.0.3", "1.0.2", "1.0.1", "1.0.0"]
    back = response.links["previous"]
    assert back["results"] == "true"
    response = await world.owner.send("GET", path, per_page=2, cursor=back["cursor"])
    assert [release["shortVersion"] for release in response.json()] == ["1.0.2", "1.0.1"]
    first = response.links["previous"]["cursor"]
    response = await world.owner.send("GET", path, per_page=2, cursor=first)
    assert [release["shortVersion"] for release in response.json()] == ["1.0.4", "1.0.3"]
    assert response.links["previous"]["results"] == "false"


async def test_a_release_tells_what_each_project_saw(world: World) -> None:
    await world.saw("prod", "shop@1.2.3-rc.1+45", at=1_700_000_000_000_000)
    release = await world.owner.ok("GET", "/organizations/acme/releases/shop@1.2.3-rc.1+45/")
    assert release["versionInfo"]["version"] == {
        "raw": "1.2.3-rc.1+45",
        "major": 1,
        "minor": 2,
        "patch": 3,
        "pre": "rc.1",
        "buildCode": "45",
        "components": 3,
    }
    assert release["firstEvent"] == "2023-11-14T22:13:20.000000Z"
    assert [project["slug"] for project in release["projects"]] == ["web"]
    assert await world.owner.status("GET", "/organizations/acme/releases/nothing/") == 404
    found = await world.owner.ok("GET", "/organizations/acme/releases/", query="RC.1")
    assert len(found) == 1
    assert await world.owner.ok("GET", "/organizations/acme/releases/", query="%") == []


async def test_environments_are_hidden_and_shown(world: World) -> None:
    for number, name in enumerate(("prod", "staging", "")):
        await world.saw(name, f"1.0.{number}", at=1)
    path = "/projects/acme/web/environments/"
    assert [one["name"] for one in await world.owner.ok("GET", path)] == ["prod", "staging"]
    hidden = await world.owner.ok("PUT", f"{path}staging/", {"isHidden": True})
    assert hidden["isHidden"] is True
    assert [one["name"] for one in await world.owner.ok("GET", path)] == ["prod"]
    listed = await world.owner.ok("GET", path, visibility="hidden")
    assert [one["name"] for one in listed] == ["staging"]
    both = {"environmentNames": ["prod", "staging"], "isHidden": False}
    assert len(await world.owner.ok("PUT", path, both)) == 2
    assert await world.owner.status("PUT", f"{path}nowhere/", {"isHidden": True}) == 404
    assert await world.owner.status("GET", f"{path}?visibility=some") == 400
