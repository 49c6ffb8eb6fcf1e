"""Making and changing organizations."""

import msgspec

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.domain.account import Account
from urgentry.domain.organization import RESERVED_SLUGS, Organization, Role, slug_problem
from urgentry.errors import ApiError, FieldError
from urgentry.storage import members, organizations
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell


async def create_organization(
    tx: Transaction, account: Account, *, slug: str, name: str
) -> Organization:
    """A new organization whose owner is the account."""
    await _require_free_slug(tx, slug)
    now = clock.now()
    organization = await organizations.insert_organization(tx, slug=slug, name=name, at=now)
    await members.insert_member(
        tx,
        organization_id=organization.id,
        account_id=account.id,
        email=account.email,
        role=Role.OWNER,
        at=now,
    )
    await tell(tx, "organization.created", organization_id=organization.id)
    return organization


async def update_organization(
    tx: Transaction,
    access: Access,
    *,
    slug: str | None = None,
    name: str | None = None,
    open_membership: bool | None = None,
) -> Organization:
    """Changes what is given."""
    access.require("org:write", "org:admin")
    old = access.organization
    if slug is not None and slug != old.slug:
        await _require_free_slug(tx, slug)
    new = msgspec.structs.replace(
        old,
        slug=old.slug if slug is None else slug,
        name=old.name if name is None else name,
        open_membership=old.open_membership if open_membership is None else open_membership,
    )
    await organizations.update_organization(tx, new)
    await tell(tx, "organization.updated", organization_id=old.id)
    return new


async def _require_free_slug(tx: Transaction, slug: str) -> None:
    problem = organization_slug_problem(slug)
    if problem is not None:
        raise FieldError({"slug": [problem]})
    if await organizations.find_organization(tx, slug) is not None:
        raise ApiError(409, "An organization with this slug already exists.")


def organization_slug_problem(slug: str) -> str | None:
    """Why an organization cannot have this slug, or None."""
    if slug in RESERVED_SLUGS:
        return f'The slug "{slug}" is reserved and not allowed.'
    return slug_problem(slug)
