"""Who gets in, and who does not."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, sign_in


def test_it_leads_to_what_was_asked_for(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(site.issues)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        page.get_by_label("Email address").fill(site.made.email)
        page.get_by_label("Password").fill(site.made.password)
        page.keyboard.press("Enter")
        expect(page).to_have_url(site.issues)

    site.visit(use, signed_in=False)


def test_a_wrong_password_is_told_without_saying_which(site: Site) -> None:
    def use(page: Page) -> None:
        sign_in(page, site.made, password="wrong horse")
        expect(page.get_by_role("alert")).to_have_text(
            "The email address or the password is wrong."
        )
        expect(page.get_by_label("Email address")).to_have_value(site.made.email)

    site.visit(use, signed_in=False)


def test_signing_out_ends_the_session(site: Site) -> None:
    def use(page: Page) -> None:
        sign_in(page, site.made)
        page.get_by_label("Account menu").first.click()
        page.get_by_role("button", name="Sign out").first.click()
        expect(page.get_by_text("You are signed out")).to_be_visible()
        page.goto(site.issues)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    site.visit(use, signed_in=False)


def post(site: Site, path: str, form: dict[str, str], **headers: str) -> httpx.Response:
    return httpx.post(f"{site.server.base_url}{path}", data=form, headers=headers)


def test_too_many_attempts_are_stopped(site: Site) -> None:
    form = {"email": "somebody@example.com", "password": "guess"}
    answers = [post(site, "/sign-in/", form, Origin=site.server.base_url) for _ in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {401}
    assert answers[10].status_code == 429
    assert int(answers[10].headers["retry-after"]) > 0
    assert "Too many attempts" in answers[10].text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_forms_of_other_sites_are_refused(site: Site, headers: dict[str, str]) -> None:
    form = {"email": site.made.email, "password": site.made.password}
    answer = post(site, "/sign-in/", form, **headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_it_never_leads_to_another_site(site: Site, target: str) -> None:
    form = {"email": site.made.email, "password": site.made.password, "next": target}
    answer = post(site, "/sign-in/", form, Origin=site.server.base_url)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_cookie_is_out_of_reach_of_scripts(site: Site) -> None:
    form = {"email": site.made.email, "password": site.made.password}
    answer = post(site, "/sign-in/", form, Origin=site.server.base_url)
    cookie = answer.headers["set-cookie"]
    assert "urgentry_session=" in cookie
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
