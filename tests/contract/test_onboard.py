"""Bootstrap makes what is missing, once, on every backend."""

import asyncio

import msgspec
import pytest

from urgentry.access.authentication import authenticate
from urgentry.errors import ApiError, FieldError
from urgentry.storage import keys, members, projects, scopes
from urgentry.storage.database import Database
from urgentry.tenancy.onboard import BootstrapResult, Wish, bootstrap, set_up

BASE_URL = "https://errors.example.com"
WISH = Wish(organization="acme", project="web", email="Ada@Example.com", password="correct horse")


async def run(database: Database, wish: Wish = WISH) -> BootstrapResult:
    return await bootstrap(database, wish, base_url=BASE_URL)


async def test_it_makes_everything_that_a_first_event_needs(database: Database) -> None:
    result = await run(database)
    async with database.read() as tx:
        [key] = await keys.list_keys(tx, [result.project_id])
        scope = await scopes.get_scope(tx, key.public_key)
        [member] = await members.list_members(tx, result.organization_id)
        links = await projects.list_links(tx, [result.project_id])
    assert result.dsn == f"https://{key.public_key}@errors.example.com/{result.project_id}"
    assert scope is not None
    assert scope.project_id == result.project_id
    assert (member.email, member.role, member.account_id) == (
        "ada@example.com",
        "owner",
        result.account_id,
    )
    assert [link.slug for link in links[result.project_id]] == ["acme"]
    assert result.auth_token is not None
    principal = await authenticate(
        database, authorization=f"Bearer {result.auth_token}", session=None
    )
    assert principal.is_instance_admin


async def test_a_second_run_changes_nothing(database: Database) -> None:
    first = await run(database)
    again = await run(database, msgspec.structs.replace(WISH, password="another password"))
    assert again == msgspec.structs.replace(first, auth_token=None)


async def test_several_at_once_make_one(database: Database) -> None:
    results = await asyncio.gather(*(run(database) for _ in range(4)))
    assert len({result.dsn for result in results}) == 1
    assert len([result for result in results if result.auth_token]) == 1


async def test_the_token_can_be_rotated_and_be_supplied(database: Database) -> None:
    first = await run(database)
    rotated = await run(database, msgspec.structs.replace(WISH, rotate_token=True))
    assert rotated.auth_token
    assert rotated.auth_token != first.auth_token
    with pytest.raises(ApiError, match="Invalid token"):
        await authenticate(database, authorization=f"Bearer {first.auth_token}", session=None)
    known = "a-token-that-an-operator-chose-beforehand"
    supplied = msgspec.structs.replace(WISH, auth_token=known)
    assert (await run(database, supplied)).auth_token == known
    assert (await run(database, supplied)).auth_token == known


async def test_a_wish_that_cannot_be_is_told_by_field(database: Database) -> None:
    wish = Wish(organization="Acme!", project="123", email="nobody", password="short")
    with pytest.raises(FieldError) as refusal:
        await run(database, wish)
    assert set(refusal.value.fields) == {"organization", "project", "email", "password"}
    with pytest.raises(FieldError, match="needs a password"):
        await run(database, msgspec.structs.replace(WISH, password=None))


async def test_the_first_page_works_once(database: Database) -> None:
    other = msgspec.structs.replace(WISH, email="eve@example.com", organization="evil")
    answers = await asyncio.gather(
        set_up(database, WISH, base_url=BASE_URL),
        set_up(database, other, base_url=BASE_URL),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, ApiError)]
    assert [error.status for error in refused] == [403]
    async with database.read() as tx:
        assert await projects.get_project(tx, 2) is None
