"""Members of organizations, and invitations that are not accepted yet."""

from urgentry.domain.organization import Member, Role
from urgentry.storage.database import Row, Transaction


async def insert_member(
    tx: Transaction,
    *,
    organization_id: int,
    account_id: int | None,
    email: str,
    role: Role,
    at: int,
    invitation_hash: bytes | None = None,
    invitation_expires_at: int | None = None,
    invited_by: int | None = None,
) -> int:
    """Takes an account in, or invites an address; the member's id. `UniqueViolation` when the
    address is there already."""
    member_id: int = await tx.value(
        "members.insert_member",
        organization_id=organization_id,
        account_id=account_id,
        email=email,
        role=role.value,
        invitation_hash=invitation_hash,
        invitation_expires_at=invitation_expires_at,
        invited_by=invited_by,
        created_at=at,
    )
    return member_id


async def get_member(tx: Transaction, organization_id: int, member_id: int) -> Member | None:
    """One member or invitation of an organization."""
    row = await tx.one("members.get_member", organization_id=organization_id, id=member_id)
    return _member(row) if row else None


async def find_by_account(tx: Transaction, organization_id: int, account_id: int) -> Member | None:
    """An account's place in an organization."""
    params = {"organization_id": organization_id, "account_id": account_id}
    row = await tx.one("members.find_by_account", **params)
    return _member(row) if row else None


async def find_by_email(tx: Transaction, organization_id: int, email: str) -> Member | None:
    """The member or invitation of a normalised address."""
    row = await tx.one("members.find_by_email", organization_id=organization_id, email=email)
    return _member(row) if row else None


async def find_by_invitation(tx: Transaction, invitation_hash: bytes, *, at: int) -> Member | None:
    """The invitation that a link opens, while it lasts."""
    row = await tx.one("members.find_by_invitation", invitation_hash=invitation_hash, at=at)
    return _member(row) if row else None


async def list_members(tx: Transaction, organization_id: int) -> list[Member]:
    """Members and invitations by address."""
    rows = await tx.all("members.list_members", organization_id=organization_id)
    return [_member(row) for row in rows]


async def list_roles(tx: Transaction, account_id: int) -> dict[int, Role]:
    """What an account is in its organizations, by organization id."""
    rows = await tx.all("members.list_roles", account_id=account_id)
    return {row["organization_id"]: Role(row["role"]) for row in rows}


async def lock_owners(tx: Transaction, organization_id: int) -> frozenset[int]:
    """Ids of the owners who are accounts. Until the transaction ends nobody else changes them."""
    rows = await tx.all("members.lock_owners", organization_id=organization_id)
    return frozenset(row["id"] for row in rows)


async def set_role(tx: Transaction, member_id: int, role: Role) -> None:
    await tx.run("members.set_role", id=member_id, role=role.value)


async def set_invitation(
    tx: Transaction, member_id: int, *, invitation_hash: bytes, expires_at: int
) -> None:
    """Replaces the link of an invitation."""
    await tx.run(
        "members.set_invitation",
        id=member_id,
        invitation_hash=invitation_hash,
        expires_at=expires_at,
    )


async def accept_invitation(
    tx: Transaction, member_id: int, *, account_id: int, email: str
) -> bool:
    """Turns an invitation into a member; whether it still was one."""
    params = {"id": member_id, "account_id": account_id, "email": email}
    return await tx.run("members.accept_invitation", **params) > 0


async def delete_member(tx: Transaction, member: Member) -> None:
    """Takes a member out of the organization and its teams; their issues lose their assignee."""
    if member.account_id is not None:
        place = {"account_id": member.account_id, "organization_id": member.organization_id}
        await tx.run("members.unassign_issues", **place)
    await tx.run("members.delete_team_places", id=member.id)
    await tx.run("members.delete_member", id=member.id)


def _member(row: Row) -> Member:
    return Member(
        id=row["id"],
        organization_id=row["organization_id"],
        account_id=row["account_id"],
        email=row["email"],
        name=row["name"] or "",
        role=Role(row["role"]),
        invitation_expires_at=row["invitation_expires_at"],
        invited_by=row["invited_by"],
        inviter_email=row["inviter_email"],
        created_at=row["created_at"],
    )
