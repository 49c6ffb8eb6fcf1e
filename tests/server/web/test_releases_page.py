"""Releases on a page: how they fare, in which order, and what is told of one."""

import time
import uuid
from typing import Any

import httpx
import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def session(site: Site, release: str, **changes: Any) -> None:
    update = {
        "sid": str(uuid.uuid4()),
        "started": time.time() - 1,
        "status": "exited",
        "attrs": {"release": release, "environment": changes.pop("environment", "prod")},
    } | changes
    lines = [{"dsn": site.made.dsn}, {"type": "session"}, update]
    answer = httpx.post(
        f"{site.server.base_url}/api/{site.made.project_id}/envelope/",
        content=b"\n".join(map(orjson.dumps, lines)),
    )
    assert answer.status_code == 200


def fill(site: Site) -> None:
    """Four sessions of 1.0, one of which crashed, and one of 2.0, which also has an issue."""
    name = site.made.project
    for user in ("ann", "bo", "cy"):
        session(site, f"{name}@1.0.0", did=user)
    session(site, f"{name}@1.0.0", did="ann", status="crashed", environment="dev")
    session(site, f"{name}@2.0.0", did="ann")
    site.send(release=f"{name}@2.0.0", **error("InTwo"))
    site.send(release=f"{name}@3.0.0", **error("InThree"))


def address(site: Site, more: str = "") -> str:
    return f"/{site.made.organization}/releases/?project={site.made.project}{more}"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_releases_are_told_by_how_they_fare(site: Site, *, scripts: bool) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        rows = page.locator("table.releases tbody tr")
        expect(rows).to_have_count(3)
        expect(rows.locator(".release-name")).to_have_text(["3.0.0", "2.0.0", "1.0.0"])
        cells = rows.nth(2).locator("td")
        expect(cells.nth(1)).to_have_text("80%")
        expect(cells.nth(2)).to_have_text("75%")
        expect(cells.nth(3)).to_have_text("66.66%")
        expect(rows.nth(0)).to_contain_text("None")
        expect(rows.nth(1).locator("td").nth(6)).to_have_text("1")
        expect(page.locator("[data-sessions]")).to_have_text("5")
        page.get_by_text("As a table").click()
        table = page.get_by_role("table", name="Sessions over time")
        expect(table.get_by_role("row").last.get_by_role("cell")).to_have_text(
            ["4", "0", "0", "0", "1"]
        )

    site.visit(use, scripts=scripts)


def test_they_are_sorted_searched_and_narrowed(site: Site) -> None:
    fill(site)

    def names(page: Page) -> list[str]:
        return page.locator(".release-name").all_inner_texts()

    def use(page: Page) -> None:
        page.goto(address(site, "&sort=adoption"))
        assert names(page) == ["1.0.0", "2.0.0", "3.0.0"]
        page.goto(address(site, "&query=@2"))
        assert names(page) == ["2.0.0"]
        page.goto(address(site, "&environment=dev"))
        assert names(page) == ["1.0.0"]
        expect(page.locator("[data-sessions]")).to_have_text("1")
        page.goto(address(site, "&query=nothing"))
        expect(page.get_by_text("No release like that")).to_be_visible()
        page.goto(address(site, "&sort=mood"))
        expect(page.get_by_text("404")).to_be_visible()

    site.visit(use)


def test_one_release(site: Site) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        page.get_by_role("link", name="1.0.0", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("1.0.0")
        expect(page.locator("[data-sessions]")).to_have_text("4")
        projects = page.get_by_role("region", name="Projects").get_by_role("row")
        expect(projects.nth(1)).to_contain_text(site.made.project)
        expect(projects.nth(1)).to_contain_text("75%")
        page.goto(page.url.replace("1.0.0", "2.0.0"))
        page.get_by_role("link", name="Its issues").click()
        expect(page.locator(".issue-kind", has_text="InTwo").first).to_be_visible()
        page.goto(f"/{site.made.organization}/releases/no-such@1/")
        expect(page.get_by_text("404")).to_be_visible()

    site.visit(use)
