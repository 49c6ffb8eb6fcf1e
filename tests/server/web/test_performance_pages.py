"""What the server found out, on the page of its issue, and where a project says what that is."""

from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.server.ingest.test_performance import ITEM, slow_page
from tests.server.ingest.wire import envelope_of
from tests.server.web.conftest import Site


def send(site: Site, payload: dict[str, Any]) -> None:
    body = envelope_of(payload, kind="transaction", event_id=payload["event_id"])
    key = site.made.dsn.split("//")[1].split("@")[0]
    place = f"{site.server.base_url}/api/{site.made.project_id}/envelope/?sentry_key={key}"
    assert httpx.post(place, content=body).status_code == 200


def settings_page(site: Site) -> str:
    return f"/{site.made.organization}/projects/{site.made.project}/settings/performance/"


def test_the_evidence_leads_to_the_trace(site: Site) -> None:
    payload = slow_page("GET /evidence")
    send(site, payload)

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/issues/?query=issue.category:performance+evidence")
        row = page.locator("[data-issue]", has_text="N+1 query")
        expect(row).to_contain_text(ITEM)
        row.get_by_role("link").first.click()
        evidence = page.locator("#evidence")
        expect(evidence).to_contain_text("Offending span, 6 times")
        expect(evidence).to_contain_text("http.server - GET /evidence")
        expect(page.get_by_role("heading", name="Stack trace")).to_have_count(0)
        evidence.get_by_role("link", name="In the trace").click()
        expect(page.get_by_role("heading", name="db")).to_be_visible()
        expect(page.get_by_text(ITEM).first).to_be_visible()

    site.visit(use)


def test_thresholds_are_entered_and_set_back(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/")
        tabs = page.get_by_role("navigation", name="Settings of the project")
        tabs.get_by_role("link", name="Performance", exact=True).click()
        slow = page.get_by_role("region", name="Slow DB queries")
        expect(slow.get_by_label("At least")).to_have_value("1000")
        slow.get_by_label("At least").fill("2500")
        page.get_by_role("checkbox", name="Consecutive HTTP").uncheck()
        page.get_by_label("Paths that may be large").fill("/export/*")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        expect(slow.get_by_label("At least")).to_have_value("2500")
        expect(page.get_by_role("checkbox", name="Consecutive HTTP")).not_to_be_checked()
        expect(page.get_by_label("Paths that may be large")).to_have_value("/export/*")
        page.get_by_role("button", name="Set everything back").click()
        expect(slow.get_by_label("At least")).to_have_value("1000")
        expect(page.get_by_role("checkbox", name="Consecutive HTTP")).to_be_checked()

    site.visit(use)


def test_a_number_that_cannot_be_stays_and_is_named(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(settings_page(site))
        page.get_by_label("Times at least").fill("many")
        page.get_by_role("checkbox", name="Large HTTP payloads").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#about-n_plus_one_db_count")).to_have_text(
            "Choose a number from 5 to 100."
        )
        expect(page.get_by_label("Times at least")).to_have_value("many")
        expect(page.get_by_role("checkbox", name="Large HTTP payloads")).not_to_be_checked()
        page.goto(settings_page(site))
        expect(page.get_by_label("Times at least")).to_have_value("5")

    site.visit(use, scripts=False)
