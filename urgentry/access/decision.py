"""May they? The one place where access is decided.

`access` answers for an organization and perhaps one of its projects; `project_access` for a project
that is known by its id, as an issue's is. Several scopes in a call are alternatives, as Sentry's
operations name them: one of them is enough. No scope asks only whether it may be known of.
"""

from typing import TypeVar

import msgspec

from urgentry.access.principal import Principal
from urgentry.access.scopes import ROLE_SCOPES, expand
from urgentry.domain.organization import Organization, Role, slug_problem
from urgentry.domain.project import MAX_SLUG_LENGTH, Project
from urgentry.errors import ApiError
from urgentry.storage import members, organizations, projects, teams
from urgentry.storage.database import Transaction

MAX_ID = (1 << 63) - 1

T = TypeVar("T")


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a principal may do in an organization, and the project that was asked for."""

    principal: Principal
    organization: Organization
    role: Role | None
    """None for an organization's token and for an instance admin who is no member."""
    member_id: int | None
    team_ids: frozenset[int]
    scopes: frozenset[str]
    sees_all_projects: bool
    project: Project | None = None

    @property
    def account_id(self) -> int | None:
        return self.principal.account_id

    def allows(self, *scopes: str) -> bool:
        """Whether one of the scopes is given."""
        return not self.scopes.isdisjoint(scopes)

    def require(self, *scopes: str) -> None:
        """Raises 403 unless one of the scopes is given."""
        if not self.allows(*scopes):
            raise forbidden()


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a principal stands in an organization."""

    role: Role | None
    member_id: int | None
    scopes: frozenset[str]


def not_found() -> ApiError:
    """The answer to what is not there, or must not be known of."""
    return ApiError(404, "The requested resource does not exist")


def forbidden() -> ApiError:
    """The answer to what is seen but may not be done."""
    return ApiError(403, "You do not have permission to perform this action.")


def found(thing: T | None) -> T:
    """The thing, or 404."""
    if thing is None:
        raise not_found()
    return thing


async def access(
    tx: Transaction,
    principal: Principal,
    *scopes: str,
    organization: str | int,
    project: str | int | None = None,
) -> Access:
    """What the principal may do there, each named by id or slug. ApiError 404 when it does not
    exist or is not theirs to see, 403 when none of the scopes is given."""
    target = found(await find_organization(tx, organization))
    entered = await _enter(tx, principal, target)
    if scopes:
        entered.require(*scopes)
    if project is None:
        return entered
    return await choose_project(tx, entered, project)


async def project_access(
    tx: Transaction, principal: Principal, *scopes: str, project_id: int
) -> Access:
    """The same for a project whose organization is not named."""
    project = found(await projects.get_project(tx, project_id))
    target = found(await organizations.get_organization(tx, project.organization_id))
    entered = await _enter(tx, principal, target)
    chosen = await _choose(tx, entered, project)
    if scopes:
        chosen.require(*scopes)
    return chosen


async def choose_project(tx: Transaction, entered: Access, project: str | int) -> Access:
    """The same access with one of the organization's projects; 404 when it is not theirs to see."""
    return await _choose(tx, entered, found(await _find_project(tx, entered, project)))


async def visible_projects(tx: Transaction, entered: Access) -> list[Project]:
    """The projects of the organization that the principal may see, by slug."""
    if entered.sees_all_projects:
        return await projects.list_projects(tx, entered.organization.id)
    return await projects.list_of_teams(tx, entered.team_ids)


async def visible_organizations(
    tx: Transaction, principal: Principal, *scopes: str
) -> list[Organization]:
    """The organizations, by slug, that the principal may see and where one of the scopes is
    given."""
    token = principal.token
    if token is not None and token.organization_id is not None:
        own = await organizations.get_organization(tx, token.organization_id)
        return [own] if own and _gives(expand(token.scopes), scopes) else []
    if principal.is_instance_admin:
        everywhere = principal.limit(ROLE_SCOPES[Role.OWNER])
        return await organizations.list_organizations(tx) if _gives(everywhere, scopes) else []
    if principal.account_id is None:
        return []
    roles = await members.list_roles(tx, principal.account_id)
    return [
        organization
        for organization in await organizations.list_of_account(tx, principal.account_id)
        if _gives(principal.limit(ROLE_SCOPES[roles[organization.id]]), scopes)
    ]


async def find_organization(tx: Transaction, id_or_slug: str | int) -> Organization | None:
    """An organization by id or slug, whoever asks."""
    number = as_id(id_or_slug)
    if number is not None:
        return await organizations.get_organization(tx, number)
    if slug_problem(str(id_or_slug)) is not None:
        return None
    return await organizations.find_organization(tx, str(id_or_slug))


def as_id(id_or_slug: str | int) -> int | None:
    """The id that a path names, or None when it names a slug. Slugs are never all digits."""
    text = str(id_or_slug)
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:20]), MAX_ID)


def _gives(given: frozenset[str], wanted: tuple[str, ...]) -> bool:
    return not wanted or not given.isdisjoint(wanted)


async def _enter(tx: Transaction, principal: Principal, organization: Organization) -> Access:
    place = found(await _place(tx, principal, organization))
    places = await teams.list_places(tx, [place.member_id]) if place.member_id else []
    is_free = place.role is None or place.role.rank >= Role.MANAGER.rank
    return Access(
        principal=principal,
        organization=organization,
        role=place.role,
        member_id=place.member_id,
        team_ids=frozenset(team.team_id for team in places),
        scopes=place.scopes,
        sees_all_projects=is_free or organization.open_membership or principal.is_instance_admin,
    )


async def _place(
    tx: Transaction, principal: Principal, organization: Organization
) -> _Place | None:
    token = principal.token
    if token is not None and token.organization_id not in (None, organization.id):
        return None
    if token is not None and token.account_id is None:
        return _Place(role=None, member_id=None, scopes=expand(token.scopes))
    if principal.account_id is None:
        return None
    member = await members.find_by_account(tx, organization.id, principal.account_id)
    if member is None and not principal.is_instance_admin:
        return None
    role = member.role if member else None
    strength = Role.OWNER if principal.is_instance_admin or role is None else role
    return _Place(
        role=role,
        member_id=member.id if member else None,
        scopes=principal.limit(ROLE_SCOPES[strength]),
    )


async def _find_project(tx: Transaction, entered: Access, id_or_slug: str | int) -> Project | None:
    number = as_id(id_or_slug)
    if number is not None:
        project = await projects.get_project(tx, number)
        is_here = project is not None and project.organization_id == entered.organization.id
        return project if is_here else None
    if slug_problem(str(id_or_slug), longest=MAX_SLUG_LENGTH) is not None:
        return None
    return await projects.find_project(tx, entered.organization.id, str(id_or_slug))


async def _choose(tx: Transaction, entered: Access, project: Project) -> Access:
    if not entered.sees_all_projects:
        links = (await projects.list_links(tx, [project.id])).get(project.id, [])
        if entered.team_ids.isdisjoint(link.team_id for link in links):
            raise not_found()
    return msgspec.structs.replace(entered, project=project)
