"""What people set up: keys, projects, members, tokens."""

import re
import secrets

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def test_a_disabled_key_takes_nothing_and_an_enabled_one_does(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/keys/")
        expect(page.get_by_label("DSN", exact=True)).to_have_value(site.made.dsn)
        page.get_by_role("button", name="Disable").click()
        expect(page.locator(".badge").get_by_text("Disabled")).to_be_visible()

    site.visit(use)
    public_key = site.made.dsn.split("//")[1].partition("@")[0]
    answer = httpx.post(
        f"{site.server.base_url}/api/{site.made.project_id}/envelope/?sentry_key={public_key}",
        content=b'{}\n{"type":"event"}\n{}',
    )
    assert answer.status_code in (401, 403)


def test_a_new_project_is_ready_to_receive(site: Site) -> None:
    name = f"Shop {secrets.token_hex(3)}"

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/new/")
        page.get_by_text("FastAPI").click()
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Make the project").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(page.locator(".platform[aria-current]")).to_contain_text("FastAPI")
        expect(page.get_by_text("Waiting for the first event")).to_be_visible()

    site.visit(use)


def test_an_invitation_brings_somebody_in(site: Site) -> None:
    email = f"{secrets.token_hex(4)}@example.com"

    def invite(page: Page) -> str:
        page.goto(f"/{site.made.organization}/settings/members/")
        page.get_by_label("Email address").fill(email)
        page.get_by_role("button", name="Make a link").click()
        link = page.get_by_label("Link of the invitation").input_value()
        page.goto(page.url)
        expect(page.get_by_label("Link of the invitation")).to_have_count(0)
        return link

    link = site.visit(invite)

    def join(page: Page) -> None:
        page.goto(link)
        page.get_by_label("Your name").fill("Bo")
        page.get_by_label("Password").fill("correct battery")
        page.get_by_role("button", name="Make an account and join").click()
        expect(page).to_have_url(f"/{site.made.organization}/issues/")
        page.goto(link)
        expect(page.get_by_text("404")).to_be_visible()
        page.goto("/_/components/")
        expect(page.get_by_text("404")).to_be_visible()

    site.visit(join, signed_in=False)


def test_a_token_is_shown_once_and_works(site: Site) -> None:
    def make(page: Page) -> str:
        page.goto("/account/tokens/")
        page.get_by_label("What it is for").fill("a script")
        page.get_by_role("button", name="Make a token").click()
        token = page.get_by_label("The new token").input_value()
        page.goto("/account/tokens/")
        assert token not in page.content()
        return token

    token = site.visit(make)
    answer = httpx.get(
        f"{site.server.base_url}/api/0/organizations/",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200


def test_theme_is_there_with_the_first_byte(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(site.issues)
        page.get_by_label("Account menu").first.click()
        page.get_by_role("button", name="Dark").first.click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.wait_for_timeout(200)
        answer = page.goto(site.issues)
        assert answer is not None
        assert 'data-theme="dark"' in answer.text()

    site.visit(use)


def test_a_foreign_organization_is_not_there(site: Site) -> None:
    site.send(**error("HiddenError"))

    def use(page: Page) -> None:
        for path in ("/nobody/issues/", f"/{site.made.organization}/issues/NOPE-1/"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 404
            expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")

    site.visit(use)


CHECK_NAMES = """() => {
  const named = (element) =>
    element.labels?.length || element.getAttribute("aria-label") || element.title ||
    element.textContent.trim() || element.getAttribute("aria-labelledby");
  const fields = document.querySelectorAll(
    "input:not([type=hidden]), select, textarea, button, a[href], summary");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return {
    unnamed: [...fields].filter((each) => !each.hidden && !named(each))
      .map((each) => each.outerHTML),
    doubled: ids.filter((id, at) => ids.indexOf(id) !== at),
    headings: document.querySelectorAll("h1").length,
    main: document.querySelectorAll("main").length,
  };
}"""


def test_everything_has_a_name_and_pages_one_heading(every_site: Site) -> None:
    site = every_site
    site.send(**error("NamedError"), tags={"a": "b"})
    project = f"/{site.made.organization}/projects/{site.made.project}"
    paths = (
        *(site.issues, f"/{site.made.organization}/projects/", f"{project}/start/"),
        *(f"{project}/settings/", f"{project}/settings/keys/", "/account/", "/account/tokens/"),
        *(f"/{site.made.organization}/settings/members/", "/account/sessions/"),
        *(f"/{site.made.organization}/settings/", f"/{site.made.organization}/settings/teams/"),
        *(f"{project}/settings/environments/", f"{site.issues}&sort=trends&view=review"),
    )

    def use(page: Page) -> None:
        page.goto(site.issues)
        issue = page.locator(".issue-link").get_attribute("href") or ""
        parts = ("", "events/", "hashes/", "tags/a/", "events/latest/grouping/")
        for path in (*paths, *(issue + part for part in parts)):
            page.goto(path)
            found = page.evaluate(CHECK_NAMES)
            assert found == {"unnamed": [], "doubled": [], "headings": 1, "main": 1}, path

    site.visit(use)


CHECK_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement("i"));
  const luminance = (token) => {
    probe.style.color = `var(--${token})`;
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = ["text", "muted", "faint", "accent", "accent-strong", "danger", "warn", "ok"];
  const grounds = ["bg", "surface", "sunken", "raised", "hover"];
  const pairs = texts.flatMap((text) => grounds.map((ground) => [text, ground]));
  pairs.push(["on-accent", "accent"], ["accent-strong", "accent-soft"], ["danger", "danger-soft"],
    ["warn", "warn-soft"], ["ok", "ok-soft"], ["text", "mark"], ["faint", "selected"],
    ["faint", "accent-soft"]);
  return pairs.filter((pair) => ratio(...pair) < 4.5).map((pair) => pair.join(" on "));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_the_contrast_of_level_aa(site: Site, theme: str) -> None:
    def use(page: Page) -> None:
        page.goto("/sign-in/")
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert page.evaluate(CHECK_CONTRAST) == []

    site.visit(use, signed_in=False)


def test_pages_forbid_what_is_not_ours(site: Site) -> None:
    answer = httpx.get(f"{site.server.base_url}/sign-in/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text)
    assert "script-src 'self'" in policy


def test_files_are_kept_for_ever_and_packed(site: Site) -> None:
    page = httpx.get(f"{site.server.base_url}/sign-in/").text
    sheet = re.search(r'href="(/static/[0-9a-f]+/app\.css)"', page)
    assert sheet
    for coding in ("br", "gzip", "identity"):
        answer = httpx.get(f"{site.server.base_url}{sheet[1]}", headers={"Accept-Encoding": coding})
        assert "immutable" in answer.headers["cache-control"]
        assert ":root" in answer.text
    old = httpx.get(f"{site.server.base_url}/static/0000/app.css")
    assert old.headers["cache-control"] == "no-cache"


def test_a_storm_is_counted_whole_and_stored_in_part(site: Site) -> None:
    """The rule is set on a page, holds for what comes, and the issue's page says so."""
    settings = f"/{site.made.organization}/projects/{site.made.project}/settings/"

    def set_rule(page: Page) -> None:
        page.goto(settings)
        page.get_by_label("Stored first in an hour").fill("3")
        page.get_by_label("Then one of every").fill("1")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("A whole number from 2 to 10000.")).to_be_visible()
        page.get_by_label("Then one of every").fill("5")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        page.wait_for_timeout(1500)  # servers know a change within a second

    def look(page: Page) -> None:
        page.goto(site.issues)
        page.locator("[data-issue]").get_by_role("link").first.click()
        expect(page.locator(".facts [data-live=events]")).to_have_text("12")
        note = "8 events of this issue were counted and not stored"
        expect(page.get_by_text(note)).to_be_visible()
        page.get_by_label("More", exact=True).click()
        page.get_by_role("link", name="All events").click()
        expect(page.get_by_text(note)).to_be_visible()
        expect(page.locator("tbody tr")).to_have_count(4)

    site.visit(set_rule)
    for _ in range(12):
        site.send(**error("StormError"))
    site.visit(look)


def test_what_the_loader_of_a_key_brings_is_chosen(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/keys/")
        tag = page.get_by_label("Loader for web pages", exact=True).input_value()
        assert tag.startswith(f'<script src="{site.server.base_url}/js-sdk-loader/')
        page.get_by_role("region", name="Default").get_by_text("More", exact=True).click()
        page.get_by_label("Version of the SDK").select_option("8.x")
        page.get_by_label("Session replay").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("region", name="Default").get_by_text("More", exact=True).click()
        expect(page.get_by_label("Version of the SDK")).to_have_value("8.x")
        expect(page.get_by_label("Session replay")).to_be_checked()
        expect(page.get_by_label("Tracing")).not_to_be_checked()
        page.get_by_role("button", name="Disable").click()
        page.get_by_role("region", name="Default").get_by_text("More", exact=True).click()
        expect(page.get_by_label("Session replay")).to_be_checked()

    site.visit(use)


def test_a_project_says_how_many_dumps_it_keeps(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/projects/{site.made.project}/settings/")
        kept = page.get_by_label("Dumps kept of each kind of crash")
        expect(kept).to_have_value("5")
        kept.select_option("None")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Dumps kept of each kind of crash")).to_have_value("0")

    site.visit(use)


def test_a_key_of_a_collector_names_the_projects_of_services(site: Site) -> None:
    place = f"/{site.made.organization}/projects/{site.made.project}/settings/keys/"

    def use(page: Page) -> None:
        page.goto(place)
        key = page.get_by_role("region", name="Default")
        key.get_by_text("More", exact=True).click()
        key.get_by_label("Lead exports on").check()
        key.get_by_label("Values of other projects").fill(f"checkout-api = {site.made.project}")
        key.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved")
        key.get_by_text("More", exact=True).click()
        expect(key.get_by_label("Lead exports on")).to_be_checked()
        expect(key.get_by_label("Attribute", exact=True)).to_have_value("service.name")
        values = key.get_by_label("Values of other projects")
        expect(values).to_have_value(f"checkout-api = {site.made.project}\n")
        values.fill("checkout-api = nowhere")
        key.get_by_role("button", name="Save").click()
        expect(page.get_by_text("leads to no project")).to_be_visible()
        page.goto(place)
        key.get_by_text("More", exact=True).click()
        key.get_by_label("Lead exports on").uncheck()
        key.get_by_role("button", name="Save").click()
        key.get_by_text("More", exact=True).click()
        expect(key.get_by_label("Lead exports on")).not_to_be_checked()

    site.visit(use)
