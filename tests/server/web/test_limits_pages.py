"""Limits on their pages: set, told, used up and taken away."""

import httpx
import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def address(site: Site) -> str:
    return f"/{site.made.organization}/projects/{site.made.project}/settings/limits/"


def add(page: Page, region: str, category: str, quantity: str, window: str = "a day") -> None:
    form = page.get_by_role("region", name=region)
    form.get_by_label("Of what").select_option(label=category)
    form.get_by_label("How much").fill(quantity)
    form.get_by_label("In what time").select_option(label=window)
    form.get_by_role("button", name="Add").click()


def send_again(site: Site) -> int:
    lines = [{"dsn": site.made.dsn}, {"type": "event"}, error("Again")]
    return httpx.post(
        f"{site.server.base_url}/api/{site.made.project_id}/envelope/",
        content=b"\n".join(map(orjson.dumps, lines)),
    ).status_code


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_limit_is_set_reached_and_taken_away(site: Site, *, scripts: bool) -> None:
    region = f"Limits of {site.made.project}"

    def use(page: Page) -> None:
        page.goto(address(site))
        expect(page.get_by_text("No limit of its own.")).to_be_visible()
        add(page, region, "Errors", "2")
        row = page.get_by_role("region", name=region).get_by_role("row").nth(1)
        expect(row).to_contain_text("a day")
        page.wait_for_timeout(1200)
        assert [send_again(site) for _ in range(3)] == [200, 200, 429]
        page.reload()
        expect(row).to_contain_text("Reached")
        page.get_by_role("button", name="Remove the limit of Errors").click()
        expect(page.get_by_text("No limit of its own.")).to_be_visible()
        page.wait_for_timeout(1200)
        assert send_again(site) == 200

    site.visit(use, scripts=scripts)


def test_quantities_are_written_as_people_write_them(site: Site) -> None:
    region = f"Limits of {site.made.project}"

    def use(page: Page) -> None:
        page.goto(address(site))
        add(page, region, "Attachments", "1.5 GB", "30 days")
        add(page, region, "Logs", "20k", "an hour")
        add(page, region, "Sessions", "0", "a minute")
        table = page.get_by_role("region", name=region)
        for text in ("1.5 GiB", "20,000", "Stopped"):
            expect(table.get_by_text(text)).to_be_visible()
        add(page, region, "Errors", "lots")
        expect(page.get_by_role("alert")).to_contain_text("Write how much")
        expect(table.get_by_label("How much")).to_have_value("lots")
        expect(table.get_by_role("row")).to_have_count(4)

    site.visit(use)


def test_a_key_and_the_project_are_told_apart(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(address(site))
        add(page, "Key “Default”", "Errors", "7", "an hour")
        key = page.get_by_role("region", name="Key “Default”")
        expect(key.get_by_role("row")).to_have_count(2)
        expect(page.get_by_text("No limit of its own.")).to_be_visible()
        page.get_by_label("Cap what comes in bursts").check()
        page.get_by_role("region", name="Spike protection").get_by_role("button").click()
        expect(page.get_by_label("Cap what comes in bursts")).to_be_checked()
        expect(page.get_by_text("Nothing is learned yet")).to_be_visible()

    site.visit(use)


def test_the_organization_has_limits_of_its_own(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/settings/limits/")
        add(page, f"Limits of {site.made.organization}", "Replays", "5m", "30 days")
        page.goto(address(site))
        above = page.get_by_role("region", name="Of the whole organization")
        expect(above.get_by_text("5,000,000")).to_be_visible()
        page.goto(f"/{site.made.organization}/settings/limits/")
        page.get_by_role("button", name="Remove the limit of Replays").click()
        expect(page.get_by_text("No limit: everything is taken")).to_be_visible()

    site.visit(use)
