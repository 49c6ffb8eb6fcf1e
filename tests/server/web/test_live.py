"""The live stream: one for a browser, resumed by number, closed to those who may not see."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.server.real_browser import RealBrowser
from tests.server.running_server import RunningServer
from tests.server.web.conftest import Site, error


def streams(site: Site) -> float:
    """How many browsers follow the feed."""
    text = httpx.get(f"{site.server.base_url}/metrics").text
    found = re.search(r"^live_streams (\S+)$", text, re.MULTILINE)
    assert found
    return float(found[1])


def test_tabs_share_one_stream_and_each_hears(site: Site) -> None:
    site.send(**error("SharedError"))
    before = streams(site)

    def use(chromium: Browser) -> float:
        with chromium.new_context(
            base_url=site.server.base_url, storage_state=site.signed_in(chromium)
        ) as context:
            tabs = [site.page(context) for _ in range(3)]
            for tab in tabs:
                tab.goto(site.issues)
                expect(tab.get_by_role("button", name="Live")).to_be_visible()
            open_streams = streams(site)
            site.send(**error("HeardError"))
            for tab in tabs:
                expect(tab.get_by_role("button", name="1 new issue")).to_be_visible()
            tabs[0].close()
            site.send(**error("LaterError"))
            for tab in tabs[1:]:
                expect(tab.get_by_role("button", name="2 new issues")).to_be_visible()
            return open_streams

    assert site.browser.run(use) == before + 1
    assert site.complaints == []


@contextmanager
def signed_in_client(site: Site) -> Iterator[httpx.Client]:
    headers = {"Origin": site.server.base_url}
    with httpx.Client(base_url=site.server.base_url, headers=headers) as client:
        form = {"email": site.made.email, "password": site.made.password}
        assert client.post("/sign-in/", data=form).status_code == 303
        yield client


def follow(
    site: Site, *, count: int, after: int | None = None, once_open: Callable[[], object] = bool
) -> list[tuple[int, str]]:
    """The first messages about the project: their numbers and titles."""
    found: list[tuple[int, str]] = []
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    path = f"/live/{site.made.organization}/"
    with (
        signed_in_client(site) as client,
        client.stream("GET", path, headers=headers, timeout=20) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["content-type"].startswith("text/event-stream")
        number = 0
        for line in answer.iter_lines():
            if line == "event: hello":
                once_open()
            number = int(line[4:]) if line.startswith("id: ") else number
            told = json.loads(line[6:]) if line.startswith("data: ") else {}
            if "title" in told and str(told["project"]) == site.made.project_id:
                found.append((number, told["title"]))
            if len(found) == count:
                break
    return found


def test_a_browser_that_was_away_hears_what_it_missed(site: Site) -> None:
    heard = follow(site, count=1, once_open=lambda: site.send(**error("FirstError")))
    ((number, title),) = heard
    assert title == "FirstError: it broke"
    site.send(**error("SecondError"))
    site.send(**error("ThirdError"))
    missed = follow(site, count=2, after=number)
    assert [title for _, title in missed] == ["SecondError: it broke", "ThirdError: it broke"]


def test_a_page_outlives_a_restart_of_the_server(tmp_path: Path, browser: RealBrowser) -> None:
    with RunningServer(tmp_path) as running:
        site = Site(server=running, browser=browser, made=running.bootstrap())
        site.send(**error("BeforeError"))

        def use(page: Page) -> None:
            page.goto(site.issues)
            expect(page.get_by_role("button", name="Live")).to_be_visible()
            running.stop()
            expect(page.get_by_role("button", name="Connecting")).to_be_visible()
            running.start()
            site.send(**error("MeanwhileError"))
            expect(page.get_by_role("button", name="Live")).to_be_visible(timeout=15_000)
            expect(page.get_by_role("button", name="1 new issue")).to_be_visible(timeout=15_000)

        site.visit(use, may_lose_server=True)


def test_nobody_else_listens(site: Site) -> None:
    address = f"{site.server.base_url}/live/{site.made.organization}/"
    assert httpx.get(address).headers["location"].startswith("/sign-in/")
    with signed_in_client(site) as client:
        assert client.get("/live/nobody/").status_code == 404
