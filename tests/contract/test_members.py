"""People come and go at the same time, and an organization keeps an owner, on every backend."""

import asyncio

import pytest

from tests.stored_issues import NOW, Tenant, make_tenant
from urgentry import clock
from urgentry.access.decision import Access, access
from urgentry.access.principal import Principal
from urgentry.domain.account import Account
from urgentry.domain.organization import Role
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts, members
from urgentry.storage.database import Database, Transaction
from urgentry.tenancy.members import (
    INVITATION_LIFETIME,
    Invitation,
    accept_invitation,
    invite,
    register,
    remove,
)


async def make_account(tx: Transaction, email: str) -> Account:
    return await accounts.insert_account(
        tx, email=email, name="", password_hash=None, is_instance_admin=False, at=NOW
    )


async def enter(tx: Transaction, tenant: Tenant, account_id: int) -> Access:
    account = await accounts.get_account(tx, account_id)
    return await access(tx, Principal(account=account), organization=tenant.organization_id)


async def send_invitation(database: Database, tenant: Tenant, email: str) -> Invitation:
    async def write(tx: Transaction) -> Invitation:
        entered = await enter(tx, tenant, tenant.account_id)
        return await invite(tx, entered, email=email, role=Role.MEMBER)

    return await database.write(write)


async def leave(database: Database, tenant: Tenant, account_id: int) -> None:
    async def write(tx: Transaction) -> None:
        entered = await enter(tx, tenant, account_id)
        member = await members.find_by_account(tx, tenant.organization_id, account_id)
        assert member is not None
        await remove(tx, entered, member)

    await database.write(write)


async def test_of_two_owners_who_leave_at_once_one_stays(database: Database) -> None:
    tenant = await make_tenant(database)

    async def second_owner(tx: Transaction) -> int:
        account = await make_account(tx, "bob@acme.example")
        await members.insert_member(
            tx,
            organization_id=tenant.organization_id,
            account_id=account.id,
            email=account.email,
            role=Role.OWNER,
            at=NOW,
        )
        return account.id

    second = await database.write(second_owner)
    answers = await asyncio.gather(
        leave(database, tenant, tenant.account_id),
        leave(database, tenant, second),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if answer] == [ApiError]
    async with database.read() as tx:
        left = await members.list_members(tx, tenant.organization_id)
    assert [member.role for member in left] == [Role.OWNER]


async def test_a_link_works_once(database: Database) -> None:
    tenant = await make_tenant(database)
    invitation = await send_invitation(database, tenant, "new@acme.example")
    answers = await asyncio.gather(
        register(database, invitation.secret, name="A", password="correct horse"),
        register(database, invitation.secret, name="B", password="correct horse"),
        return_exceptions=True,
    )
    assert len([answer for answer in answers if isinstance(answer, Account)]) == 1
    with pytest.raises(ApiError) as refusal:
        await register(database, invitation.secret, name="C", password="correct horse")
    assert refusal.value.status == 404
    async with database.read() as tx:
        listed = await members.list_members(tx, tenant.organization_id)
    assert [member.is_pending for member in listed] == [False, False]


async def test_a_link_is_for_whoever_holds_it(database: Database) -> None:
    tenant = await make_tenant(database)
    other = await make_tenant(database, "other")
    invitation = await send_invitation(database, tenant, "new@acme.example")

    async def accept(tx: Transaction) -> Role:
        account = await accounts.get_account(tx, other.account_id)
        assert account is not None
        return (await accept_invitation(tx, account, invitation.secret)).role

    assert await database.write(accept) is Role.MEMBER
    async with database.read() as tx:
        entered = await enter(tx, tenant, other.account_id)
        listed = await members.list_members(tx, tenant.organization_id)
    assert entered.allows("event:read")
    assert [member.email for member in listed] == ["ann@acme.example", "ann@other.example"]


async def test_a_link_ends(database: Database) -> None:
    tenant = await make_tenant(database)
    invitation = await send_invitation(database, tenant, "new@acme.example")
    member = invitation.member
    assert not member.is_expired(clock.now())
    assert member.is_expired(clock.now() + INVITATION_LIFETIME)
    expired = {"id": member.id, "invitation_hash": b"x" * 32, "expires_at": 1}
    await database.write(lambda tx: tx.run("members.set_invitation", **expired))
    with pytest.raises(ApiError, match="does not exist"):
        await register(database, invitation.secret, name="", password="correct horse")


async def test_an_address_is_invited_once(database: Database) -> None:
    tenant = await make_tenant(database)
    await send_invitation(database, tenant, "new@acme.example")
    with pytest.raises(FieldError, match="already a member"):
        await send_invitation(database, tenant, " NEW@acme.example")
    with pytest.raises(FieldError, match="valid email"):
        await send_invitation(database, tenant, "nobody")
