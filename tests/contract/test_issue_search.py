"""What searches find, on every database."""

from collections.abc import Sequence

import pytest

from tests.stored_issues import NOW, Tenant, event, make_tenant, person, store
from urgentry import clock
from urgentry.search.issues import issue_condition
from urgentry.search.scope import SearchScope
from urgentry.storage import issues
from urgentry.storage.database import Database
from urgentry.storage.issues import IssueSelection, Place, Sort


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    """Three issues: `disk` (old, staging), `parse` (two users, prod), `login` (new, a warning)."""
    tenant = await make_tenant(database)
    hour = clock.HOUR
    await store(
        database,
        event(
            tenant,
            key="disk",
            title="OSError: No Space Left",
            at=NOW - 100 * hour,
            environment="staging",
            release="web@1.0.0",
            tags={"server_name": "db_1", "handled": "no"},
        ),
        event(
            tenant,
            key="parse",
            at=NOW - 2 * hour,
            environment="prod",
            release="web@1.2.0",
            user=person("7"),
            tags={"browser": "Firefox 130", "handled": "yes"},
        ),
        event(tenant, key="parse", at=NOW - hour, environment="prod", user=person("8")),
    )
    await store(
        database,
        event(
            tenant,
            key="login",
            title="PermissionError: 100% denied",
            level="warning",
            at=NOW,
            environment="prod",
            release="web@1.10.0-rc.1+b7",
            logger="auth",
            culprit="app.login in sign_in",
        ),
    )
    return tenant


async def find(database: Database, tenant: Tenant, query: str) -> list[str]:
    """The key of each issue that a search finds, newest first."""
    scope = SearchScope(
        organization_id=tenant.organization_id,
        project_ids=(tenant.project_id,),
        account_id=tenant.account_id,
        now=NOW,
    )
    selection = IssueSelection(
        organization_id=tenant.organization_id,
        project_ids=(tenant.project_id,),
        condition=issue_condition(query, scope),
    )
    async with database.read() as tx:
        page = await issues.list_page(tx, selection, limit=10)
        count = await issues.count_matching(tx, selection, limit=1000)
    assert count == len(page.issues)
    return [issue.culprit.partition(" ")[0].removeprefix("app.") for issue in page.issues]


ALL = ["login", "parse", "disk"]
CASES: list[tuple[str, Sequence[str]]] = [
    ("", ALL),
    ("is:unresolved", ALL),
    ("is:resolved", []),
    ("!is:resolved is:new", ALL),
    ("is:for_review is:unassigned", ALL),
    ("is:[resolved, new]", ALL),
    ("level:warning", ["login"]),
    ("!level:warning", ["parse", "disk"]),
    ("level:[warning, fatal]", ["login"]),
    ("space", ["disk"]),
    ('"no space LEFT"', ["disk"]),
    ("left space", ["disk"]),
    ('"left space"', []),
    ("100%", ["login"]),
    ("10_%", []),
    ("denied OR space", ["login", "disk"]),
    ("message:sp*ft", ["disk"]),
    ("title:oserror*", ["disk"]),
    ('!title:"OSError: No Space Left"', ["login", "parse"]),
    ("culprit:*sign_in", ["login"]),
    ("logger:auth", ["login"]),
    ("platform:python", ALL),
    ("error.type:OSError", ["disk"]),
    ("error.type:*error !error.type:OSError", ["login", "parse"]),
    ("error.value:*space*", ["disk"]),
    ("error.handled:false", ["disk"]),
    ("error.unhandled:0", ["parse"]),
    ("environment:staging", ["disk"]),
    ("!environment:staging", ["login", "parse"]),
    ("environment:[staging, prod] is:unresolved", ALL),
    ("has:environment", ALL),
    ("release:web@1.2.0", ["parse"]),
    ("release:web@1.*", ALL),
    ("release:latest", ["login"]),
    ("firstRelease:web@1.0.0", ["disk"]),
    ("release.version:1.2.0", ["parse"]),
    ("release.version:>1.2.0", ["login"]),
    ("release.version:>=1.2", ["login", "parse"]),
    ("release.version:<1.10", ALL),
    ("release.version:1.10.0-rc.1", ["login"]),
    ("release.version:web@1.0.*", ["disk"]),
    ("release.package:web", ALL),
    ("release.build:b7", ["login"]),
    ("user.id:7", ["parse"]),
    ("user.email:8@example.com", ["parse"]),
    ("user.email:*@example.com", ["parse"]),
    ("user.ip:127.0.0.1", ["parse"]),
    ("user:id:7", ["parse"]),
    ("has:user", ["parse"]),
    ("!has:user", ["login", "disk"]),
    ("server_name:db_1", ["disk"]),
    ("server_name:db?1", []),
    ("server_name:DB*", ["disk"]),
    ("tags[server_name]:db_1", ["disk"]),
    ("browser:Firefox*", ["parse"]),
    ('browser:"firefox 130"', []),
    ("has:browser", ["parse"]),
    ('browser:""', ["login", "disk"]),
    ("browser:[Chrome, Firefox*]", ["parse"]),
    ("firstSeen:-24h", ["login", "parse"]),
    ("firstSeen:+24h", ["disk"]),
    ("lastSeen:>=2026-09-21T13:40:00", ["login"]),
    ("lastSeen:2026-09-21", ["login", "parse"]),
    ("age:-4d", ["login", "parse"]),
    ("age:-5d", ALL),
    ("timestamp:-3h", ["login", "parse"]),
    ("timesSeen:>1", ["parse"]),
    ("timesSeen:1", ["login", "disk"]),
    ("timesSeen:!=1", ["parse"]),
    ("timesSeen:<=1k", ALL),
    ("usersSeen:2", ["parse"]),
    ("issue:web-2", ["parse"]),
    ("issue:other-2", []),
    ("issue.priority:high", ["parse", "disk"]),
    ("issue.category:error", ALL),
    ("issue.category:performance", []),
    ("assigned:none", ALL),
    ("assigned:[me, #core, my_teams]", []),
    ("assigned:ann@acme.example", []),
    ("bookmarks:me", []),
    ("project:web", ALL),
    ("project:other", []),
    ("(level:warning OR environment:staging) !logger:auth", ["disk"]),
]


async def test_finds(database: Database, tenant: Tenant) -> None:
    found = {query: await find(database, tenant, query) for query, _ in CASES}
    assert found == dict(CASES)


async def test_no_alternative_reaches_beyond_the_projects(
    database: Database, tenant: Tenant
) -> None:
    stranger = await make_tenant(database, "other")
    await store(database, event(stranger, key="secret", level="warning"))
    for query in ("level:warning OR level:error", "secret OR space", "is:new OR !is:new"):
        assert "secret" not in await find(database, tenant, query)
    assert await find(database, stranger, "level:warning OR level:error") == ["secret"]


SORTS = {
    Sort.DATE: ["login", "parse", "disk"],
    Sort.NEW: ["login", "parse", "disk"],
    Sort.FREQ: ["parse", "login", "disk"],
    Sort.USER: ["parse", "login", "disk"],
    Sort.PRIORITY: ["parse", "disk", "login"],
}


@pytest.mark.parametrize(("sort", "order"), SORTS.items())
async def test_pages_meet_without_gap(
    database: Database, tenant: Tenant, sort: Sort, order: list[str]
) -> None:
    selection = IssueSelection(
        organization_id=tenant.organization_id, project_ids=(tenant.project_id, 999)
    )
    seen: list[str] = []
    place = None
    async with database.read() as tx:
        for _ in order:
            page = await issues.list_page(tx, selection, sort=sort, place=place, limit=1)
            seen += [issue.culprit.split()[0].removeprefix("app.") for issue in page.issues]
            last = page.issues[-1].id
            place = Place(position=page.positions[-1], issue_id=last)
        back = Place(position=page.positions[-1], issue_id=last, before=True)
        before = await issues.list_page(tx, selection, sort=sort, place=back, limit=5)
    assert not page.has_more
    assert sorted(seen) == sorted(order)
    assert seen == order or sort in (Sort.FREQ, Sort.USER)
    assert [issue.id for issue in before.issues][-1] != last
    assert len(before.issues) == len(order) - 1
