"""The page of an issue: what it shows of an event, and what people do there."""

import re

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def open_issue(page: Page, site: Site) -> None:
    """Opens the project's only issue."""
    page.goto(site.issues)
    page.locator(".issue-link").first.click()
    expect(page).to_have_url(re.compile(r"/issues/P[0-9A-F]+-1/$"))


def test_it_shows_the_app_first_and_folds_the_library(site: Site) -> None:
    event = error("DeepError", "too deep")
    library = [
        {"function": f"lib_{n}", "filename": f"lib/{n}.py", "lineno": n, "in_app": False}
        for n in range(1, 6)
    ]
    stacktrace = event["exception"]["values"][0]["stacktrace"]
    stacktrace["frames"] = [*library, stacktrace["frames"][1]]
    site.send(**event)

    def use(page: Page) -> None:
        open_issue(page, site)
        expect(page.locator(".raised h3")).to_contain_text("DeepError")
        expect(page.locator(".source .is-current")).to_contain_text("raise error")
        expect(page.locator(".variables")).to_contain_text("value")
        expect(page.get_by_text("5 library frames")).to_be_visible()
        expect(page.get_by_text("lib_3", exact=True)).to_be_hidden()
        page.keyboard.press("f")
        expect(page.get_by_text("lib_3", exact=True)).to_be_visible()

    site.visit(use)


def test_it_tells_causes_breadcrumbs_request_and_user(site: Site) -> None:
    event = error("OuterError", "outer")
    event["exception"]["values"].insert(0, {"type": "InnerError", "value": "inner"})
    site.send(
        **event,
        breadcrumbs=[{"category": "cart", "message": "added SKU-7", "level": "warning"}] * 2,
        request={"url": "https://shop.example/pay", "method": "POST", "data": {"coupon": "TEN"}},
        user={"id": "7", "email": "ann@example.com"},
        contexts={"runtime": {"name": "CPython", "version": "3.11.9"}},
        extra={"cart": {"lines": 3}},
        modules={"django": "5.1"},
        release="shop@1.2.3",
        environment="production",
    )

    def use(page: Page) -> None:
        open_issue(page, site)
        expect(page.locator(".raised h3")).to_contain_text(["OuterError", "InnerError"])
        expect(page.locator("#crumbs")).to_contain_text("added SKU-7")
        expect(page.locator("#crumbs")).to_contain_text("×2")
        expect(page.locator("#request")).to_contain_text("POST https://shop.example/pay")
        expect(page.locator("#user")).to_contain_text("ann@example.com")
        expect(page.locator("#contexts")).to_contain_text("3.11.9")
        expect(page.locator("#extra")).to_contain_text("lines")
        expect(page.locator("#tags")).to_contain_text("shop@1.2.3")
        page.locator("[data-crumb-search]").fill("nothing like it")
        expect(page.get_by_text("added SKU-7")).to_be_hidden()

    site.visit(use)


def test_it_tells_what_the_server_did(site: Site) -> None:
    site.send(**error("LongError", "x" * 20_000), level="nonsense")

    def use(page: Page) -> None:
        open_issue(page, site)
        expect(page.locator("#server .changes")).to_contain_text("level")
        expect(page.locator("#server .changes")).to_contain_text("was 20,000 long")
        expect(page.locator("#server")).to_contain_text("newstyle:")

    site.visit(use)


def outside_fences(lines: list[str]) -> list[str]:
    """Lines that are Markdown, as its readers see it."""
    outside, fence = [], ""
    for line in lines:
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line
        else:
            outside.append(line)
    assert not fence
    return outside


def test_an_event_is_copied_as_markdown(site: Site) -> None:
    hostile = "# not a heading ```\n````\n</details><script>"
    event_id = site.send(
        **error("PaymentError", hostile, release="shop@1.2"),
        breadcrumbs=[{"category": "cart", "message": "added SKU-7"}],
        user={"id": "7", "email": "ann@example.com"},
        request={"url": "https://shop.example/pay", "method": "POST", "data": {"sum": "12"}},
    )

    def use(page: Page) -> None:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"/{site.made.organization}/issues/{site.made.project.upper()}-1/")
        link = page.get_by_role("link", name="Markdown")
        link.click()
        expect(page.locator("[data-copied]")).to_have_count(1)
        copied = page.evaluate("navigator.clipboard.readText()")
        answer = page.request.get(link.get_attribute("href") or "")
        assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
        assert answer.text().splitlines() == copied.splitlines()
        lines = copied.splitlines()
        assert lines[0] == "# PaymentError"
        assert lines[2] == "\\# not a heading \\`\\`\\` \\`\\`\\`\\` \\</details\\>\\<script\\>"
        address = f"/{site.made.organization}/issues/{site.made.project.upper()}-1"
        assert f"- Page: <{site.server.base_url}{address}/events/{event_id}/>" in lines
        for told in (
            "- Release: `shop@1.2`",
            "### make\\_paymenterror — `app/work.py:42`",
            "> 42      raise error",
            "- `value`: `1`",
            "`POST https://shop.example/pay`",
            "- `email`: `ann@example.com`",
        ):
            assert told in lines, copied
        assert any("`cart` `added SKU-7`" in line for line in lines)
        headings = [line for line in outside_fences(lines) if line.startswith("# ")]
        assert headings == ["# PaymentError"]

    site.visit(use)


def test_events_are_walked_by_keys(site: Site) -> None:
    older, newer = (site.send(**error("WalkedError", f"said {n}")) for n in range(2))

    def use(page: Page) -> None:
        open_issue(page, site)
        expect(page.locator(".event-name")).to_contain_text(newer[:8])
        page.keyboard.press("p")
        expect(page.locator(".event-name")).to_contain_text(older[:8])
        expect(page).to_have_url(re.compile(f"/events/{older}/"))
        page.keyboard.press("n")
        expect(page.locator(".event-name")).to_contain_text(newer[:8])

    site.visit(use)


def test_a_click_on_a_tag_filters_events(site: Site) -> None:
    pro = site.send(**error("FilteredError"), tags={"plan": "pro"})
    site.send(**error("FilteredError"), tags={"plan": "free"})

    def use(page: Page) -> None:
        open_issue(page, site)
        plan = page.locator("details.tag", has=page.get_by_text("plan", exact=True))
        if plan.get_attribute("open") is None:
            plan.locator("summary").click()
        plan.get_by_role("link", name=re.compile("pro")).click()
        expect(page.locator(".filter-note")).to_contain_text('plan:"pro"')
        expect(page.locator(".event-name")).to_contain_text(pro[:8])

    site.visit(use)


def test_status_assignee_and_log_follow_each_other(site: Site) -> None:
    site.send(**error("WorkedError"), release="web@1.0.0")

    def use(page: Page) -> None:
        open_issue(page, site)
        page.get_by_role("button", name="Resolve", exact=True).click()
        expect(page.locator("h1")).to_contain_text("Resolved")
        expect(page.locator(".log")).to_contain_text("resolved it")
        page.keyboard.press("e")
        expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
        page.get_by_label("More ways to resolve").click()
        page.get_by_role("button", name="web@1.0.0").click()
        expect(page.locator("h1")).to_contain_text("Resolved in web@1.0.0")
        page.get_by_label("Assigned to nobody").click()
        page.get_by_role("button", name=re.compile(r"\(you\)")).click()
        expect(page.locator(".log")).to_contain_text("assigned it to")
        page.get_by_label("Comment").fill("Fixed by the new driver")
        page.get_by_role("button", name="Comment").click()
        expect(page.locator(".log-note")).to_have_text("Fixed by the new driver")
        page.get_by_label("Delete this comment").click()
        expect(page.locator(".log-note")).to_have_count(0)

    site.visit(use)


def test_archiving_until_more_events_come(site: Site) -> None:
    site.send(**error("RareError"))

    def use(page: Page) -> None:
        open_issue(page, site)
        page.get_by_label("More ways to archive").click()
        page.get_by_label("Number of events").fill("2")
        page.get_by_role("button", name="OK").first.click()
        expect(page.locator("h1")).to_contain_text("Archived until 3 events")
        site.send(**error("RareError"))
        site.send(**error("RareError"))
        page.reload()
        expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()

    site.visit(use)


def test_counts_move_while_one_reads(every_site: Site) -> None:
    every_site.send(**error("WatchedError"))

    def use(page: Page) -> None:
        open_issue(page, every_site)
        page.wait_for_timeout(500)
        every_site.send(**error("WatchedError"))
        expect(page.locator(".facts [data-live=events]")).to_have_text("2")

    every_site.visit(use)


def test_hashes_that_were_merged_can_be_split(site: Site) -> None:
    site.send(**error("KeptError"))
    site.send(**error("KeptError"))
    site.send(**error("SplitError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_label("Select all on this page").check()
        page.get_by_role("button", name="Merge").click()
        expect(page.locator("[data-issue]")).to_have_count(1)
        page.goto(re.sub(r"\?.*", "", page.locator(".issue-link").get_attribute("href") or ""))
        page.get_by_label("More", exact=True).click()
        page.get_by_role("link", name="Merged hashes").click()
        page.get_by_role("row", name=re.compile("SplitError")).get_by_role("checkbox").check()
        page.get_by_role("button", name="Split off").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("SplitError")
        expect(page.locator(".facts [data-live=events]")).to_have_text("1")

    site.visit(use)


def test_sentrys_own_addresses_lead_here(site: Site) -> None:
    site.send(**error("LinkedError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        number = page.locator("[data-issue]").get_attribute("data-issue")
        page.goto(f"/organizations/{site.made.organization}/issues/{number}/")
        expect(page).to_have_url(re.compile(r"/issues/P[0-9A-F]+-1/$"))

    site.visit(use)
