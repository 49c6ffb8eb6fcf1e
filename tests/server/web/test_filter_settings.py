"""The page of the inbound filters: ticked, written, refused, counted."""

import time

import httpx
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def filters_page(site: Site) -> str:
    return f"/{site.made.organization}/projects/{site.made.project}/settings/filters/"


def test_filters_are_set_and_count_what_they_catch(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/")
        page.get_by_role("link", name="Inbound filters", exact=True).click()
        expect(page.get_by_label("Health checks")).to_be_checked()
        expect(page.get_by_label("Localhost")).not_to_be_checked()
        expect(page.get_by_text("0 items of this project were caught")).to_be_visible()
        page.get_by_label("Localhost").check()
        page.get_by_label("Safari").check()
        page.get_by_label("Error messages").fill("*unwanted*")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        expect(page.get_by_label("Localhost")).to_be_checked()
        expect(page.get_by_label("Safari")).to_be_checked()
        expect(page.get_by_label("Chrome")).not_to_be_checked()
        expect(page.get_by_label("Error messages")).to_have_value("*unwanted*")
        deadline = time.monotonic() + 10
        while True:  # the ingest side knows within a second, and counts within another
            site.send(**error("UnwantedError", "quite unwanted"))
            page.reload()
            if page.locator("label", has_text="Error messages").locator(".badge").count():
                break
            assert time.monotonic() < deadline
            page.wait_for_timeout(200)
        expect(page.locator("label", has_text="Error messages")).to_contain_text("caught")

    site.visit(use)


def test_what_cannot_be_is_named_and_what_was_entered_stays(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(filters_page(site))
        page.get_by_label("Web crawlers").check()
        page.get_by_label("IP addresses").fill("192.0.2.1\nnowhere")
        page.get_by_label("Releases").fill("1.[0")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#wrong-ip_addresses")).to_contain_text('"nowhere" is not an IP')
        expect(page.locator("#wrong-releases")).to_contain_text("a [ has no ]")
        expect(page.get_by_label("Web crawlers")).to_be_checked()
        expect(page.get_by_label("IP addresses")).to_have_value("192.0.2.1\nnowhere")
        expect(page.get_by_label("IP addresses")).to_have_attribute("aria-invalid", "true")
        page.goto(filters_page(site))
        expect(page.get_by_label("Web crawlers")).not_to_be_checked()

    site.visit(use, scripts=False)


def test_pages_that_may_send_are_named(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(filters_page(site))
        expect(page.get_by_label("Pages that may send")).to_have_value("*")
        page.get_by_label("Pages that may send").fill("two words")
        page.get_by_label("Localhost").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#wrong-allowed_origins")).to_contain_text("is not a domain")
        expect(page.get_by_label("Localhost")).to_be_checked()
        page.get_by_label("Pages that may send").fill("*.shop.example\nhttps://blog.example")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        expect(page.get_by_label("Localhost")).to_be_checked()
        expect(page.get_by_label("Pages that may send")).to_have_value(
            "*.shop.example\nhttps://blog.example"
        )

    site.visit(use)


def test_what_the_api_chose_as_a_whole_is_shown_by_name(site: Site) -> None:
    place = f"/api/0/projects/{site.made.organization}/{site.made.project}/filters/"
    headers = {"Authorization": f"Bearer {site.made.auth_token}"}
    with httpx.Client(base_url=site.server.base_url, headers=headers) as api:
        answer = api.put(f"{place}legacy-browsers/", json={"active": True})
        assert answer.status_code == 204

    def use(page: Page) -> None:
        page.goto(filters_page(site))
        expect(page.locator("input[value=ie_pre_9]")).to_be_checked()
        expect(page.locator("input[value=ie11]")).to_have_count(0)
        expect(page.locator("input[value=chrome]")).not_to_be_checked()

    site.visit(use)


def test_a_long_list_of_origins_is_kept_whole(site: Site) -> None:
    """A list that were cut could end in a bare `*`, and let every page send."""
    origins = "\n".join(f"*.{'a' * 240}{number:03}.test" for number in range(200))

    def use(page: Page) -> None:
        page.goto(filters_page(site))
        field = page.locator("[name=allowed_origins]")
        field.fill(origins)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        expect(field).to_have_value(origins)
        field.fill(f"{origins}\n*.one.test")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("main")).to_contain_text("no more than 200 elements")
        field.fill("*")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")

    site.visit(use)
