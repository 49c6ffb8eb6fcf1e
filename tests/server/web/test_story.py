"""A new user's first hour, in one walk: from an empty server to a team that works with it."""

import itertools
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.server.official_sdks import PROGRAMS, output_of
from tests.server.real_browser import RealBrowser
from tests.server.running_server import Bootstrapped, RunningServer
from tests.server.web.conftest import Site, error

FIRST_EVENT_WITHIN_S = 60.0
PATIENCE_S = 15.0
OWNER = Bootstrapped(
    dsn="",
    auth_token="",
    organization="acme-shoes",
    project="web",
    project_id="1",
    email="mara@example.com",
    password="correct horse",
)
TOO_MANY = 429
LIST = "/acme-shoes/issues/"
TOGETHER = "error.type:*Trouble -> all-trouble"


def test_from_nothing_to_a_team(tmp_path: Path, browser: RealBrowser) -> None:
    with RunningServer(tmp_path) as server:
        site = Site(server=server, browser=browser, made=OWNER)
        began = time.monotonic()
        dsn = site.visit(set_up, signed_in=False)
        site.made = replace(OWNER, dsn=dsn)
        output_of([sys.executable, "program.py"], PROGRAMS / "python", dsn)
        site.visit(see_the_first_error)
        assert time.monotonic() - began < FIRST_EVENT_WITHIN_S
        site.visit(lambda page: triage_by_keyboard(page, site))
        site.visit(lambda page: resolve_until_it_comes_again(page, site))
        site.visit(lambda page: merge_and_unmerge(page, site))
        site.visit(lambda page: group_otherwise(page, site))
        site.visit(lambda page: limit_a_key(page, site))
        link = site.visit(invite)
        site.visit(lambda page: come_as_a_member(page, link), signed_in=False)


def set_up(page: Page) -> str:
    """The DSN of the first project, which its page shows."""
    page.goto("/")
    page.get_by_label("Your name").fill("Mara")
    page.get_by_label("Email address").fill(OWNER.email)
    page.get_by_label("Password").fill(OWNER.password)
    page.get_by_label("Organization").fill("Acme Shoes")
    page.get_by_label("First project").fill("web")
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/projects/web/start/")
    page.goto("/acme-shoes/projects/web/settings/keys/")
    return page.get_by_label("DSN", exact=True).input_value()


def see_the_first_error(page: Page) -> None:
    page.goto(LIST)
    expect(page.locator(".issue-kind")).to_have_text(["OutOfStock"])


def triage_by_keyboard(page: Page, site: Site) -> None:
    for kind in ("FirstError", "SecondError", "ThirdError"):
        site.send(**error(kind), release="web@1.0.0")
    page.goto(LIST)
    expect(page.locator(".issue-kind").first).to_have_text("ThirdError")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.get_by_text("1 issue resolved")).to_be_visible()
    page.goto(LIST)
    expect(page.locator(".issue-kind")).to_have_text(["SecondError", "FirstError", "OutOfStock"])
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_contain_text("FirstError")
    page.keyboard.press("b")
    expect(page.get_by_text("Bookmarked")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Archived")
    page.keyboard.press("u")
    page.wait_for_url("**/issues/**")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.locator(".issue-kind")).to_have_text(["SecondError", "OutOfStock"])


def resolve_until_it_comes_again(page: Page, site: Site) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="SecondError").click()
    page.get_by_label("More ways to resolve").click()
    page.get_by_role("button", name="In the next release").click()
    expect(page.get_by_text("1 issue resolved")).to_be_visible()
    site.send(**error("SecondError"), release="web@1.0.0")
    page.goto(LIST)
    expect(page.locator(".issue-kind")).to_have_text(["OutOfStock"])
    expect(page.get_by_role("button", name="Live")).to_be_visible()
    site.send(**error("SecondError"), release="web@1.1.0")
    pill = page.get_by_role("button", name="1 new issue")
    pill.click()
    row = page.locator("[data-issue]", has_text="SecondError")
    expect(row).to_contain_text("Regressed")


def merge_and_unmerge(page: Page, site: Site) -> None:
    for kind in ("LeftError", "RightError"):
        site.send(**error(kind))
    page.goto(f"{LIST}?query=error.type:*tError")
    expect(page.locator("[data-issue]")).to_have_count(2)
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("[data-issue]")).to_have_count(1)
    page.goto(re.sub(r"\?.*", "", page.locator(".issue-link").get_attribute("href") or ""))
    page.get_by_label("More", exact=True).click()
    page.get_by_role("link", name="Merged hashes").click()
    page.get_by_role("row", name=re.compile("RightError")).get_by_role("checkbox").check()
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("RightError")


def group_otherwise(page: Page, site: Site) -> None:
    for kind in ("OneTrouble", "TwoTrouble"):
        site.send(**error(kind))
    page.goto("/acme-shoes/projects/web/settings/grouping/")
    page.get_by_label("Fingerprint rules").fill(TOGETHER)
    page.get_by_role("button", name="Preview").click()
    outlook = page.get_by_role("status").filter(has_text="What would happen")
    expect(outlook).to_contain_text("1 group would come together")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    deadline = time.monotonic() + PATIENCE_S
    for number in itertools.count():
        for kind in ("Left", "Right"):
            site.send(**error(f"{kind}{number}Trouble"))
        page.goto(f"{LIST}?query=error.type:*{number}Trouble")
        if page.locator("[data-issue]").count() == 1:
            break
        assert time.monotonic() < deadline, "two kinds of trouble are one issue now"


def limit_a_key(page: Page, site: Site) -> None:
    page.goto("/acme-shoes/projects/web/settings/keys/")
    page.get_by_label("Name of a new key").fill("Shop floor")
    page.get_by_role("button", name="New key").click()
    key = page.get_by_role("region", name="Shop floor")
    limited = replace(site.made, dsn=key.get_by_label("DSN", exact=True).input_value())
    key.get_by_text("More", exact=True).click()
    key.get_by_label("Events").fill("1")
    key.get_by_label("Time").select_option(label="an hour")
    key.get_by_role("button", name="Save").click()
    expect(key).to_contain_text("1 event / 1 hour")
    deadline = time.monotonic() + PATIENCE_S
    while (
        Site(server=site.server, browser=site.browser, made=limited).status(**error("Busy")) != 429
    ):
        assert time.monotonic() < deadline
    reasons = page.get_by_role("region", name="Why it was not stored")
    page.goto("/acme-shoes/stats/?period=24h")
    while "limit" not in reasons.inner_text():
        assert time.monotonic() < deadline + PATIENCE_S
        page.reload()


def invite(page: Page) -> str:
    """The link that is passed on."""
    page.goto("/acme-shoes/settings/members/")
    page.get_by_label("Email address").fill("ann@example.com")
    page.get_by_label("Role").select_option("member")
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Link of the invitation").input_value()


def come_as_a_member(page: Page, link: str) -> None:
    """Reads and works, and administers nothing."""
    page.goto(link)
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Make an account and join").click()
    page.goto(LIST)
    expect(page.locator("[data-issue]").first).to_be_visible()
    page.goto("/acme-shoes/settings/members/")
    expect(page.get_by_label(f"Role of {OWNER.email}")).to_have_count(0)
    page.goto("/acme-shoes/settings/")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    page.goto("/acme-shoes/projects/web/settings/keys/")
    expect(page.get_by_role("button", name="New key")).to_have_count(0)
