"""Members of organizations and invitations."""

from typing import Any

from starlette.responses import Response

from urgentry.access.decision import Access
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.pagination import page_of
from urgentry.api.shapes.members import member_shape, places_shape
from urgentry.api.shapes.roles import organization_roles, team_roles
from urgentry.domain.account import MAX_EMAIL_LENGTH
from urgentry.domain.organization import Member, Role, TeamRole
from urgentry.storage import accounts, members, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy.members import (
    Invitation,
    find_member,
    invite,
    is_only_owner,
    rank_of,
    remove,
    renew_invitation,
    set_role,
)
from urgentry.tenancy.teams import set_teams

ROLES = [role.value for role in Role]


async def list_members(call: Call) -> Response:
    """Everybody in the organization and everybody invited."""
    wanted = call.query.get("query", "").casefold()
    async with call.database.read() as tx:
        entered = await call.enter(tx, "member:read", "member:write", "member:admin")
        listed = await members.list_members(tx, entered.organization.id)
        matching = [one for one in listed if wanted in f"{one.email} {one.name}".casefold()]
        page, headers = page_of(call, matching)
        people = await accounts.list_accounts(tx, [one.account_id or 0 for one in page])
    shapes = [member_shape(one, people.get(one.account_id or 0)) for one in page]
    return json_response(shapes, headers=headers)


async def create(call: Call) -> Response:
    """Invites an address. The answer alone carries `invite_link`: no mail is sent."""
    fields = Fields(await call.body())
    email = fields.text("email", longest=MAX_EMAIL_LENGTH, required=True) or ""
    role = Role(
        fields.choice("orgRole", ROLES) or fields.choice("role", ROLES) or Role.MEMBER.value
    )
    wanted = _team_roles(fields)
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, "member:invite", "member:write", "member:admin")
        invitation = await invite(tx, entered, email=email, role=role)
        if wanted:
            await set_teams(tx, entered, invitation.member, wanted)
        return _invitation_shape(call, invitation)

    return json_response(await call.database.write(write), 201)


async def show(call: Call) -> Response:
    """One member, by id or as "me"."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "member:read", "member:write", "member:admin")
        member = await find_member(tx, entered, call.path("member"))
        return json_response(await _details(tx, entered, member))


async def update(call: Call) -> Response:
    """Changes a member's role and teams, or renews an invitation's link with `reinvite`."""
    fields = Fields(await call.body())
    given = fields.choice("orgRole", ROLES) or fields.choice("role", ROLES)
    is_renewal = bool(fields.flag("reinvite"))
    wanted = _team_roles(fields)
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, "member:invite", "member:write", "member:admin")
        member = await find_member(tx, entered, call.path("member"))
        if given is not None and given != member.role:
            member = await set_role(tx, entered, member, Role(given))
        if wanted is not None:
            await set_teams(tx, entered, member, wanted)
        details = await _details(tx, entered, member)
        if is_renewal:
            invitation = await renew_invitation(tx, entered, member)
            details["invite_link"] = invitation.link(call.deps.base_url)
        return details

    return json_response(await call.database.write(write))


async def delete(call: Call) -> Response:
    """Takes a member out of the organization; everybody may leave."""

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "member:read", "member:write", "member:admin")
        await remove(tx, entered, await find_member(tx, entered, call.path("member")))

    await call.database.write(write)
    return empty()


def _team_roles(fields: Fields) -> dict[str, TeamRole] | None:
    """What `teamRoles: [{teamSlug, role}]` or `teams: [slug]` says; None when neither is given."""
    roles = fields.mappings("teamRoles")
    slugs = fields.texts("teams")
    if roles is None and slugs is None:
        return None
    wanted = dict.fromkeys(slugs or [], TeamRole.CONTRIBUTOR)
    for given in roles or []:
        slug, role = given.get("teamSlug"), given.get("role") or TeamRole.CONTRIBUTOR.value
        if not isinstance(slug, str) or role not in [one.value for one in TeamRole]:
            fields.refuse("teamRoles", "Expected objects with teamSlug and role.")
            continue
        wanted[slug] = TeamRole(role)
    return wanted


def _invitation_shape(call: Call, invitation: Invitation) -> dict[str, Any]:
    link = invitation.link(call.deps.base_url)
    return member_shape(invitation.member, None) | {"invite_link": link}


async def _details(tx: Transaction, entered: Access, member: Member) -> dict[str, Any]:
    account = await accounts.get_account(tx, member.account_id) if member.account_id else None
    places = await teams.list_places(tx, [member.id])
    return (
        member_shape(member, account)
        | places_shape(places)
        | {
            "invite_link": None,
            "isOnlyOwner": await is_only_owner(tx, member),
            "orgRoleList": organization_roles(rank_of(entered)),
            "teamRoleList": team_roles(may_lead=entered.allows("team:write")),
        }
    )


ENDPOINTS = (
    endpoint("/organizations/{organization}/members/", GET=list_members, POST=create),
    endpoint(
        "/organizations/{organization}/members/{member}/", GET=show, PUT=update, DELETE=delete
    ),
)
