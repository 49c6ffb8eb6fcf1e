"""Who a text means when an issue is assigned: `user:7`, `team:3`, an address, `#team`, nobody."""

from urgentry.domain.account import normalise_email
from urgentry.storage import members, teams
from urgentry.storage.database import Transaction
from urgentry.triage.decisions import Assign


async def find_assignee(tx: Transaction, organization_id: int, text: str) -> Assign | None:
    """The assignment that a text means; None when it names nobody of the organization."""
    kind, colon, number = text.partition(":")
    if not text:
        return Assign()
    if colon and kind in ("user", "team") and number.isascii() and number.isdigit():
        is_team = kind == "team"
        find = _team if is_team else _member
        return await find(tx, organization_id, int(number[:18]))
    if text.startswith("#"):
        team = await teams.find_team(tx, organization_id, text[1:])
        return Assign(team_id=team.id) if team else None
    if text.isascii() and text.isdigit():
        return await _member(tx, organization_id, int(text[:18]))
    member = await members.find_by_email(tx, organization_id, normalise_email(text))
    return Assign(account_id=member.account_id) if member and member.account_id else None


async def _member(tx: Transaction, organization_id: int, account_id: int) -> Assign | None:
    member = await members.find_by_account(tx, organization_id, account_id)
    return Assign(account_id=account_id) if member else None


async def _team(tx: Transaction, organization_id: int, team_id: int) -> Assign | None:
    team = await teams.get_team(tx, organization_id, team_id)
    return Assign(team_id=team.id) if team else None
