"""What the list of issues was asked for, kept under a name."""

import re

import httpx
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error


def open_views(page: Page) -> None:
    page.get_by_label("Saved views").click()


def save(page: Page, name: str, *, shared: bool = False) -> None:
    open_views(page)
    page.get_by_label("Name of this view").fill(name)
    page.get_by_label("For everybody").set_checked(shared)
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_text("View saved")).to_be_visible()


def test_a_view_is_saved_opened_changed_and_deleted(site: Site) -> None:
    site.send(**error("PaymentError"))
    site.send(**error("OtherError"), level="warning")

    def use(page: Page) -> None:
        page.goto(f"{site.issues}&query=PaymentError&sort=new")
        save(page, "Payments")
        expect(page.get_by_label("Saved views")).to_contain_text("Payments")
        page.goto(f"/{site.made.organization}/issues/")
        open_views(page)
        page.get_by_role("link", name="Payments").click()
        expect(page.get_by_role("link", name="PaymentError")).to_be_visible()
        expect(page.get_by_role("link", name="OtherError")).to_have_count(0)
        expect(page.get_by_label("Search issues")).to_have_value("PaymentError")
        page.goto(f"{site.issues}&query=level:warning")
        save(page, "Payments")
        open_views(page)
        assert page.get_by_role("link", name="Payments").count() == 1
        page.get_by_role("button", name="Delete the view Payments").click()
        page.get_by_role("dialog").get_by_role("button", name="Continue").click()
        expect(page.get_by_text("View deleted")).to_be_visible()

    site.visit(use)


def test_without_scripts(site: Site) -> None:
    def use(page: Page) -> None:
        page.goto(f"{site.issues}&query=level:error")
        save(page, f"Plain {site.made.project}", shared=True)
        open_views(page)
        page.get_by_role("button", name=f"Delete the view Plain {site.made.project}").click()
        expect(page.get_by_text("View deleted")).to_be_visible()

    site.visit(use, scripts=False)


def test_shared_views_are_everybodys_and_own_ones_nobody_elses(site: Site) -> None:
    other = invited(site, f"{site.made.project}@example.com")
    mine, ours = f"Mine {site.made.project}", f"Ours {site.made.project}"

    def use(page: Page) -> None:
        page.goto(site.issues)
        save(page, mine)
        page.goto(f"{site.issues}&query=level:error")
        save(page, ours, shared=True)

    site.visit(use)
    place = f"/{site.made.organization}/issues/"
    shown = other.get(place).text
    assert ours in shown
    assert mine not in shown
    assert f"Delete the view {ours}" not in shown
    found = other.get(f"/{site.made.organization}/palette/", params={"q": ours}).text
    assert "Saved view" in found
    owner = browser_of(site, site.made.email, site.made.password)
    numbers = re.findall(r"/issues/views/(\d+)/delete/", owner.get(place).text)
    owner.close()
    assert len(numbers) >= 2
    for number in numbers:
        assert other.post(f"{place}views/{number}/delete/").status_code in {403, 404}
    assert ours in other.get(place).text
    other.close()


def test_what_cannot_be_saved_is_told(site: Site) -> None:
    owner = browser_of(site, site.made.email, site.made.password)
    place = f"/{site.made.organization}/issues/views/"
    refused = owner.post(place, data={"name": " ", "query": ""})
    assert refused.status_code == 400
    assert "A view needs a name." in refused.text
    sent = {"name": f"Odd {site.made.project}", "query": "query=a&next=//evil.example&x=<b>"}
    answer = owner.post(place, data=sent)
    assert answer.headers["location"] == f"/{site.made.organization}/issues/?query=a"
    owner.close()


def browser_of(site: Site, email: str, password: str) -> httpx.Client:
    """A browser without scripts that is signed in."""
    origin = {"Origin": site.server.base_url}
    client = httpx.Client(base_url=site.server.base_url, headers=origin)
    answer = client.post("/sign-in/", data={"email": email, "password": password})
    assert answer.status_code == 303
    return client


def invited(site: Site, email: str) -> httpx.Client:
    """A member, signed in."""
    owner = browser_of(site, site.made.email, site.made.password)
    place = f"/{site.made.organization}/settings/members/"
    page = owner.post(place, data={"email": email, "role": "member"}).text
    owner.close()
    link = page.split("/invitation/")[1].split("/")[0]
    client = httpx.Client(base_url=site.server.base_url, headers={"Origin": site.server.base_url})
    form = {"name": "Ann", "password": "correct horse battery staple"}
    assert client.post(f"/invitation/{link}/", data=form).status_code == 303
    return client
