"""Saved views of the list of issues, on every database."""

from tests.stored_issues import NOW, Tenant, make_tenant
from urgentry.domain.saved_view import SavedView
from urgentry.storage import views
from urgentry.storage.database import Database


async def save(
    database: Database, tenant: Tenant, account_id: int, name: str, query: str, *, shared: bool
) -> None:
    await database.write(
        lambda tx: views.save_view(
            tx,
            tenant.organization_id,
            account_id,
            name,
            query=query,
            is_shared=shared,
            at=NOW,
        )
    )


async def seen(database: Database, tenant: Tenant, account_id: int) -> list[SavedView]:
    async with database.read() as tx:
        return await views.list_views(tx, tenant.organization_id, account_id)


async def test_own_ones_and_shared_ones_by_name(database: Database) -> None:
    tenant = await make_tenant(database)
    own, other = tenant.account_id, tenant.account_id + 1
    await save(database, tenant, own, "b", "query=b", shared=True)
    await save(database, tenant, own, "A", "query=a", shared=False)
    await save(database, tenant, other, "A", "query=theirs", shared=False)
    assert [view.query for view in await seen(database, tenant, own)] == ["query=a", "query=b"]
    theirs = await seen(database, tenant, other)
    assert [(view.query, view.is_shared) for view in theirs] == [
        ("query=theirs", False),
        ("query=b", True),
    ]


async def test_a_name_that_is_there_is_replaced(database: Database) -> None:
    tenant = await make_tenant(database)
    own = tenant.account_id
    await save(database, tenant, own, "a", "query=before", shared=True)
    await save(database, tenant, own, "a", "query=after", shared=False)
    (view,) = await seen(database, tenant, own)
    assert (view.query, view.is_shared) == ("query=after", False)
    async with database.read() as tx:
        assert await views.get_view(tx, tenant.organization_id, view.id) == view
        assert await views.get_view(tx, tenant.organization_id + 1, view.id) is None
    await database.write(lambda tx: views.delete_view(tx, view.id))
    assert await seen(database, tenant, own) == []
