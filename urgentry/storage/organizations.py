"""Organizations: who may find which."""

import orjson

from urgentry.domain.organization import Organization
from urgentry.storage.database import Row, Transaction


async def insert_organization(tx: Transaction, *, slug: str, name: str, at: int) -> Organization:
    """Makes an organization; `UniqueViolation` when the slug is taken."""
    row = await tx.one("organizations.insert_organization", slug=slug, name=name, created_at=at)
    assert row is not None  # noqa: S101 - RETURNING answers with the row
    return _organization(row)


async def get_organization(tx: Transaction, organization_id: int) -> Organization | None:
    """One organization."""
    row = await tx.one("organizations.get_organization", id=organization_id)
    return _organization(row) if row else None


async def find_organization(tx: Transaction, slug: str) -> Organization | None:
    """The organization of a slug."""
    row = await tx.one("organizations.find_organization", slug=slug)
    return _organization(row) if row else None


async def list_organizations(tx: Transaction) -> list[Organization]:
    """Every organization of the instance, by slug."""
    return [_organization(row) for row in await tx.all("organizations.list_organizations")]


async def list_of_account(tx: Transaction, account_id: int) -> list[Organization]:
    """The organizations that an account is a member of, by slug."""
    rows = await tx.all("organizations.list_of_account", account_id=account_id)
    return [_organization(row) for row in rows]


async def update_organization(tx: Transaction, organization: Organization) -> None:
    """Stores slug, name, open membership and settings; `UniqueViolation` when the slug is taken."""
    await tx.run(
        "organizations.update_organization",
        id=organization.id,
        slug=organization.slug,
        name=organization.name,
        open_membership=organization.open_membership,
        settings=orjson.dumps(organization.settings).decode(),
    )


def _organization(row: Row) -> Organization:
    return Organization(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        open_membership=bool(row["open_membership"]),
        settings=orjson.loads(row["settings"]),
        created_at=row["created_at"],
    )
