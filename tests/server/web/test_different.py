"""What is different about an issue, on its page, with the way to the events."""

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def test_what_sets_an_issue_apart_leads_to_its_events(site: Site) -> None:
    for number in range(4):
        site.send(**error("RareError"), tags={"region": "eu" if number else "us", "shard": "7"})
    for number in range(6):
        site.send(**error("UsualError"), tags={"region": "us", "shard": str(number)})

    def use(page: Page) -> None:
        page.goto(f"{site.issues}&query=error.type:RareError")
        page.locator("[data-issue]").get_by_role("link").first.click()
        page.get_by_label("More", exact=True).click()
        page.get_by_role("link", name="What is different").click()
        rows = page.locator(".different tbody tr")
        expect(rows.first).to_contain_text("shard 7")
        expect(rows.first).to_contain_text("+100.0")
        region = page.locator(".different tbody tr", has_text="region eu")
        expect(region).to_contain_text("75.0%")
        expect(region).to_contain_text("0.0%")
        expect(page.locator(".different tbody tr", has_text="region us")).to_contain_text(
            "\N{MINUS SIGN}75.0"
        )
        region.get_by_role("link").click()
        expect(page.get_by_text('region:"eu"')).to_be_visible()

    site.visit(use)
