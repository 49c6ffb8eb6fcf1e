"""Endpoints, ranked by the time that is spent with them; the way to their traces and spans."""

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site
from tests.server.web.telemetry import new_span, new_trace, now, send, span


def address(site: Site, more: str = "") -> str:
    return f"/{site.made.organization}/performance/?project={site.made.project}&period=1h{more}"


def fill(site: Site) -> None:
    """Ten quick requests, of which one fails, and three slow ones that take most of the time; and a
    job that nobody asked for."""
    start = now()
    spans = []
    for number in range(10):
        trace, root = new_trace(), new_span()
        spans += [
            span(trace, "GET /quick", start, 100, id_=root, failed=number == 0),
            span(trace, "query", start, 10, parent=root, db__system__name="postgresql"),
        ]
    spans += [span(new_trace(), "GET /slow", start, 2000) for _ in range(3)]
    spans.append(span(new_trace(), "nightly", start, 500) | {"kind": 1})
    send(site, spans=spans)


def test_what_takes_most_time_stands_first(site: Site) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site))
        rows = page.locator(".endpoints tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.nth(0)).to_contain_text("GET /slow")
        expect(rows.nth(0)).to_contain_text("85.7%")
        quick = rows.nth(1)
        cells = {"Count": "10", "p50": "100 ms", "Failure rate": "10%", "Apdex": "1.00"}
        for label, text in cells.items():
            expect(quick.locator(f"td[data-label='{label}']")).to_have_text(text)
        page.get_by_role("table").get_by_role("link", name="Failure rate").click()
        expect(rows.nth(0)).to_contain_text("GET /quick")
        page.get_by_role("link", name="Everything", exact=True).click()
        expect(rows).to_have_count(3)
        expect(page.get_by_text("3 endpoints")).to_be_visible()
        page.get_by_role("link", name="GET /quick", exact=False).first.click()
        expect(page.get_by_role("heading", name="Traces", level=1)).to_be_visible()
        expect(page.locator(".samples tbody tr")).to_have_count(10)
        page.go_back()
        page.get_by_role("link", name="Spans of GET /quick").click()
        groups = page.get_by_role("region", name="Groups").get_by_role("row")
        expect(groups).to_have_count(3)

    site.visit(use, scripts=False)


def test_a_search_narrows_and_nothing_says_how_to_begin(site: Site) -> None:
    fill(site)

    def use(page: Page) -> None:
        page.goto(address(site, "&query=span.duration:>1s"))
        expect(page.locator(".endpoints tbody tr")).to_have_count(1)
        page.goto(address(site, "&query=transaction:nothing"))
        expect(page.get_by_role("heading", name="No endpoint like that")).to_be_visible()
        page.goto(address(site, "&query=span.duration:>soon"))
        expect(page.locator("#search-problem")).to_contain_text("is not a number that fits here")
        page.goto(address(site, "&view=pages"))
        expect(page.get_by_role("heading", name="Nothing was measured here")).to_be_visible()

    site.visit(use)
