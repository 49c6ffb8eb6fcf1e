"""Setting what an organization, a project or a key takes. Ingest knows within a second."""

from collections.abc import Sequence

import msgspec

from urgentry.access.decision import Access
from urgentry.domain.project import ProjectKey
from urgentry.domain.quotas import (
    LEAST_WINDOW_S,
    MOST_QUANTITY,
    MOST_QUOTAS,
    MOST_WINDOW_S,
    Quota,
    QuotaScope,
    make_quota,
)
from urgentry.errors import FieldError
from urgentry.protocol.items import DataCategory
from urgentry.protocol.stats import categories_named, unit_of
from urgentry.storage import quotas
from urgentry.storage.database import Transaction
from urgentry.storage.quotas import Owner
from urgentry.tenancy.changes import tell
from urgentry.tenancy.projects import update_project

SPIKE_PROTECTION = "spike_protection"
"""The project's setting."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A quota as somebody asks for it; categories by the names of the stats."""

    categories: tuple[str, ...]
    quantity: int
    window_s: int


def owner_of(access: Access, key: ProjectKey | None = None) -> Owner:
    """The key, or the chosen project, or the organization."""
    project_id = access.project.id if access.project else 0
    return Owner(access.organization.id, project_id, key.id if key else 0)


async def list_quotas(
    tx: Transaction, access: Access, key: ProjectKey | None = None
) -> list[Quota]:
    """What is set for the key, the chosen project or the organization itself."""
    return await quotas.list_of_owner(tx, owner_of(access, key))


async def replace_quotas(
    tx: Transaction, access: Access, wishes: Sequence[Wish], key: ProjectKey | None = None
) -> list[Quota]:
    """Sets these instead of what was set. FieldError for what cannot be."""
    access.require(*_scopes(access))
    owner = owner_of(access, key)
    wanted = [_quota(owner, wish) for wish in wishes]
    if len(wanted) > MOST_QUOTAS:
        raise _refused(f"There may be {MOST_QUOTAS} at most.")
    if len({quota.id for quota in wanted}) < len(wanted):
        raise _refused("Two are of the same categories and window.")
    await quotas.replace(tx, owner, wanted)
    await tell(
        tx,
        "quotas.updated",
        organization_id=owner.organization_id,
        project_id=owner.project_id,
    )
    return await quotas.list_of_owner(tx, owner)


async def set_spike_protection(tx: Transaction, access: Access, *, is_on: bool) -> None:
    """Turns the protection of the chosen project on or off."""
    await update_project(tx, access, settings={SPIKE_PROTECTION: is_on})


def wish_problem(wish: Wish) -> str | None:
    """Why a quota cannot be, or None."""
    categories = _categories(wish)
    unknown = [name for name in wish.categories if not categories_named(name)]
    if unknown or DataCategory.UNKNOWN in categories:
        return f'"{(unknown or ["unknown"])[0]}" is not a category.'
    if not categories and wish.quantity:
        return "Without categories it stands for everything, and the limit must be 0."
    if len({unit_of(category) for category in categories}) > 1:
        return "Categories that are counted in different units have no sum."
    if not 0 <= wish.quantity <= MOST_QUANTITY:
        return f"The limit must be between 0 and {MOST_QUANTITY}."
    if not LEAST_WINDOW_S <= wish.window_s <= MOST_WINDOW_S:
        return f"The window must be between {LEAST_WINDOW_S} and {MOST_WINDOW_S} seconds."
    return None


def _quota(owner: Owner, wish: Wish) -> Quota:
    problem = wish_problem(wish)
    if problem is not None:
        raise _refused(problem)
    if owner.key_id:
        scope, owner_id = QuotaScope.KEY, owner.key_id
    elif owner.project_id:
        scope, owner_id = QuotaScope.PROJECT, owner.project_id
    else:
        scope, owner_id = QuotaScope.ORGANIZATION, owner.organization_id
    return make_quota(
        scope, owner_id, _categories(wish), quantity=wish.quantity, window_s=wish.window_s
    )


def _categories(wish: Wish) -> frozenset[int]:
    return frozenset(each for name in wish.categories for each in categories_named(name))


def _refused(problem: str) -> FieldError:
    return FieldError({"quotas": [problem]})


def _scopes(access: Access) -> tuple[str, str]:
    if access.project is None:
        return ("org:write", "org:admin")
    return ("project:write", "project:admin")
