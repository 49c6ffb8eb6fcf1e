"""Two organizations with one of everything each, and every path of the API filled with them."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from tests.server.api.conftest import Speaker, World
from tests.signals import delivery, signal
from tests.signals import store as store_signals
from tests.stored_issues import NOW, Tenant, event, store
from urgentry import clock
from urgentry.api.routes import ENDPOINTS
from urgentry.domain.organization import Role
from urgentry.tenancy.organizations import create_organization

BODY = {
    "name": "x",
    "slug": "x",
    "email": "x@example.org",
    "isHidden": True,
    "environmentNames": ["prod"],
    "teamRole": "admin",
    "scopes": ["org:read"],
    "status": "resolved",
    "text": "x",
}
SLUGS = {"organization", "project", "team"}
"""What has an id and a slug."""


@dataclass
class Things:
    """What an organization has, by the variables of paths: ids, and slugs where there are any."""

    ids: dict[str, str]
    slugs: dict[str, str]

    def spelled(self, variable: str) -> list[str]:
        """Every way to name one."""
        return [names[variable] for names in (self.ids, self.slugs) if variable in names]


ABSENT = dict.fromkeys(("organization", "project", "team", "member", "issue", "note"), "77777777")
ABSENT |= dict.fromkeys(("token", "user"), "77777777")
ABSENT |= {"event": "f" * 32, "version": "no-such", "environment": "no-such", "key": "no-such"}
ABSENT |= {"short_id": "NONE-77", "monitor": "no-such"}
ABSENT |= {"trace": "f" * 32, "attachment": "77777777"}


def operations() -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and the path's variables of everything that the API does."""
    for declared in ENDPOINTS:
        for method in declared.methods:
            yield method, declared.path, re.findall(r"\{(\w+)\}", declared.path)


def names_for(path: str, things: dict[str, str]) -> dict[str, str]:
    """The names for a path: `key` is a project's key in one, a tag in others."""
    if "/keys/{key}/" in path:
        return things | {"key": things["project_key"]}
    return things


async def settle(world: World, speaker: Speaker, slug: str, numbers: tuple[int, ...]) -> Things:
    """Fills an organization whose ids of organization, account, team and project are known."""
    organization_id, account_id, team_id, project_id = numbers
    tenant = Tenant(
        organization_id=organization_id,
        account_id=account_id,
        team_id=team_id,
        project_id=project_id,
    )
    event_id = secrets.token_hex(16)
    tags = {"browser": f"{slug}fox"}
    rich = {"environment": f"{slug}-env", "release": f"{slug}@1.0", "tags": tags}
    await store(world.database, event(tenant, event_id=event_id, at=NOW, key=slug, **rich))
    trace = secrets.token_bytes(16)
    span = signal(clock.now(), trace=trace)
    await store_signals(
        world.database,
        delivery(
            [span],
            organization_id=organization_id,
            project_id=project_id,
            received=clock.now(),
        ),
    )
    below = f"/organizations/{slug}"
    [issue] = await speaker.ok("GET", f"{below}/issues/", query="")
    [project] = await speaker.ok("GET", f"{below}/projects/")
    [key] = await speaker.ok("GET", f"/projects/{slug}/{project['slug']}/keys/") or [{}]
    note = await speaker.ok("POST", f"/issues/{issue['id']}/comments/", {"text": f"of {slug}"})
    invited = await speaker.ok("POST", f"{below}/members/", {"email": f"new@{slug}.example"})
    token = await speaker.ok("POST", f"{below}/org-auth-tokens/", {"name": "ci"})
    monitor = await speaker.ok(
        "POST",
        f"{below}/monitors/",
        {
            "project": project["slug"],
            "name": f"{slug} nightly",
            "config": {"schedule_type": "crontab", "schedule": "0 3 * * *"},
        },
    )
    [team] = await speaker.ok("GET", f"{below}/teams/")
    ids = {
        "organization": str(organization_id),
        "project": project["id"],
        "team": team["id"],
        "member": invited["id"],
        "environment": f"{slug}-env",
        "version": f"{slug}@1.0",
        "issue": issue["id"],
        "event": event_id,
        "note": note["id"],
        "key": "browser",
        "trace": trace.hex(),
        "attachment": "1",
        "filter": "localhost",
        "project_key": key["id"],
        "short_id": issue["shortId"],
        "token": token["id"],
        "user": str(account_id),
        "monitor": monitor["id"],
    }
    slugs = {"organization": slug, "project": project["slug"], "team": team["slug"]}
    slugs |= {"monitor": monitor["slug"]}
    return Things(ids, slugs)


async def two_tenants(world: World) -> tuple[Speaker, Things, Things]:
    """Eve, who owns `evil`, with her things and those of acme."""
    acme = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    eve = await world.person("eve@example.com", None)
    person = world.accounts["eve@example.com"]
    await world.database.write(lambda tx: create_organization(tx, person, slug="evil", name="Evil"))
    team = await eve.ok("POST", "/organizations/evil/teams/", {"slug": "wicked"})
    path = f"/teams/evil/{team['slug']}/projects/"
    project = await eve.ok("POST", path, {"name": "Other", "slug": "other"})
    [organization] = await eve.ok("GET", "/organizations/")
    numbers = (int(organization["id"]), person.id, int(team["id"]), int(project["id"]))
    await world.person("member@example.com", Role.MEMBER)
    return eve, await settle(world, eve, "evil", numbers), acme
