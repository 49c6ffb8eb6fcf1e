"""Feedback from the dialog on somebody's page to the pages where it is read."""

import httpx
import orjson
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error
from tests.server.web.test_issue_page import open_issue

HOSTILE = "<img src=x onerror=alert(1)>"


def test_the_dialog_asks_and_the_event_shows_it(site: Site) -> None:
    event_id = site.send(**error("PaidError"))
    script = f"{site.server.base_url}/api/embed/error-page/?dsn={site.made.dsn}&eventId={event_id}"
    shop = (
        "<!doctype html><title>Shop</title><body><button>Pay</button>"
        "<script>onmessage = e => document.title += e.data</script>"
        f'<script src="{script}&title={HOSTILE}"></script>'
    )

    shop_page = f"{site.server.base_url}/shop/"

    def use(page: Page) -> None:
        page.route(
            shop_page,
            lambda route: route.fulfill(body=shop, content_type="text/html"),
        )
        page.goto(shop_page)
        dialog = page.get_by_role("dialog", name=HOSTILE)
        expect(dialog.get_by_label("Name")).to_be_focused()
        dialog.get_by_label("Name").fill("Ann")
        dialog.get_by_label("Email").fill("nobody")
        dialog.get_by_label("What happened?").fill(f"I paid. {HOSTILE}")
        dialog.get_by_role("button", name="Send report").click()
        expect(dialog.get_by_role("alert")).to_contain_text("cannot be right")
        dialog.get_by_label("Email").fill("ann@example.com")
        dialog.get_by_role("button", name="Send report").click()
        expect(page.get_by_role("dialog")).to_contain_text("Thank you")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page).to_have_title("Shop__sentry_reportdialog_closed__")
        open_issue(page, site)
        said = page.locator("#feedback")
        expect(said).to_contain_text(f"I paid. {HOSTILE}")
        expect(said).to_contain_text("ann@example.com")
        said.get_by_role("link", name="As feedback").click()
        page.locator(".issue-link").click()
        expect(page.locator("#feedback")).to_contain_text("I paid.")
        expect(page.locator("h1")).to_contain_text("User feedback")
        page.get_by_role("link", name="The event it is about").click()
        expect(page.locator(".issue-link")).to_contain_text("PaidError")

    site.visit(use)


def test_feedback_has_a_tab_of_its_own(site: Site) -> None:
    site.send(**error("OtherError"))
    feedback = {"contexts": {"feedback": {"message": "I love it"}}}
    lines = [{"dsn": site.made.dsn}, {"type": "feedback"}, feedback]
    answer = httpx.post(
        f"{site.server.base_url}/api/{site.made.project_id}/envelope/",
        content=b"\n".join(map(orjson.dumps, lines)),
    )
    assert answer.status_code == 200

    def use(page: Page) -> None:
        page.goto(site.issues)
        expect(page.locator(".issue-link")).to_have_count(1)
        page.get_by_role("link", name="Feedback").click()
        expect(page.locator(".issue-link")).to_have_text(["User feedback I love it"])

    site.visit(use)
