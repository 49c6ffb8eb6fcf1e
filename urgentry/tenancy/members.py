"""Inviting people, changing what they are, letting them go. An organization keeps an owner."""

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, found, not_found
from urgentry.access.passwords import hash_password
from urgentry.access.tokens import digest, new_secret
from urgentry.domain.account import Account, email_problem, normalise_email, password_problem
from urgentry.domain.organization import Member, Role
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts, members
from urgentry.storage.database import Database, Transaction
from urgentry.tenancy.changes import tell

INVITATION_LIFETIME = 30 * clock.DAY


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation whose secret is known, as it is when it was just made or its link opened."""

    member: Member
    secret: str

    def link(self, base_url: str) -> str:
        """The address to send to the person."""
        return f"{base_url}/invitation/{self.secret}/"


async def invite(tx: Transaction, access: Access, *, email: str, role: Role) -> Invitation:
    """Invites an address. The secret is shown to the inviter once, to be passed on."""
    access.require("member:invite", "member:write", "member:admin")
    _require_rank(access, role)
    address = normalise_email(email)
    problem = email_problem(address)
    if problem is not None:
        raise FieldError({"email": [problem]})
    if await members.find_by_email(tx, access.organization.id, address) is not None:
        raise FieldError({"email": [f"The user {address} is already a member"]})
    secret, now = new_secret(), clock.now()
    member_id = await members.insert_member(
        tx,
        organization_id=access.organization.id,
        account_id=None,
        email=address,
        role=role,
        at=now,
        invitation_hash=digest(secret),
        invitation_expires_at=now + INVITATION_LIFETIME,
        invited_by=access.account_id,
    )
    return await _invited(tx, access, member_id, secret)


async def renew_invitation(tx: Transaction, access: Access, member: Member) -> Invitation:
    """Gives an invitation a new link; the old one works no more."""
    access.require("member:invite", "member:write", "member:admin")
    if not member.is_pending:
        raise ApiError(400, "This person is a member already.")
    _require_rank(access, member.role)
    secret = new_secret()
    expires_at = clock.now() + INVITATION_LIFETIME
    hashed = digest(secret)
    await members.set_invitation(tx, member.id, invitation_hash=hashed, expires_at=expires_at)
    return await _invited(tx, access, member.id, secret)


async def find_invitation(tx: Transaction, secret: str) -> Member:
    """The invitation that a link opens; 404 when it is used or over."""
    return found(await members.find_by_invitation(tx, digest(secret), at=clock.now()))


async def accept_invitation(tx: Transaction, account: Account, secret: str) -> Member:
    """Takes a signed-in account into the organization that the link is for."""
    invitation = await find_invitation(tx, secret)
    organization_id = invitation.organization_id
    if await members.find_by_account(tx, organization_id, account.id) is not None:
        raise ApiError(409, "You are a member of this organization already.")
    return await _accept(tx, account, invitation)


async def register(database: Database, secret: str, *, name: str, password: str) -> Account:
    """Makes an account for the invited address and takes it into the organization. The address
    must have none yet: who has one signs in and accepts."""
    async with database.read() as tx:
        invitation = await find_invitation(tx, secret)
    problem = password_problem(password, email=invitation.email)
    if problem is not None:
        raise FieldError({"password": [problem]})
    password_hash = await hash_password(password)

    async def write(tx: Transaction) -> Account:
        current = await find_invitation(tx, secret)
        if await accounts.find_account(tx, current.email) is not None:
            raise ApiError(409, "This address has an account: sign in and open the link again.")
        account = await accounts.insert_account(
            tx,
            email=current.email,
            name=name,
            password_hash=password_hash,
            is_instance_admin=False,
            at=clock.now(),
        )
        await _accept(tx, account, current)
        return account

    return await database.write(write)


async def find_member(tx: Transaction, access: Access, member_id: str) -> Member:
    """A member by id, or the caller themself as "me"; 404 when there is none."""
    if member_id == "me" and access.member_id is not None:
        return found(await members.get_member(tx, access.organization.id, access.member_id))
    if not (member_id.isascii() and member_id.isdigit()):
        raise not_found()
    number = min(int(member_id[:20]), (1 << 63) - 1)
    return found(await members.get_member(tx, access.organization.id, number))


async def set_role(tx: Transaction, access: Access, member: Member, role: Role) -> Member:
    """Changes what a member is, up to what the caller is."""
    access.require("member:write", "member:admin")
    _require_rank(access, role)
    _require_rank(access, member.role)
    if member.role is Role.OWNER and role is not Role.OWNER:
        await _require_other_owner(tx, member)
    await members.set_role(tx, member.id, role)
    await tell(tx, "member.updated", organization_id=member.organization_id)
    return msgspec.structs.replace(member, role=role)


async def remove(tx: Transaction, access: Access, member: Member) -> None:
    """Takes a member out, or an invitation back; everybody may leave by themselves."""
    if member.id != access.member_id:
        access.require("member:admin")
        _require_rank(access, member.role)
    if member.role is Role.OWNER:
        await _require_other_owner(tx, member)
    await members.delete_member(tx, member)
    await tell(tx, "member.removed", organization_id=member.organization_id)


async def is_only_owner(tx: Transaction, member: Member) -> bool:
    """Whether the organization would be without an owner if this member left."""
    listed = await members.list_members(tx, member.organization_id)
    owners = [other.id for other in listed if other.role is Role.OWNER and not other.is_pending]
    return owners == [member.id]


def rank_of(access: Access) -> int:
    """Up to which rank the caller may make others something."""
    if access.principal.is_instance_admin:
        return Role.OWNER.rank
    return access.role.rank if access.role else -1


def _require_rank(access: Access, role: Role) -> None:
    if rank_of(access) < role.rank:
        raise ApiError(403, "You do not have permission to set that org-level role")


async def _require_other_owner(tx: Transaction, member: Member) -> None:
    owners = await members.lock_owners(tx, member.organization_id)
    if owners == {member.id}:
        raise ApiError(403, "You cannot remove the only remaining owner of the organization.")


async def _accept(tx: Transaction, account: Account, invitation: Member) -> Member:
    accepted = await members.accept_invitation(
        tx, invitation.id, account_id=account.id, email=account.email
    )
    if not accepted:
        raise not_found()
    organization_id = invitation.organization_id
    member = found(await members.get_member(tx, organization_id, invitation.id))
    await tell(tx, "member.joined", organization_id=organization_id)
    return member


async def _invited(tx: Transaction, access: Access, member_id: int, secret: str) -> Invitation:
    organization_id = access.organization.id
    member = found(await members.get_member(tx, organization_id, member_id))
    await tell(tx, "member.invited", organization_id=organization_id)
    return Invitation(member=member, secret=secret)
