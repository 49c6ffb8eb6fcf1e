"""The list of traces and the explorer of spans: searched, measured, grouped; the way to a trace."""

import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site
from tests.server.web.telemetry import new_span, new_trace, now, send, span


def address(site: Site, more: str = "") -> str:
    return f"/{site.made.organization}/traces/?project={site.made.project}&period=1h{more}"


def fill(site: Site) -> None:
    """Ten requests of 100 ms with two queries each, one of which failed, and a slow one."""
    start = now()
    spans = []
    for number in range(10):
        trace, root = new_trace(), new_span()
        spans += [
            span(trace, "GET /a", start, 100, id_=root, http__route="/a", failed=number == 0),
            span(trace, "query", start, 10, parent=root, db__system__name="postgresql"),
            span(trace, "query", start, 20, parent=root, db__system__name="postgresql"),
        ]
    spans.append(span(new_trace(), "GET /slow", start, 2000, http__route="/slow"))
    send(site, spans=spans)


def tile(page: Page, label: str) -> str:
    return (
        page.locator(".tile", has=page.get_by_text(label, exact=True)).inner_text().split("\n")[1]
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_traces_are_measured_grouped_and_opened(site: Site, *, scripts: bool) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        measured = {name: tile(page, name) for name in ("Count", "p50", "Failure rate", "Apdex")}
        assert measured == {
            "Count": "11",
            "p50": "100 ms",
            "Failure rate": "9.09%",
            "Apdex": "0.91",
        }
        page.get_by_text("As a table").click()
        table = page.get_by_role("table", name="Count over time")
        expect(table.get_by_role("row").last.get_by_role("cell")).to_have_text(["10", "1"])
        page.get_by_role("link", name="Spans", exact=True).click()
        assert tile(page, "Count") == "31"
        page.get_by_text("Group by").click()
        page.get_by_role("link", name="Operation").click()
        groups = page.get_by_role("region", name="Groups").get_by_role("row")
        expect(groups.nth(1)).to_contain_text("db")
        expect(groups.nth(1).get_by_role("cell").first).to_have_text("20")
        page.get_by_role("link", name="db", exact=True).click()
        expect(page.locator(".search-input")).to_have_value('span.op:"db"')
        assert tile(page, "Count") == "20"
        page.goto(address(site, "&order=slow"))
        page.get_by_role("link", name="GET /slow").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("GET /slow")

    site.visit(use, scripts=scripts)


def test_a_search_narrows_and_a_wrong_one_is_explained(site: Site) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        search = page.get_by_role("combobox", name="Search traces")
        search.fill("span.duration:>1s")
        search.press("Enter")
        expect(page.locator(".samples tbody tr")).to_have_count(1)
        page.goto(address(site, "&view=spans&by=span.op&query=count():>15"))
        expect(page.get_by_role("region", name="Groups").get_by_role("row")).to_have_count(2)
        page.goto(address(site, "&query=span.duration:>soon"))
        expect(page.locator("#search-problem")).to_contain_text("is not a number that fits here")
        page.goto(address(site, "&query=span.op:nothing"))
        expect(page.get_by_text("Nothing matches in this period.")).to_be_visible()

    site.visit(use)


def test_names_and_values_are_suggested(site: Site) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        search = page.get_by_role("combobox", name="Search traces")
        search.press_sequentially("http.ro")
        page.get_by_role("option", name="http.route").click()
        search.press_sequentially("/s")
        page.get_by_role("option", name="/slow").click()
        search.press("Enter")
        expect(page.locator(".samples tbody tr")).to_have_count(1)

    site.visit(use)
