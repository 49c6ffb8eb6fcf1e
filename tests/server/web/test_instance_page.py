"""The page of the whole server: for those who run it alone."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def test_what_takes_room_and_what_came(site: Site) -> None:
    site.send(**error("InstanceError", "seen by whoever runs the server"))

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/issues/")
        page.get_by_label("Account menu").first.click()
        page.get_by_role("link", name="This server").first.click()
        room = page.get_by_role("region", name="Room", exact=True)
        expect(room).to_contain_text("Database")
        expect(room).to_contain_text("iB")
        sent = page.get_by_role("region", name="What was sent").get_by_role("row", name="Errors")
        expect(sent.get_by_role("cell").nth(1)).not_to_have_text("–")
        jobs = page.get_by_role("region", name="Background jobs")
        for name in ("retention", "measuring", "spool"):
            row = jobs.get_by_role("row", name=name)
            expect(row).to_contain_text(re.compile("ago|just now"))
            expect(row.get_by_role("cell").last).to_have_text("–")

    site.visit(use)


def test_nobody_else_sees_it(site: Site) -> None:
    email = f"{secrets.token_hex(4)}@example.com"

    def invite(page: Page) -> str:
        page.goto(f"/{site.made.organization}/settings/members/")
        page.get_by_label("Email address").fill(email)
        page.get_by_role("button", name="Make a link").click()
        return page.get_by_label("Link of the invitation").input_value()

    link = site.visit(invite)

    def join(page: Page) -> None:
        page.goto(link)
        page.get_by_label("Your name").fill("Bo")
        page.get_by_label("Password").fill("a long enough password")
        page.get_by_role("button", name="Make an account and join").click()
        page.wait_for_url("**/issues/**")
        answer = page.goto("/instance/")
        assert answer is not None
        assert answer.status == 403
        page.goto("/account/")
        expect(page.get_by_role("link", name="This server")).to_have_count(0)

    site.visit(join, signed_in=False)
