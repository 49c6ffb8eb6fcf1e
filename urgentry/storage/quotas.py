"""The quotas that people set, by their owner. Ingest reads those that hold for a key."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from urgentry.domain.quotas import Quota, QuotaScope, make_quota
from urgentry.protocol.outcome import Outcome
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers

_RECEIVED = (Outcome.ACCEPTED, Outcome.RATE_LIMITED)


class Owner(NamedTuple):
    """An organization, one of its projects, or a key of one; 0 for what is not meant."""

    organization_id: int
    project_id: int = 0
    key_id: int = 0


async def list_for_key(
    tx: Transaction, *, organization_id: int, project_id: int, key_id: int
) -> list[Quota]:
    """What holds for what comes by a key, the key's own first, the organization's last."""
    rows = await tx.all(
        "quotas.list_for_key",
        organization_id=organization_id,
        project_id=project_id,
        key_id=key_id,
    )
    return [_quota(row, organization_id) for row in rows]


async def list_of_owner(tx: Transaction, owner: Owner) -> list[Quota]:
    """The quotas that an owner has itself."""
    rows = await tx.all("quotas.list_of_owner", **owner._asdict())
    return [_quota(row, owner.organization_id) for row in rows]


async def replace(tx: Transaction, owner: Owner, quotas: Sequence[Quota]) -> None:
    """Gives an owner these quotas instead of those it had; categories and window tell them
    apart."""
    await tx.run("quotas.delete_of_owner", **owner._asdict())
    await tx.many(
        "quotas.insert",
        [
            {
                **owner._asdict(),
                "categories": ",".join(map(str, sorted(quota.categories))),
                "window_seconds": quota.window_s,
                "quantity": quota.quantity,
            }
            for quota in quotas
        ],
    )


async def list_hourly(
    tx: Transaction, project_id: int, *, from_hour: int, until_hour: int
) -> dict[int, dict[int, int]]:
    """What came to a project and was wanted, whether or not it was too much: quantities by hour
    since the epoch and category."""
    rows = await tx.all(
        "quotas.list_hourly",
        project_id=project_id,
        from_hour=from_hour,
        until_hour=until_hour,
        outcomes=integers(_RECEIVED),
    )
    hours: dict[int, dict[int, int]] = {}
    for row in rows:
        hours.setdefault(row["hour"], {})[row["category"]] = row["quantity"]
    return hours


def _quota(row: Row, organization_id: int) -> Quota:
    if row["key_id"]:
        scope, owner_id = QuotaScope.KEY, row["key_id"]
    elif row["project_id"]:
        scope, owner_id = QuotaScope.PROJECT, row["project_id"]
    else:
        scope, owner_id = QuotaScope.ORGANIZATION, organization_id
    return make_quota(
        scope,
        owner_id,
        _categories(row["categories"]),
        quantity=row["quantity"],
        window_s=row["window_seconds"],
    )


def _categories(stored: str) -> frozenset[int]:
    names: Iterable[str] = stored.split(",") if stored else ()
    return frozenset(map(int, names))
