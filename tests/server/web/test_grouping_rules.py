"""Changing how a project groups: tried out on its events, saved, and seen to hold."""

import time

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error

TOGETHER = "error.type:*Trouble -> all-trouble"


def rules_page(site: Site) -> str:
    return f"/{site.made.organization}/projects/{site.made.project}/settings/grouping/"


def test_a_rule_is_tried_out_before_it_is_saved(site: Site) -> None:
    for kind in ("OneTrouble", "TwoTrouble", "OtherError"):
        site.send(**error(kind))

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/")
        page.get_by_role("link", name="Grouping", exact=True).click()
        page.get_by_label("Fingerprint rules").fill(TOGETHER)
        page.get_by_role("button", name="Preview").click()
        outlook = page.get_by_role("status").filter(has_text="What would happen")
        expect(outlook).to_contain_text("Of 3 recent events, 2 would go to another issue")
        expect(outlook).to_contain_text("1 group would come together")
        expect(outlook.get_by_role("link")).to_have_count(2)
        expect(outlook).to_contain_text("OneTrouble")
        expect(outlook).to_contain_text("TwoTrouble")
        expect(page.get_by_label("Fingerprint rules")).to_have_value(TOGETHER)
        page.goto(rules_page(site))
        expect(page.get_by_label("Fingerprint rules")).to_have_value("")
        page.get_by_label("Fingerprint rules").fill(TOGETHER)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        expect(page.get_by_label("Fingerprint rules")).to_have_value(TOGETHER)
        deadline = time.monotonic() + 10
        while True:  # the ingest side knows the rule within a second
            site.send(**error("OneTrouble"))
            site.send(**error("TwoTrouble"))
            page.goto(site.issues)
            if page.locator("[data-issue]").count() == 3 + 1:
                break
            assert time.monotonic() < deadline
            page.wait_for_timeout(200)
        page.locator("[data-issue]", has_text="TwoTrouble").first.get_by_role("link").first.click()
        page.get_by_role("link", name="Why it was grouped so").click()
        expect(page.locator("main")).to_contain_text("This rule matched")
        expect(page.locator("main")).to_contain_text('error.type:"*Trouble" -> "all-trouble"')

    site.visit(use)


def test_a_preview_that_moves_nothing_says_so(site: Site) -> None:
    site.send(**error("CalmError"))

    def use(page: Page) -> None:
        page.goto(rules_page(site))
        page.get_by_label("Stack trace rules").fill("family:native +app")
        page.get_by_role("button", name="Preview").click()
        expect(
            page.get_by_text("Nothing: 1 recent event would be grouped as it is")
        ).to_be_visible()

    site.visit(use, scripts=False)


def test_an_issue_that_would_split_is_shown_with_its_parts(site: Site) -> None:
    for said in ("one", "two", "two"):
        site.send(**error("SplitError", said))

    def use(page: Page) -> None:
        page.goto(rules_page(site))
        page.get_by_label("Fingerprint rules").fill("error.type:SplitError -> {{ value }}")
        page.get_by_role("button", name="Preview").click()
        outlook = page.get_by_role("status").filter(has_text="What would happen")
        expect(outlook).to_contain_text("1 issue would split")
        expect(outlook).to_contain_text("into 2 issues, of 2, 1 of the events looked at")
        outlook.get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("SplitError")

    site.visit(use)


def test_it_says_why_an_event_was_grouped_so(site: Site) -> None:
    site.send(**error("WhyError", "no order 7"), logentry={"formatted": "also 12"})

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.locator("[data-issue]", has_text="WhyError").first.get_by_role("link").first.click()
        page.get_by_role("link", name="Why it was grouped so").click()
        app = page.get_by_role("region", name="Stack trace of the app")
        expect(app).to_contain_text("decided")
        expect(app).to_contain_text("make_whyerror")
        expect(app).not_to_contain_text("library.loop")
        expect(app).to_contain_text("parts had no say")
        whole = page.get_by_role("region", name="Whole stack trace")
        expect(whole).to_contain_text("leads here too")
        expect(whole).to_contain_text("library.loop")
        expect(page.get_by_role("region", name="Message")).to_contain_text("not used")
        page.get_by_role("link", name="Show also what had no say").click()
        expect(app).to_contain_text("non app frame")
        expect(app).to_contain_text("no order <int>")
        expect(app).to_contain_text("ignored because stacktrace takes precedence")
        page.get_by_role("link", name="Only what counted").click()
        expect(app).not_to_contain_text("non app frame")
        page.get_by_role("link", name="Change the rules of").click()
        expect(page.get_by_label("Fingerprint rules")).to_be_visible()

    site.visit(use)


def test_a_broken_rule_is_named_where_it_is_broken(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(rules_page(site))
        for button in ("Preview", "Save"):
            page.get_by_label("Stack trace rules").fill(
                "family:native +app\nfamily:native sideways"
            )
            page.get_by_role("button", name=button).click()
            field = page.get_by_label("Stack trace rules")
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_value("family:native +app\nfamily:native sideways")
            expect(page.locator("#wrong-groupingEnhancements")).to_contain_text("line 2, column 15")

    site.visit(use)


def test_the_configuration_is_chosen_and_its_transition_is_shown(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(rules_page(site))
        page.get_by_label("Configuration").select_option("newstyle:2023-01-11")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Configuration")).to_have_value("newstyle:2023-01-11")
        expect(page.get_by_text("Issues are also found as newstyle:2026-01-20")).to_be_visible()

    site.visit(use)
