"""A new server: from its first page to the first issue, with nothing but a browser."""

from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.server.real_browser import RealBrowser
from tests.server.running_server import Bootstrapped, RunningServer
from tests.server.web.conftest import Site

NOBODY = Bootstrapped(dsn="", auth_token="", organization="", project="", project_id="")


def test_from_nothing_to_the_first_issue(tmp_path: Path, browser: RealBrowser) -> None:
    with RunningServer(tmp_path) as server:
        Site(server=server, browser=browser, made=NOBODY).visit(_set_up, signed_in=False)
        assert_nobody_else_sets_it_up(server)


def _set_up(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    page.get_by_label("Your name").fill("Mara")
    page.get_by_label("Email address").fill("mara@example.com")
    page.get_by_label("Password").fill("short")
    page.get_by_label("Organization").fill("Acme Shoes")
    page.get_by_label("First project").fill("web")
    page.evaluate("document.querySelector('form').noValidate = true")
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("#about-password")).to_contain_text("at least 8 characters")
    expect(page.get_by_label("Organization")).to_have_value("Acme Shoes")

    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Set up").click()
    expect(page).to_have_url("/acme-shoes/projects/web/start/")
    page.get_by_role("link", name="Django").click()
    expect(page.locator(".snippet").nth(1)).to_contain_text('dsn="http://')
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()

    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("Got it.")).to_be_visible()
    page.get_by_role("link", name="See the issue").click()
    expect(page).to_have_url("/acme-shoes/issues/WEB-1/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("TestError")


def assert_nobody_else_sets_it_up(server: RunningServer) -> None:
    with httpx.Client(base_url=server.base_url, headers={"Origin": server.base_url}) as client:
        assert client.get("/setup/").headers["location"] == "/sign-in/"
        form = {"organization": "evil", "project": "evil"}
        form |= {"email": "evil@example.com", "password": "correct horse"}
        assert client.post("/setup/", data=form).status_code == 403
