"""Making, changing and deleting teams, and who is in them."""

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, as_id, forbidden, found
from urgentry.domain.organization import Member, Role, Team, TeamRole, slug_problem, slugify
from urgentry.errors import ApiError, FieldError
from urgentry.storage import teams
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell


async def find_team(tx: Transaction, access: Access, id_or_slug: str) -> Team:
    """A team of the organization; 404 when there is none."""
    organization_id = access.organization.id
    number = as_id(id_or_slug)
    if number is not None:
        return found(await teams.get_team(tx, organization_id, number))
    if slug_problem(id_or_slug) is not None:
        return found(None)
    return found(await teams.find_team(tx, organization_id, id_or_slug))


async def create_team(
    tx: Transaction, access: Access, *, slug: str | None = None, name: str | None = None
) -> Team:
    """A new team; whoever makes it is in it and leads it."""
    access.require("team:write", "org:write", "org:admin")
    slug = slug or slugify(name or "", fallback="")
    await _require_free_slug(tx, access, slug)
    organization_id = access.organization.id
    team = await teams.insert_team(
        tx, organization_id=organization_id, slug=slug, name=name or slug, at=clock.now()
    )
    if access.member_id is not None:
        member_id = access.member_id
        await teams.add_member(tx, team_id=team.id, member_id=member_id, role=TeamRole.ADMIN)
    await tell(tx, "team.created", organization_id=organization_id)
    return found(await teams.get_team(tx, organization_id, team.id))


async def update_team(
    tx: Transaction,
    access: Access,
    team: Team,
    *,
    slug: str | None = None,
    name: str | None = None,
) -> Team:
    """Changes what is given."""
    access.require("team:write", "team:admin")
    if slug is not None and slug != team.slug:
        await _require_free_slug(tx, access, slug)
    new = msgspec.structs.replace(team, slug=slug or team.slug, name=name or team.name)
    await teams.update_team(tx, new)
    await tell(tx, "team.updated", organization_id=team.organization_id)
    return new


async def delete_team(tx: Transaction, access: Access, team: Team) -> None:
    """Removes a team; its projects and people stay."""
    access.require("team:admin")
    await teams.delete_team(tx, team)
    await tell(tx, "team.deleted", organization_id=team.organization_id)


async def join_team(tx: Transaction, access: Access, team: Team, member: Member) -> None:
    """Puts a member into a team. Where membership is open everybody may join by themselves."""
    is_self = member.id == access.member_id and access.organization.open_membership
    if not is_self and not access.allows("team:write", "org:write", "org:admin"):
        raise forbidden()
    await teams.add_member(tx, team_id=team.id, member_id=member.id)
    await tell(tx, "team.updated", organization_id=team.organization_id)


async def leave_team(tx: Transaction, access: Access, team: Team, member: Member) -> None:
    """Takes a member out of a team; everybody may leave. 404 when they were not in it."""
    if member.id != access.member_id and not access.allows("team:admin", "org:write", "org:admin"):
        raise forbidden()
    found(await teams.remove_member(tx, team_id=team.id, member_id=member.id) or None)
    await tell(tx, "team.updated", organization_id=team.organization_id)


async def set_teams(
    tx: Transaction, access: Access, member: Member, wanted: dict[str, TeamRole]
) -> None:
    """Puts a member into exactly these teams (by slug or id) as what is said."""
    access.require("member:write", "member:admin", "team:write")
    chosen = {(await find_team(tx, access, name)).id: role for name, role in wanted.items()}
    present = {place.team_id for place in await teams.list_places(tx, [member.id])}
    for team_id in sorted(present - chosen.keys()):
        await teams.remove_member(tx, team_id=team_id, member_id=member.id)
    for team_id, role in sorted(chosen.items()):
        await teams.add_member(tx, team_id=team_id, member_id=member.id)
        await teams.set_member_role(tx, team_id=team_id, member_id=member.id, role=role)
    await tell(tx, "team.updated", organization_id=member.organization_id)


async def set_team_role(
    tx: Transaction, access: Access, team: Team, member: Member, role: TeamRole
) -> None:
    """Changes what a member is in a team; 404 when they are not in it."""
    if access.role is Role.MEMBER or not access.allows("team:write", "member:write", "org:write"):
        raise forbidden()
    changed = await teams.set_member_role(tx, team_id=team.id, member_id=member.id, role=role)
    found(changed or None)
    await tell(tx, "team.updated", organization_id=team.organization_id)


async def _require_free_slug(tx: Transaction, access: Access, slug: str) -> None:
    problem = slug_problem(slug)
    if problem is not None:
        raise FieldError({"slug": [problem]})
    if await teams.find_team(tx, access.organization.id, slug) is not None:
        raise ApiError(409, "A team with this slug already exists.")
