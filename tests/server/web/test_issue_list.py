"""The issue list: live, by keyboard, in bulk, and without scripts."""

import re

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def test_new_issues_wait_in_a_pill_and_rows_stay(every_site: Site) -> None:
    site = every_site
    site.send(**error("OldError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        expect(page.get_by_role("button", name="Live")).to_be_visible()
        before = page.locator("[data-issue]").first.bounding_box()
        site.send(**error("NewError"))
        pill = page.get_by_role("button", name="1 new issue")
        expect(pill).to_be_visible()
        expect(page.locator("[data-issue]")).to_have_count(1)
        assert page.locator("[data-issue]").first.bounding_box() == before
        pill.click()
        expect(page.locator(".issue-kind")).to_have_text(["NewError", "OldError"])
        expect(pill).to_be_hidden()

    site.visit(use)


def test_counters_move_while_one_looks(site: Site) -> None:
    site.send(**error("CountedError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        expect(page.get_by_role("button", name="Live")).to_be_visible()
        for _ in range(2):
            site.send(**error("CountedError"))
        expect(page.locator(".issue-number[data-live=events]")).to_have_text("3")

    site.visit(use)


def test_what_a_search_excludes_does_not_count_as_new(site: Site) -> None:
    site.send(**error("WantedError", tags={"plan": "pro"}))

    def use(page: Page) -> None:
        page.goto(f"{site.issues}&query=plan:pro")
        expect(page.get_by_role("button", name="Live")).to_be_visible()
        site.send(**error("OtherError", tags={"plan": "free"}))
        site.send(**error("FreshError", tags={"plan": "pro"}))
        expect(page.get_by_role("button", name="1 new issue")).to_be_visible()

    site.visit(use)


def test_resolving_by_keyboard_and_taking_it_back(site: Site) -> None:
    site.send(**error("FirstError"))
    site.send(**error("SecondError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.keyboard.press("j")
        page.keyboard.press("e")
        expect(page.locator(".issue-kind")).to_have_text(["FirstError"])
        expect(page.get_by_text("1 issue resolved")).to_be_visible()
        page.keyboard.press("z")
        expect(page.locator(".issue-kind")).to_have_text(["SecondError", "FirstError"])

    site.visit(use)


def test_bulk_archive_and_the_tab_of_archived(site: Site) -> None:
    for kind in ("OneError", "TwoError", "ThreeError"):
        site.send(**error(kind))

    def use(page: Page) -> None:
        page.goto(site.issues)
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        expect(page.get_by_text("2 selected")).to_be_visible()
        page.get_by_role("button", name="Archive").click()
        expect(page.locator(".issue-kind")).to_have_text(["OneError"])
        page.get_by_role("link", name="Archived").click()
        expect(page.locator(".issue-kind")).to_have_text(["ThreeError", "TwoError"])

    site.visit(use)


def test_merging_moves_counts(site: Site) -> None:
    site.send(**error("LeftError"))
    site.send(**error("RightError"))
    site.send(**error("RightError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_label("Select all on this page").check()
        page.get_by_role("button", name="Merge").click()
        expect(page.get_by_text("2 issues merged into one")).to_be_visible()
        expect(page.locator("[data-issue]")).to_have_count(1)
        expect(page.locator(".issue-number[data-live=events]")).to_have_text("3")

    site.visit(use)


def test_deleting_asks_first(site: Site) -> None:
    site.send(**error("DoomedError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_label(re.compile("^Select P")).check()
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("[data-issue]")).to_have_count(1)
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("1 issue deleted")).to_be_visible()
        expect(page.locator("[data-issue]")).to_have_count(0)

    site.visit(use)


def test_search_completes_keys_and_values(site: Site) -> None:
    site.send(**error("TaggedError", tags={"payment.kind": "invoice"}))
    site.send(**error("PlainError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.keyboard.press("/")
        page.keyboard.type("payment")
        page.get_by_role("option", name="payment.kind").click()
        page.get_by_role("option", name="invoice").click()
        expect(page.get_by_label("Search issues")).to_have_value("payment.kind:invoice ")
        page.keyboard.press("Enter")
        expect(page.locator(".issue-kind")).to_have_text(["TaggedError"])

    site.visit(use)


def test_a_search_that_cannot_be_understood_says_where(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"{site.issues}&query=is:sleeping")
        expect(page.locator("#search-problem")).to_contain_text("sleeping")
        expect(page.get_by_label("Search issues")).to_have_value("is:sleeping")

    site.visit(use)


def test_environment_and_period_stick(site: Site) -> None:
    site.send(**error("LiveError", environment="production"))
    site.send(**error("DraftError", environment="staging"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_label("Environments: All environments").click()
        page.get_by_role("checkbox", name="staging").check()
        page.get_by_role("button", name="Apply").locator("visible=true").click()
        expect(page.locator(".issue-kind")).to_have_text(["DraftError"])
        page.get_by_label("Period: Last 14 days").click()
        page.get_by_role("button", name="Last 24 hours").click()
        expect(page).to_have_url(re.compile("environment=staging&period=24h|period=24h.*staging"))
        page.goto(f"/{site.made.organization}/issues/")
        expect(page.locator(".issue-kind")).to_have_text(["DraftError"])
        expect(page.get_by_label("Period: Last 24 hours")).to_be_visible()

    site.visit(use)


def test_without_scripts_it_reads_and_resolves(site: Site) -> None:
    site.send(**error("QuietError"))

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_label(re.compile("^Select P")).check()
        page.get_by_role("button", name="Resolve").click()
        expect(page.get_by_text("1 issue resolved")).to_be_visible()
        page.get_by_role("link", name="Resolved", exact=True).click()
        page.get_by_role("link", name=re.compile("QuietError")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("QuietError")
        expect(page.get_by_text("raise error").first).to_be_visible()

    site.visit(use, scripts=False)


def test_a_list_without_issues_says_what_to_do(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(site.issues)
        expect(page.locator(".empty h2")).to_be_visible()

    site.visit(use)
