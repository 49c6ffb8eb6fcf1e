"""Two organizations with one of everything each, and every path of the API filled with them."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.batches import write_records
from tests.contract.test_monitors import check_in
from tests.queries import value
from tests.server.api.conftest import Speaker, World
from tests.signals import delivery, signal
from tests.signals import store as store_signals
from tests.stored_issues import NOW, Tenant, event, store
from urgentry import clock
from urgentry.api.routes import ENDPOINTS
from urgentry.domain.attachment import AttachmentRecord
from urgentry.domain.organization import Role
from urgentry.domain.profile import ProfileRecord
from urgentry.domain.replay import ReplaySegmentRecord
from urgentry.tenancy.organizations import create_organization

BODY = {
    "name": "x",
    "slug": "x",
    "email": "x@example.org",
    "isHidden": True,
    "isMuted": True,
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
ABSENT |= {"replay": "f" * 32, "profile": "f" * 32, "segment": "77"}


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


async def keep_files(world: World, tenant: Tenant, event_id: str) -> str:
    """An attachment of an event, and a replay and a profile of its id; the attachment's id."""
    own: dict[str, Any] = {
        "organization_id": tenant.organization_id,
        "project_id": tenant.project_id,
        "key_id": 1,
        "received": clock.now(),
        "retention_days": 90,
        "counted": (),
        "content_size": 0,
    }
    id_ = bytes.fromhex(event_id)
    await write_records(
        world.database,
        [
            AttachmentRecord(
                **own, event_id=id_, kind="event.attachment", name="a", content_type="text/plain"
            ),
            *(
                ReplaySegmentRecord(
                    **own,
                    replay_id=id_,
                    segment=0,
                    is_video=is_video,
                    started_at=clock.now(),
                    finished_at=clock.now(),
                )
                for is_video in (False, True)
            ),
            ProfileRecord(
                **own,
                kind=0,
                profile_id=id_,
                platform="python",
                release="",
                environment="",
                started_at=clock.now(),
                duration_us=1,
                samples=2,
            ),
        ],
    )
    query = f"SELECT id FROM attachment WHERE project_id = {tenant.project_id}"
    return str(await value(world.database, query))


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
    attachment_id = await keep_files(world, tenant, event_id)
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
    run = check_in(
        "ok",
        organization_id=organization_id,
        project_id=project_id,
        slug=monitor["slug"],
        environment=f"{slug}-env",
        config=None,
    )
    await write_records(world.database, [run])
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
        "filter": "localhost",
        "project_key": key["id"],
        "short_id": issue["shortId"],
        "token": token["id"],
        "user": str(account_id),
        "monitor": monitor["id"],
        "attachment": attachment_id,
        "replay": event_id,
        "segment": "0",
        "profile": event_id,
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
