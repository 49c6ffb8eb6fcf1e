"""Teams as the caller sees them."""

from typing import Any

from urgentry.access.decision import Access
from urgentry.api.shapes.avatars import letter_avatar
from urgentry.api.timestamps import iso
from urgentry.domain.organization import Team, TeamRole


def team_shape(team: Team, access: Access, own_role: TeamRole | None) -> dict[str, Any]:
    """A team. `own_role` is what the caller is in it, if they are."""
    return {
        "id": str(team.id),
        "slug": team.slug,
        "name": team.name,
        "dateCreated": iso(team.created_at),
        "isMember": own_role is not None,
        "teamRole": own_role.value if own_role else None,
        "flags": {"idp:provisioned": False},
        "access": sorted(access.scopes),
        "hasAccess": own_role is not None or access.sees_all_projects,
        "isPending": False,
        "memberCount": team.member_count,
        "avatar": letter_avatar(),
        "externalTeams": [],
    }
