"""Tenants and events for tests that read: written through the path that ingest uses.

`make_tenant` makes an organization with a person, a team and a project; `event` describes an event
by what a test cares about; `store` writes events as one batch.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import orjson

from tests.batches import write_records
from urgentry import clock
from urgentry.domain.event import EventUser, PreparedEvent
from urgentry.domain.issue import LEVELS
from urgentry.domain.organization import Role, TeamRole
from urgentry.storage import accounts, members, organizations, projects, teams
from urgentry.storage.database import Database, Transaction

NOW = 1_790_000_000 * clock.SECOND
"""A Monday in September 2026, 14:13:20 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Ids of what `make_tenant` made."""

    organization_id: int
    account_id: int
    team_id: int
    project_id: int


async def make_tenant(database: Database, slug: str = "acme") -> Tenant:
    """An organization `slug` with a person ann@<slug>.example, a team `core`, a project `web`."""

    async def body(tx: Transaction) -> Tenant:
        organization = await organizations.insert_organization(tx, slug=slug, name=slug, at=NOW)
        account = await accounts.insert_account(
            tx,
            email=f"ann@{slug}.example",
            name="Ann",
            password_hash=None,
            is_instance_admin=False,
            at=NOW,
        )
        member_id = await members.insert_member(
            tx,
            organization_id=organization.id,
            account_id=account.id,
            email=account.email,
            role=Role.OWNER,
            at=NOW,
        )
        team = await teams.insert_team(
            tx, organization_id=organization.id, slug="core", name="Core", at=NOW
        )
        await teams.add_member(tx, team_id=team.id, member_id=member_id, role=TeamRole.CONTRIBUTOR)
        project_id = await make_project(tx, organization.id, "web")
        await projects.link_team(tx, project_id=project_id, team_id=team.id)
        return Tenant(
            organization_id=organization.id,
            account_id=account.id,
            team_id=team.id,
            project_id=project_id,
        )

    return await database.write(body)


async def make_project(tx: Transaction, organization_id: int, slug: str) -> int:
    """A project's id."""
    project = await projects.insert_project(
        tx,
        organization_id=organization_id,
        slug=slug,
        name=slug.title(),
        platform="python",
        retention_days=90,
        at=NOW,
    )
    return project.id


def event(tenant: Tenant, **given: Any) -> PreparedEvent:
    """An event; `key` decides its hash, `at` its time, `payload` adds to what is stored whole."""
    at: int = given.pop("at", NOW)
    key: str = given.pop("key", "boom")
    tags: dict[str, str] = {"level": given.get("level", "error"), **given.pop("tags", {})}
    for name in ("environment", "release"):
        if name in given:
            tags[name] = given[name]
    user: EventUser | None = given.pop("user", None)
    event_id: str = given.pop("event_id", secrets.token_hex(16))
    title: str = given.pop("title", f"ValueError: {key}")
    project_id: int = given.pop("project_id", tenant.project_id)
    level: str = given.pop("level", "error")
    pairs = tuple(sorted(tags.items()))
    payload = {
        "event_id": event_id,
        "timestamp": at / clock.SECOND,
        "received": at / clock.SECOND,
        "project": project_id,
        "type": "error",
        "level": level,
        "platform": "python",
        "title": title,
        "tags": pairs,
        "environment": given.get("environment"),
        "release": given.get("release"),
        **given.pop("payload", {}),
    }
    return PreparedEvent(
        organization_id=tenant.organization_id,
        project_id=project_id,
        key_id=1,
        event_id=bytes.fromhex(event_id),
        timestamp=at,
        received=given.pop("received", at),
        retention_days=given.pop("retention_days", 90),
        counted=((1, 1),),
        type=given.pop("type", "error"),
        level=LEVELS[level],
        platform="python",
        logger=given.pop("logger", ""),
        title=title,
        culprit=given.pop("culprit", f"app.{key} in run"),
        metadata={"type": title.partition(":")[0], "value": title.partition(": ")[2]},
        search_text=given.pop("search_text", title).casefold(),
        hashes=tuple(hash_of(each) for each in given.pop("keys", (key,))),
        release=given.pop("release", ""),
        environment=given.pop("environment", ""),
        tags=pairs,
        user=user,
        payload=orjson.dumps(payload),
        **given,
    )


def hash_of(key: str) -> bytes:
    """The hash of an event whose `key` this is."""
    return hashlib.blake2b(key.encode(), digest_size=16).digest()


def person(ident: str) -> EventUser:
    """A user by the address `<ident>@example.com` and the id `ident`."""
    digest = hashlib.blake2b(ident.encode(), digest_size=8).digest()
    return EventUser(
        ident=f"id:{ident}",
        key=int.from_bytes(digest, "big") >> 1,
        user_id=ident,
        email=f"{ident}@example.com",
        username=ident,
        ip_address="127.0.0.1",
    )


async def store(database: Database, *events: PreparedEvent, at: int = NOW) -> None:
    """Writes events in one batch that arrives at a time."""
    await write_records(database, events, at=at)
