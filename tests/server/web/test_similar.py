"""Issues that are like one: found, merged after a look at what that makes, and split again."""

import re

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def open_similar(page: Page, site: Site, kind: str) -> None:
    page.goto(site.issues)
    page.locator("[data-issue]", has_text=kind).get_by_role("link").first.click()
    page.get_by_label("More", exact=True).click()
    page.get_by_role("link", name="Similar issues").click()


def test_similar_issues_are_merged_after_a_preview(site: Site) -> None:
    for said in ("query 17 took long", "query 18 took longer"):
        for _ in range(2):
            site.send(**error("SlowQuery", said), fingerprint=[said], user={"id": said})
    site.send(**error("NothingAlike", "zzz"))

    def use(page: Page) -> None:
        open_similar(page, site, "took longer")
        expect(page.locator("tbody tr")).to_have_count(1)
        row = page.get_by_role("row", name=re.compile("took long"))
        expect(row).to_contain_text("1 of 1 frame in common")
        expect(row).to_contain_text("same type")
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="Preview").click()
        outcome = page.get_by_role("status").filter(has_text="What they would be together")
        expect(outcome.locator("tfoot td").first).to_have_text("4")
        expect(outcome.locator("tfoot td").nth(1)).to_have_text("2")
        page.goto(site.issues)
        expect(page.locator("[data-issue]")).to_have_count(3)
        open_similar(page, site, "took longer")
        page.locator("tbody tr").get_by_role("checkbox").check()
        page.get_by_role("button", name="Merge into one issue").click()
        expect(page.locator(".toast")).to_contain_text("2 issues merged into one")
        expect(page.locator(".facts [data-live=events]")).to_have_text("4")
        page.get_by_label("More", exact=True).click()
        page.get_by_role("link", name="Merged hashes").click()
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Split off").click()
        expect(page.locator(".facts [data-live=events]")).to_have_text("2")

    site.visit(use)


def test_where_nothing_is_alike_it_says_so(site: Site) -> None:
    site.send(**error("AloneError"))

    def use(page: Page) -> None:
        open_similar(page, site, "AloneError")
        expect(page.get_by_text("No other issue of this project is much like this")).to_be_visible()

    site.visit(use)
