"""The palette: from a few letters to a page, a project or an issue that may be seen."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def options(page: Page) -> list[str]:
    return [" ".join(each.split()) for each in page.get_by_role("option").all_inner_texts()]


def test_letters_lead_to_pages_by_keyboard_alone(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(site.issues)
        page.keyboard.press("Control+k")
        dialog = page.get_by_role("dialog", name="Jump to")
        expect(dialog.get_by_role("option").first).to_have_text("Issues")
        page.keyboard.type("rel")
        expect(dialog.get_by_role("option").first).to_have_text("Releases")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        field = dialog.get_by_role("combobox")
        picked = field.get_attribute("aria-activedescendant")
        assert picked == dialog.get_by_role("option", selected=True).get_attribute("id")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{site.made.organization}/releases/")
        page.keyboard.press("Control+k")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()

    site.visit(use)


def test_issues_are_found_by_short_id_and_by_what_they_say(site: Site) -> None:
    word = f"Word{secrets.token_hex(4)}"
    site.send(**error(word, "it broke"))
    short_id = f"{site.made.project.upper()}-1"

    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_role("link", name="Jump to").first.click()
        dialog = page.get_by_role("dialog", name="Jump to")
        for wanted in (short_id.lower(), word):
            dialog.get_by_role("combobox").fill(wanted)
            expect(dialog.get_by_role("option").first).to_contain_text(short_id)
        dialog.get_by_role("combobox").fill(site.made.project)
        expect(dialog.get_by_role("option").first).to_contain_text(site.made.project)
        dialog.get_by_role("combobox").fill('zzzz%&"\\')
        expect(dialog).to_contain_text("Nothing is called so.")
        dialog.get_by_role("combobox").fill(short_id)
        expect(dialog.get_by_role("option").first).to_contain_text(word)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(word)

    site.visit(use)


def test_without_scripts_it_is_a_page(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_role("link", name="Jump to").first.click()
        page.get_by_role("searchbox").fill("members")
        page.keyboard.press("Enter")
        page.get_by_role("list", name="Found").get_by_role("link").first.click()
        page.wait_for_url("**/settings/members/")

    site.visit(use, scripts=False)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_phone_reaches_every_page(site: Site, *, scripts: bool) -> None:
    def use(page: Page) -> None:
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(site.issues)
        bar = page.get_by_role("navigation", name="Main, at the bottom")
        for name in ("Issues", "Traces", "Logs", "Releases"):
            expect(bar.get_by_role("link", name=name)).to_be_visible()
        bar.get_by_text("More").click()
        bar.get_by_role("link", name="Projects").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Projects")

    site.visit(use, scripts=scripts)


def test_other_organizations_are_not_found(site: Site) -> None:
    slug = f"q{secrets.token_hex(8)}"
    other = site.server.bootstrap(org="elsewhere", project=slug)
    assert other.project == slug

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/palette/?q={slug}")
        expect(page.get_by_text("Nothing is called so.")).to_be_visible()

    site.visit(use)
