"""A trace on a page: one waterfall of everything, readable without scripts, honest about what does
not fit together, and quick with thousands of spans."""

import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error
from tests.server.web.telemetry import attributes, log, new_span, new_trace, now, send, span

UNSEEN = "it has not arrived, was not sampled, or is in a project that you do not see"
AS_SENT = "Times are shown as they were sent."


def address(site: Site, trace: str, more: str = "") -> str:
    return f"/{site.made.organization}/traces/{trace}/{more}"


def lines(page: Page) -> list[str]:
    """What the waterfall says, a text a line, indented by depth."""
    found = page.locator(".wf-line").all()
    return [
        "  " * (int(line.get_attribute("aria-level") or 1) - 1)
        + " ".join((line.locator(".wf-link").text_content() or "").split())
        for line in found
        if line.is_visible()
    ]


def checkout(site: Site) -> tuple[str, str]:
    """A trace of two services with an error and a log; its id and that of its query."""
    trace, root, call, query = new_trace(), new_span(), new_span(), new_span()
    start = now()
    happened = {"name": "cache miss", "timeUnixNano": str(int(start * 1e9)), "attributes": []}
    linked = {
        "traceId": new_trace(),
        "spanId": new_span(),
        "attributes": attributes(why="a retry"),
    }
    send(
        site,
        spans=[
            span(trace, "GET /orders", start, 400, id_=root, http__request__method="GET"),
            span(trace, "price it", start + 0.01, 300, id_=call, parent=root),
        ],
        logs=[log("pricing order 7", start + 0.04, trace=trace, in_=call, order=7)],
    )
    send(
        site,
        service="prices",
        spans=[
            span(
                trace,
                "SELECT price",
                start + 0.05,
                200,
                id_=query,
                parent=call,
                failed=True,
                events=[happened],
                links=[linked],
                db__system__name="postgresql",
                db__query__text="SELECT price FROM item WHERE id = $1",
            )
        ],
    )
    told = error("PriceError", "no such price", contexts={"trace": _within(trace, query)})
    site.send(timestamp=start + 0.2, **told)
    return trace, query


def _within(trace: str, span_id: str) -> dict[str, str]:
    return {"trace_id": trace, "span_id": span_id}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_trace_is_one_waterfall(site: Site, *, scripts: bool) -> None:
    trace, query = checkout(site)

    def use(page: Page) -> None:
        page.goto(address(site, trace))
        expect(page.get_by_role("heading", level=1)).to_have_text("GET /orders")
        short_id = f"{site.made.project.upper()}-1"
        assert lines(page) == [
            "http.server GET /orders",
            "  price it",
            "    pricing order 7",
            "    db SELECT price FROM item WHERE id = $1",
            f"      {short_id} PriceError: no such price",
        ]
        facts = page.locator(".trace-facts").inner_text().split("\n")
        assert facts[:10] == [
            *("Duration", "400 ms", "Spans", "3", "Errors", "1"),
            *("Logs", "1", "Services", "2"),
        ]
        page.get_by_role("link", name="SELECT price FROM item").click()
        side = page.get_by_role("complementary", name="Span")
        expect(side.get_by_role("heading", name="db")).to_be_visible()
        assert page.url.endswith(f"?span={query}")
        for told in ("200 ms", "prices", "postgresql", "cache miss", "a retry", "service.version"):
            expect(side.get_by_text(told).first).to_be_visible()
        side.get_by_role("link", name="Close the span").click()
        expect(side).to_be_hidden()
        page.get_by_role("link", name=short_id).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("PriceError")

    site.visit(use, scripts=scripts)


def test_an_event_shows_its_part_of_the_trace_and_its_logs(site: Site) -> None:
    trace, _ = checkout(site)
    site.send(**error("LonelyError", contexts={"trace": _within(new_trace(), new_span())}))

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/issues/{site.made.project.upper()}-1/")
        around = page.get_by_role("region", name="Trace", exact=True)
        expect(around).to_be_visible()
        assert lines(page) == [
            "http.server GET /orders",
            "  price it",
            "    db SELECT price FROM item WHERE id = $1",
            f"      {site.made.project.upper()}-1 PriceError: no such price",
        ]
        logs = page.get_by_role("region", name="Logs")
        expect(logs.get_by_role("link", name="pricing order 7")).to_be_visible()
        sections = page.get_by_role("navigation", name="Sections of the event")
        expect(sections.get_by_role("link", name="Logs")).to_be_visible()
        page.get_by_role("link", name="All of it").click()
        page.wait_for_url(f"**/traces/{trace}/")
        page.goto(f"/{site.made.organization}/issues/{site.made.project.upper()}-2/")
        with page.expect_response("**part=around**"):
            page.reload()
        expect(around).to_have_count(0)
        expect(sections.get_by_role("link", name="Logs")).to_be_hidden()

    site.visit(use)


def test_self_time_and_the_critical_path_are_shown(site: Site) -> None:
    trace, root, slow = new_trace(), new_span(), new_span()
    start = now()
    spans = [
        span(trace, "request", start, 1000, id_=root),
        span(trace, "slow part", start + 0.1, 600, id_=slow, parent=root),
        span(trace, "beside it", start + 0.1, 200, parent=root),
        span(trace, "within it", start + 0.2, 100, parent=slow),
    ]
    send(site, spans=spans)

    def use(page: Page) -> None:
        page.goto(address(site, trace, f"?span={root}"))
        facts = page.locator(".span-facts")
        expect(facts).to_contain_text("400 ms")
        page.get_by_role("link", name="Critical path").click()
        assert [line.strip() for line in lines(page)] == ["request", "slow part", "within it"]

    site.visit(use)


def test_what_does_not_fit_together_is_told(site: Site) -> None:
    trace, root, ring = new_trace(), new_span(), [new_span(), new_span()]
    start = now()
    spans = [
        span(trace, "first root", start, 100, id_=root),
        span(trace, "second root", start + 0.2, 10),
        span(trace, "orphan", start + 0.3, 10, parent=new_span()),
        span(trace, "early child", start - 0.05, 10, parent=root),
        span(trace, "ring a", start + 0.4, 10, id_=ring[0], parent=ring[1]),
        span(trace, "ring b", start + 0.4, 10, id_=ring[1], parent=ring[0]),
    ]
    send(site, spans=spans)

    def use(page: Page) -> None:
        page.goto(address(site, trace))
        odd = page.get_by_role("list", name="What is odd about this trace").inner_text()
        assert odd.split("\n") == [
            "2 spans have no parent: this trace began more than once.",
            f"1 span names a parent that is not here: {UNSEEN}.",
            "2 spans stand in a ring of parents; each ring is shown from its first span.",
            f"1 span begins before the parent, by up to 50 ms: clocks differ. {AS_SENT}",
        ]
        assert [line.strip() for line in lines(page)] == [
            *("first root", "early child", "second root", "orphan", "ring a", "ring b"),
        ]
        page.goto(address(site, "f" * 32))
        expect(page.get_by_text("404")).to_be_visible()

    site.visit(use)


def many(site: Site, count: int) -> tuple[str, str]:
    """A trace with very many spans below its root; its id and that of the last span."""
    trace, root, last = new_trace(), new_span(), new_span()
    start = now()
    spans = [
        span(trace, "import", start, 5000, id_=root),
        *(
            span(trace, f"row {number}", start + number / 1000, 1, parent=root)
            for number in range(count - 2)
        ),
        span(trace, "the last row", start + 5, 1, id_=last, parent=root),
    ]
    for begin in range(0, count, 1000):
        send(site, spans=spans[begin : begin + 1000])
    return trace, last


def test_thousands_of_spans_come_as_one_scrolls(site: Site) -> None:
    trace, last = many(site, 2000)

    def use(page: Page) -> None:
        answer = page.goto(address(site, trace))
        assert answer
        assert len(answer.body()) < 150_000
        shown = page.locator(".wf-line")
        expect(page.get_by_text("2,000", exact=True)).to_be_visible()
        before = shown.count()
        assert before < 500
        page.locator(".wf-gap").scroll_into_view_if_needed()
        page.wait_for_function(
            "count => document.querySelectorAll('.wf-line').length > count", arg=before
        )
        page.get_by_role("searchbox", name="Search this trace").fill("the last")
        expect(page.locator(".wf-found")).to_contain_text("1 line found")
        assert [line.strip() for line in lines(page)] == ["import", "the last row"]
        page.goto(address(site, trace, f"?span={last}"))
        expect(page.get_by_role("row", selected=True)).to_contain_text("the last row")

    site.visit(use)

    def plain(page: Page) -> None:
        page.goto(address(site, trace))
        page.get_by_role("link", name="more lines").click()
        assert lines(page)[-1].strip() != "the last row"
        expect(page.get_by_role("link", name="row 200", exact=True)).to_be_visible()

    site.visit(plain, scripts=False)


def test_subtrees_fold_by_keys(site: Site) -> None:
    trace, _ = checkout(site)

    def use(page: Page) -> None:
        page.goto(address(site, trace))
        page.keyboard.press("j")
        expect(page.locator(".wf-line").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowLeft")
        assert len(lines(page)) == 2
        expect(page.get_by_role("row", expanded=False)).to_contain_text("price it")
        page.keyboard.press("ArrowRight")
        assert len(lines(page)) == 5
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary", name="Span")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("complementary", name="Span")).to_be_hidden()

    site.visit(use)


def test_what_strangers_send_is_only_shown(site: Site) -> None:
    trace, odd = new_trace(), new_span()
    evil = "\"'></pre><script>document.title='taken'</script>"
    send(
        site,
        service=evil,
        spans=[span(trace, evil, now(), 5, id_=odd, raw={"a<b>": evil})],
        logs=[log(evil, now(), level="error", trace=trace, in_=odd, raw={"c<d>": evil})],
    )

    def use(page: Page) -> None:
        page.goto(address(site, trace, f"?span={odd}"))
        expect(page.get_by_role("heading", level=1)).to_have_text(evil)
        expect(page.get_by_role("complementary", name="Span")).to_contain_text("a<b>")
        page.goto(f"/{site.made.organization}/logs/?query=trace:{trace}")
        page.get_by_role("link", name=evil).first.click()
        expect(page.locator(".log-record")).to_contain_text("c<d>")
        assert page.title() != "taken"

    site.visit(use)
