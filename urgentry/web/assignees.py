"""Whom an issue can be given to: the people and teams of the organization."""

import msgspec

from urgentry.storage import members, teams
from urgentry.storage.database import Transaction
from urgentry.web.visit import Place


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a team; `value` is what a form sends ("user:7", "team:3")."""

    value: str
    name: str
    is_team: bool
    is_me: bool = False


async def list_choices(tx: Transaction, place: Place) -> list[Choice]:
    """The reader first, then people, then teams."""
    me = place.access.account_id
    people = [
        Choice(
            value=f"user:{member.account_id}",
            name=member.name or member.email,
            is_team=False,
            is_me=member.account_id == me,
        )
        for member in await members.list_members(tx, place.organization.id)
        if member.account_id is not None
    ]
    people.sort(key=lambda choice: (not choice.is_me, choice.name.casefold()))
    groups = [
        Choice(value=f"team:{team.id}", name=team.slug, is_team=True)
        for team in await teams.list_teams(tx, place.organization.id)
    ]
    return people + groups
