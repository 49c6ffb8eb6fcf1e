"""Members and invitations."""

from typing import Any

from urgentry import clock
from urgentry.api.shapes.accounts import account_shape
from urgentry.api.timestamps import iso
from urgentry.domain.account import Account
from urgentry.domain.organization import Member, TeamMember


def member_shape(member: Member, account: Account | None) -> dict[str, Any]:
    """A member as a list shows them."""
    return {
        "id": str(member.id),
        "email": member.email,
        "name": member.name or member.email,
        "user": account_shape(account) if account else None,
        "role": member.role.value,
        "roleName": member.role.value.title(),
        "orgRole": member.role.value,
        "pending": member.is_pending,
        "expired": member.is_expired(clock.now()),
        "flags": {
            "idp:provisioned": False,
            "idp:role-restricted": False,
            "sso:linked": False,
            "sso:invalid": False,
            "member-limit:restricted": False,
            "partnership:restricted": False,
        },
        "dateCreated": iso(member.created_at),
        "inviteStatus": "approved",
        "inviterName": member.inviter_email,
        "externalUsers": [],
    }


def team_member_shape(member: Member, account: Account | None, place: TeamMember) -> dict[str, Any]:
    """A member as a team's list shows them."""
    return member_shape(member, account) | {
        "teamRole": place.role.value,
        "teamSlug": place.team_slug,
    }


def places_shape(places: list[TeamMember]) -> dict[str, Any]:
    """The teams of a member."""
    return {
        "teams": [place.team_slug for place in places],
        "teamRoles": [{"teamSlug": place.team_slug, "role": place.role.value} for place in places],
    }
