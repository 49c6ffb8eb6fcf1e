"""The web API over HTTP in the test's own process, on every backend.

`world` is a server with an organization, a project and their owner; it makes further people and
speaks as any of them.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests import openapi
from urgentry.access.passwords import hash_password
from urgentry.access.scopes import SCOPES
from urgentry.access.seals import Seals
from urgentry.api.endpoint import ApiDeps
from urgentry.api.routes import routes
from urgentry.blobs.base import BlobStore
from urgentry.blobs.disk import DiskStore
from urgentry.domain.account import Account
from urgentry.domain.organization import Role
from urgentry.explore.scanning import Desk
from urgentry.storage import accounts, members
from urgentry.storage.database import Database, Transaction
from urgentry.storage.queries import parse
from urgentry.tenancy.onboard import BootstrapResult, Wish, bootstrap
from urgentry.tenancy.tokens import create_account_token

BASE_URL = "https://errors.example.com"
PASSWORD = "correct horse"
SEALS = Seals()
"""Of the API in the test's own process."""

INSERT_ENVIRONMENT, INSERT_RELEASE, INSERT_RELEASE_PROJECT = parse(
    "seen",
    """
-- name: insert_environment
INSERT INTO environment (project_id, name, first_seen) VALUES (:project_id, :name, :at)
ON CONFLICT DO NOTHING
-- name: insert_release
INSERT INTO release (organization_id, version, created_at) VALUES (1, :version, :at)
ON CONFLICT DO NOTHING
-- name: insert_release_project
INSERT INTO release_project (release_id, project_id, first_seen, last_seen, events)
SELECT id, CAST(:project_id AS bigint), CAST(:at AS bigint), CAST(:at AS bigint), 1
FROM release WHERE version = :version
""",
)


@dataclass
class Speaker:
    """A client that speaks with one token, or with none."""

    client: httpx.AsyncClient
    token: str = ""

    async def send(self, method: str, path: str, json: Any = None, **params: Any) -> httpx.Response:
        """Sends a request to a path below `/api/0`; nothing is asserted."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"/api/0{path}"
        return await self.client.request(
            method, url, json=json, params=params or None, headers=headers
        )

    async def ok(self, method: str, path: str, json: Any = None, **params: Any) -> Any:
        """The body of an answer that succeeded and has the shape that Sentry describes."""
        response = await self.send(method, path, json, **params)
        assert response.is_success, (response.status_code, response.text)
        if openapi.find_template(f"/api/0{path}"):
            openapi.check_response(response)
        return response.json() if response.content else None

    async def status(self, method: str, path: str, json: Any = None) -> int:
        """The status of an answer."""
        return (await self.send(method, path, json)).status_code


@dataclass
class World:
    """An organization "acme" with the project "web" and its owner."""

    database: Database
    blobs: BlobStore
    client: httpx.AsyncClient
    first: BootstrapResult
    owner: Speaker
    accounts: dict[str, Account] = field(default_factory=dict)

    async def person(
        self, email: str, role: Role | None, *, scopes: list[str] | None = None
    ) -> Speaker:
        """A new account; a member of acme unless the role is None."""
        password_hash = await hash_password(PASSWORD)

        async def write(tx: Transaction) -> str:
            account = await accounts.insert_account(
                tx,
                email=email,
                name="",
                password_hash=password_hash,
                is_instance_admin=False,
                at=1,
            )
            self.accounts[email] = account
            if role is not None:
                await members.insert_member(
                    tx,
                    organization_id=self.first.organization_id,
                    account_id=account.id,
                    email=email,
                    role=role,
                    at=1,
                )
            chosen = scopes or list(SCOPES)
            return (await create_account_token(tx, account, name="t", scopes=chosen)).text

        return Speaker(self.client, await self.database.write(write))

    async def saw(self, environment: str, version: str, *, at: int, project_id: int = 1) -> None:
        """What ingest leaves of an event: its environment and its release."""
        at_project = {"project_id": project_id, "at": at}

        async def write(tx: Transaction) -> None:
            await tx.run(INSERT_ENVIRONMENT, name=environment, **at_project)
            await tx.run(INSERT_RELEASE, version=version, at=at)
            await tx.run(INSERT_RELEASE_PROJECT, version=version, **at_project)

        await self.database.write(write)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    wish = Wish(organization="acme", project="web", email="ada@example.com", password=PASSWORD)
    first = await bootstrap(database, wish, base_url=BASE_URL)
    blobs = DiskStore(tmp_path / "blobs")
    desk = Desk(database, seconds=30, at_once=2)
    deps = ApiDeps(database=database, blobs=blobs, base_url=BASE_URL, seals=SEALS, desk=desk)
    transport = httpx.ASGITransport(Starlette(routes=routes(deps)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        owner = Speaker(client, first.auth_token or "")
        yield World(database=database, blobs=blobs, client=client, first=first, owner=owner)
    desk.close()
    await blobs.close()
