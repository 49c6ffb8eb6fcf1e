"""The roles of organizations and teams as the API lists them."""

from typing import Any

from urgentry.access.scopes import ROLE_MEANING, ROLE_SCOPES
from urgentry.domain.organization import Role, TeamRole

TEAM_ROLE_MEANING = {
    TeamRole.CONTRIBUTOR: "Works on the issues of the team's projects.",
    TeamRole.ADMIN: "Leads the team.",
}


def organization_roles(rank: int) -> list[dict[str, Any]]:
    """Every role; allowed are those up to the caller's rank."""
    return [_organization_role(role, is_allowed=role.rank <= rank) for role in Role]


def team_roles(*, may_lead: bool) -> list[dict[str, Any]]:
    """Both roles of a team."""
    return [
        {
            "id": role.value,
            "name": role.value.title(),
            "desc": TEAM_ROLE_MEANING[role],
            "scopes": [],
            "allowed": may_lead or role is TeamRole.CONTRIBUTOR,
            "isAllowed": may_lead or role is TeamRole.CONTRIBUTOR,
            "isRetired": False,
            "isTeamRolesAllowed": True,
            "isMinimumRoleFor": "admin" if role is TeamRole.ADMIN else None,
        }
        for role in TeamRole
    ]


def _organization_role(role: Role, *, is_allowed: bool) -> dict[str, Any]:
    is_global = role.rank >= Role.MANAGER.rank
    return {
        "id": role.value,
        "name": role.value.title(),
        "desc": ROLE_MEANING[role],
        "scopes": sorted(ROLE_SCOPES[role]),
        "allowed": is_allowed,
        "isAllowed": is_allowed,
        "isRetired": False,
        "isTeamRolesAllowed": True,
        "is_global": is_global,
        "isGlobal": is_global,
        "minimumTeamRole": "contributor" if role is Role.MEMBER else "admin",
    }
