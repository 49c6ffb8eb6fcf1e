"""Monitors of scheduled jobs on their pages: made, watched, muted, changed, deleted."""

import secrets
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site


def crons(site: Site) -> str:
    return f"/{site.made.organization}/crons/"


def check_in(site: Site, slug: str, status: str) -> int:
    key = site.made.dsn.split("//")[1].split("@")[0]
    place = f"{site.server.base_url}/api/{site.made.project_id}/cron/{slug}/{key}/"
    return httpx.get(place, params={"status": status}).status_code


@pytest.fixture
def name() -> str:
    return f"job {secrets.token_hex(4)}"


def make(page: Page, site: Site, name: str) -> None:
    page.goto(f"{crons(site)}new/?project={site.made.project}")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Line", exact=True).fill("17 3 * * *")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Make the monitor").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_a_job_that_fails_is_seen_and_leads_to_its_issue(site: Site, name: str) -> None:
    slug = name.replace(" ", "-")

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/issues/")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Crons").click()
        expect(page.get_by_role("heading", name="Crons", level=1)).to_be_visible()
        make(page, site, name)
        expect(page.get_by_text("No check-in yet")).to_be_visible()
        expected = page.get_by_role("region", name="What is expected")
        expect(expected).to_contain_text("17 3 * * *")
        expect(expected).to_contain_text("Europe/Berlin")
        assert check_in(site, slug, "ok") == 202
        assert check_in(site, slug, "error") == 202
        _until_shown(page, "Failed")
        runs = page.get_by_role("region", name="Check-ins").get_by_role("row")
        expect(runs).to_contain_text(["Ended", "Failed", "Fine"])
        page.goto(f"{crons(site)}?view=failing&query={slug[:8]}")
        row = page.locator(".cron", has_text=name)
        expect(row.locator(".badge")).to_have_text("Failed")
        expect(row.locator("rect.run-error")).to_have_count(1)
        row.get_by_role("link", name=name).click()
        page.get_by_role("link", name="Issues of this monitor").click()
        expect(page.locator("[data-issue]")).to_contain_text(f"Monitor failure: {name}")
        page.locator("[data-issue]").get_by_role("link").first.click()
        expect(page.locator("#evidence")).to_contain_text("The job said that it failed")

    site.visit(use)


def _until_shown(page: Page, word: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        page.reload()
        if page.locator(".badge", has_text=word).count():
            return
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def test_a_monitor_is_changed_muted_disabled_and_deleted(site: Site, name: str) -> None:
    slug = name.replace(" ", "-")

    def use(page: Page) -> None:
        make(page, site, name)
        assert check_in(site, slug, "ok") == 202
        _until_shown(page, "Fine")
        page.get_by_role("link", name="Edit").click()
        page.get_by_label("By an interval").check()
        page.get_by_label("Every").fill("6")
        page.get_by_label("Unit").select_option("hour")
        page.get_by_label("Fails after").fill("3")
        page.get_by_role("button", name="Save").click()
        expected = page.get_by_role("region", name="What is expected")
        expect(expected).to_contain_text("Every 6 hours")
        expect(expected).to_contain_text("3 failures in a row")
        environment = page.get_by_role("region", name="Environments")
        environment.get_by_role("button", name="Mute").click()
        expect(environment.locator(".badge", has_text="Muted")).to_be_visible()
        environment.get_by_role("button", name="Unmute").click()
        expect(environment.locator(".badge", has_text="Muted")).to_have_count(0)
        page.get_by_role("button", name="Disable").click()
        expect(environment.locator(".badge")).to_have_text("Disabled")
        page.goto(f"{crons(site)}?view=disabled")
        expect(page.locator(".cron", has_text=name)).to_be_visible()
        page.get_by_role("link", name=name).click()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Delete").click()
        if page.get_by_role("dialog").count():
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("heading", name="Crons", level=1)).to_be_visible()
        expect(page.locator(".cron", has_text=name)).to_have_count(0)
        assert check_in(site, slug, "ok") in (202, 404)

    site.visit(use)


def test_what_cannot_be_is_named_and_what_was_entered_stays(site: Site, name: str) -> None:
    def use(page: Page) -> None:
        page.goto(f"{crons(site)}new/?project={site.made.project}")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Line", exact=True).fill("every day")
        page.get_by_label("Longest run").fill("99999999")
        page.get_by_role("button", name="Make the monitor").click()
        expect(page.get_by_text("Choose a number from 1 to 40,320.")).to_be_visible()
        expect(page.get_by_label("Line", exact=True)).to_have_value("every day")
        page.get_by_label("Longest run").fill("")
        page.get_by_role("button", name="Make the monitor").click()
        expect(page.get_by_text("A crontab line has five fields")).to_be_visible()
        expect(page.get_by_label("Name", exact=True)).to_have_value(name)

    site.visit(use, scripts=False)
