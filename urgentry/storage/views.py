"""Saved views of the list of issues."""

from urgentry.domain.saved_view import SavedView
from urgentry.storage.database import Row, Transaction


async def save_view(
    tx: Transaction,
    organization_id: int,
    account_id: int,
    name: str,
    *,
    query: str,
    is_shared: bool,
    at: int,
) -> None:
    """Keeps a view under its name, in place of the person's own that had it."""
    await tx.run(
        "views.save_view",
        organization_id=organization_id,
        account_id=account_id,
        name=name,
        is_shared=is_shared,
        query=query,
        at=at,
    )


async def list_views(tx: Transaction, organization_id: int, account_id: int) -> list[SavedView]:
    """A person's views and those that are shared with them, by name."""
    rows = await tx.all("views.list_views", organization_id=organization_id, account_id=account_id)
    return [_view(row) for row in rows]


async def get_view(tx: Transaction, organization_id: int, view_id: int) -> SavedView | None:
    """One view of an organization, whosever it is."""
    row = await tx.one("views.get_view", organization_id=organization_id, id=view_id)
    return _view(row) if row else None


async def delete_view(tx: Transaction, view_id: int) -> None:
    await tx.run("views.delete_view", id=view_id)


def _view(row: Row) -> SavedView:
    return SavedView(
        id=row["id"],
        organization_id=row["organization_id"],
        account_id=row["account_id"],
        name=row["name"],
        is_shared=bool(row["is_shared"]),
        query=row["query"],
    )
