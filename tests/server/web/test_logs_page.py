"""Logs on a page: listed, searched, counted, read in full, followed live, joined with traces."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site
from tests.server.web.telemetry import log, new_span, new_trace, now, send, span


def address(site: Site, more: str = "") -> str:
    return f"/{site.made.organization}/logs/?project={site.made.project}&period=1h{more}"


def fill(site: Site) -> str:
    """Three logs, one of them of a trace; the trace."""
    trace, root, start = new_trace(), new_span(), now()
    send(
        site,
        spans=[span(trace, "GET /orders", start, 100, id_=root)],
        logs=[
            log("starting", start - 2, level="debug"),
            log("order 7 refused", start, level="error", trace=trace, in_=root, order__id=7),
            log("bye", start + 1, level="info"),
        ],
    )
    return trace


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_logs_are_listed_and_lead_to_their_trace_and_back(site: Site, *, scripts: bool) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        expect(page.locator(".log-text")).to_have_text(["bye", "order 7 refused", "starting"])
        page.get_by_role("link", name="order 7 refused").click()
        record = page.locator(".log-record")
        expect(record).to_contain_text("order.id")
        expect(record).to_contain_text("service.version")
        record.get_by_role("link", name="Open the trace").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("GET /orders")
        page.get_by_role("link", name="order 7 refused").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Error")
        page.get_by_role("link", name="Logs of the trace").click()
        expect(page.locator(".log-text")).to_have_text(["order 7 refused"])

    site.visit(use, scripts=scripts)


def test_they_are_counted_and_narrowed(site: Site) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        expect(page.locator(".logs-count")).to_contain_text("3 records")
        page.get_by_text("As a table").click()
        table = page.get_by_role("table", name="Logs over time")
        cells = table.get_by_role("cell").all_inner_texts()
        assert sum(map(int, cells)) == 3
        page.get_by_role("region", name="Most frequent values").get_by_role(
            "link", name=re.compile("^error")
        ).click()
        expect(page.locator(".log-text")).to_have_text(["order 7 refused"])
        page.get_by_role("link", name="order 7 refused").click()
        page.locator(".pairs > div", has_text="order.id").hover()
        page.get_by_role("link", name="order.id as a column").click()
        expect(page.locator(".log-row .log-cell")).to_have_text(["7"])
        page.goto(address(site, "&query=refused&column=order.id"))
        expect(page.locator(".log-row .log-cell")).to_have_text(["7"])
        page.goto(address(site, "&query=severity:("))
        expect(page.locator("#search-problem")).to_contain_text("parenthesis")

    site.visit(use)


def test_pages_lead_to_older_and_newer_ones(site: Site) -> None:
    start = now()
    send(site, logs=[log(f"record {number}", start + number / 1000) for number in range(150)])

    def use(page: Page) -> None:
        page.goto(address(site))
        rows = page.locator(".log-text")
        expect(rows).to_have_count(100)
        expect(rows.first).to_have_text("record 149")
        page.get_by_role("link", name="Older").click()
        expect(rows).to_have_count(50)
        expect(rows.last).to_have_text("record 0")
        page.get_by_role("link", name="Newer").click()
        expect(rows.first).to_have_text("record 149")

    site.visit(use)


def test_the_tail_brings_what_arrives_and_matches(every_site: Site) -> None:
    site = every_site
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site, "&query=order"))
        page.get_by_role("button", name="Live tail").click()
        expect(page.get_by_role("status").filter(has_text="Following")).to_be_visible()
        send(site, logs=[log("order 8 came", now()), log("something else", now())])
        rows = page.locator(".log-text")
        expect(rows).to_have_text(["order 8 came", "order 7 refused"])
        page.get_by_role("link", name="order 8 came").click()
        expect(page.locator(".log-record")).to_be_visible()
        send(site, logs=[log("order 9 came", now())])
        expect(page.get_by_role("status").filter(has_text="1 new")).to_be_visible()
        expect(rows).to_have_count(2)
        page.get_by_role("link", name="order 8 came").click()
        expect(rows).to_have_text(["order 9 came", "order 8 came", "order 7 refused"])

    site.visit(use)
