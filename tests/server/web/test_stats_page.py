"""The page of statistics: exact, readable without scripts, and current while one looks."""

import httpx
import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def report(site: Site, **quantities: int) -> None:
    entries = [
        {"reason": reason, "category": "error", "quantity": quantity}
        for reason, quantity in quantities.items()
    ]
    lines = [{"dsn": site.made.dsn}, {"type": "client_report"}, {"discarded_events": entries}]
    answer = httpx.post(
        f"{site.server.base_url}/api/{site.made.project_id}/envelope/",
        content=b"\n".join(map(orjson.dumps, lines)),
    )
    assert answer.status_code == 200


def address(site: Site, more: str = "") -> str:
    return f"/{site.made.organization}/stats/?project={site.made.project}{more}"


def fate(page: Page, label: str) -> str:
    shown = page.locator(".fate").filter(has_text=label).locator("dd .num").first
    return shown.get_attribute("title") or ""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_what_was_sent_is_told(site: Site, *, scripts: bool) -> None:
    for _ in range(3):
        site.send(**error("Told"))
    site.send(event_id="f" * 32, **error("Twice"))
    site.send(event_id="f" * 32, **error("Twice"))
    report(site, before_send=1200, mine=1)

    def use(page: Page) -> None:
        page.goto(address(site, "&period=24h"))
        expect(page.locator(".stats-number")).to_have_text("5")
        assert fate(page, "Accepted") == "4"
        assert fate(page, "Invalid") == "1"
        assert fate(page, "Dropped by clients") == "1,201"
        reasons = page.get_by_role("region", name="Why it was not stored")
        expect(reasons.get_by_role("row")).to_have_count(4)
        expect(reasons.get_by_role("row").nth(1)).to_contain_text("before_send dropped it")
        page.get_by_text("As a table").click()
        table = page.get_by_role("table", name="Errors over time")
        expect(table.get_by_role("row")).to_have_count(2)
        expect(table.get_by_role("row").nth(1)).to_contain_text("1,201")

    site.visit(use, scripts=scripts)


def test_a_page_that_is_open_keeps_up(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(address(site))
        expect(page.get_by_text("Nothing was received in this period.").first).to_be_visible()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.get_by_text("As a table").click()
        site.send(**error("Late"))
        expect(page.locator(".stats-number")).to_have_text("1")
        expect(page.get_by_role("table", name="Errors over time")).to_be_visible()

    site.visit(use)


def test_another_category_is_a_click_away(site: Site) -> None:
    site.send(**error("One"))

    def use(page: Page) -> None:
        page.goto(address(site, "&category=session"))
        expect(page.locator(".tab[aria-current]")).to_contain_text("Sessions")
        page.get_by_role("navigation", name="Categories").get_by_text("Errors").click()
        expect(page.locator(".stats-number")).to_have_text("1")
        page.goto(address(site, "&category=dreams"))
        expect(page.get_by_text("404")).to_be_visible()

    site.visit(use)
