"""What is removed from data: set, tried and saved on the pages of a project and an organization."""

import time

import orjson
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site


def project_page(site: Site) -> str:
    return f"/{site.made.organization}/projects/{site.made.project}/settings/privacy/"


def add_rule(page: Page, method: str, what: str, where: str, pattern: str = "") -> None:
    page.get_by_label("Method").select_option(label=method)
    page.get_by_label("What", exact=True).select_option(label=what)
    page.get_by_label("Pattern").fill(pattern)
    page.get_by_label("Where", exact=True).fill(where)
    page.get_by_role("button", name="Add").click()


def stored_extra(site: Site, extra: dict[str, str]) -> dict[str, str]:
    """What is kept of an event's extra."""
    event_id = site.send(message="private", extra=extra)

    def read(page: Page) -> dict[str, str]:
        place = f"/api/0/projects/{site.made.organization}/{site.made.project}/events/"
        answer = page.request.get(f"{place}{event_id}/json/")
        kept: dict[str, str] = orjson.loads(answer.body())["extra"]
        return kept

    return site.visit(read)


def test_rules_are_tried_before_they_are_saved_and_hold_afterwards(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/")
        page.get_by_role("link", name="Privacy", exact=True).click()
        expect(page.get_by_label("The usual secrets")).to_be_checked()
        page.get_by_label("Sensitive fields").fill("customer_number\n")
        add_rule(page, "Mask", "A pattern of mine", "extra.note", "word-[a-z]+")
        expect(page.locator("main [role=status]")).to_contain_text("Nothing is saved yet")
        expect(page.get_by_role("row", name="extra.note")).to_contain_text("pattern 1")
        page.get_by_label("An event as JSON").fill(
            '{"extra": {"customer_number": "cus_1", "note": "a word-abcdef", "retries": 3}}'
        )
        page.get_by_role("button", name="See what would be stored").click()
        trial = page.locator("main [role=status]")
        expect(trial).to_contain_text("extra.customer_number")
        expect(trial).to_contain_text('"note": "a ***********"')
        expect(trial).to_contain_text('"retries": 3')

    def save(page: Page) -> None:
        use(page)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        expect(page.get_by_role("row", name="extra.note")).to_be_visible()

    sent = {"customer_number": "cus_1", "note": "a word-abcdef"}
    site.visit(use)
    assert stored_extra(site, sent) == sent, "a trial saves nothing"
    site.visit(save, scripts=False)
    deadline = time.monotonic() + 10
    while (kept := stored_extra(site, sent)) == sent:
        assert time.monotonic() < deadline
    assert kept == {"customer_number": "[Filtered]", "note": "a ***********"}


def test_a_rule_is_removed_with_what_it_was_made_of(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(project_page(site))
        add_rule(page, "Remove", "A pattern of mine", "$string", "x+")
        add_rule(page, "Hash", "Email addresses", "$string")
        page.get_by_role("button", name="Remove pattern 1 of $string").click()
        written = orjson.loads(page.locator("#field-advanced").input_value())
        assert written == {"rules": {}, "applications": {"$string": ["@email:hash"]}}
        page.get_by_role("button", name="Remove @email:hash of $string").click()
        assert page.locator("#field-advanced").input_value() == ""

    site.visit(use)


def test_what_cannot_be_is_named_and_what_was_entered_stays(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(project_page(site))
        page.get_by_label("IP addresses of users").check()
        add_rule(page, "Remove", "A pattern of mine", "$string", "(")
        expect(page.locator("#wrong-advanced")).to_contain_text("rules.pattern 1")
        page.goto(project_page(site))
        page.get_by_label("IP addresses of users").check()
        add_rule(page, "Remove", "Anything", "")
        expect(page.get_by_text("Say where it applies.")).to_be_visible()
        expect(page.get_by_label("IP addresses of users")).to_be_checked()
        page.get_by_label("An event as JSON").fill("{")
        page.get_by_role("button", name="See what would be stored").click()
        expect(page.locator("#wrong-sample")).to_contain_text("This is no event")

    site.visit(use)


def test_what_the_organization_demands_is_told_to_its_projects(site: Site) -> None:
    place = f"/{site.made.organization}/settings/privacy/"

    def demand(page: Page) -> None:
        page.goto(place)
        page.get_by_label("IP addresses of users").check()
        page.get_by_label("Sensitive fields").fill("badge_number")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        page.goto(project_page(site))
        expect(page.get_by_text("demanded by the organization")).to_be_visible()
        expect(page.get_by_text("Of the organization: badge_number.")).to_be_visible()
        page.get_by_label("An event as JSON").fill(
            '{"user": {"id": "1", "ip_address": "203.0.113.7"}, "extra": {"badge_number": "9"}}'
        )
        page.get_by_role("button", name="See what would be stored").click()
        expect(page.locator("main [role=status]")).to_contain_text("extra.badge_number")
        expect(page.locator("main [role=status]")).to_contain_text("user.ip_address")

    def give_back(page: Page) -> None:
        page.goto(place)
        page.get_by_label("IP addresses of users").uncheck()
        page.get_by_label("Sensitive fields").fill("")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")

    site.visit(demand)
    site.visit(give_back)
