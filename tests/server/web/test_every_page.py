"""What holds for every page: it shuts nobody out, fits a phone, weighs little, and its content
security policy has nothing to forbid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from tests.server.real_browser import RealBrowser
from tests.server.running_server import RunningServer
from tests.server.web import every_page
from tests.server.web.conftest import Site
from urgentry.web.routes import PAGES

FIRST_LOAD = 150_000
LATER_LOAD = 30_000
"""Bytes over the wire: with nothing in the browser's cache, and with what never changes there."""
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""The rules that pages are held to, by axe's names."""
LOOK_FOR_BARRIERS = """
async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] }))
  .violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`))
"""


@dataclass(frozen=True)
class Demo:
    """A server with the demo in it, and a browser that is signed in."""

    site: Site
    filled: Mapping[str, str]


@pytest.fixture(scope="session")
def demo(browser: RealBrowser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    server = RunningServer(tmp_path_factory.mktemp("demo"))
    every_page.make_demo(server)
    with server:
        filled = every_page.places(server)
        yield Demo(Site(server=server, browser=browser, made=every_page.OWNER), filled)


def test_every_page_is_shown_or_has_a_reason() -> None:
    known = {page.path for page in PAGES if "GET" in page.methods}
    assert set(every_page.WITHOUT_A_FACE) <= known


def test_the_demo_has_weeks_behind_it(demo: Demo) -> None:
    def look(page: Page) -> tuple[list[str], str]:
        page.goto("/demo/issues/?view=all&period=30d&sort=events")
        titles = page.locator(".issue-kind").all_inner_texts()
        page.goto("/demo/issues/?view=resolved&period=30d")
        return titles, page.locator("main").inner_text()

    titles, resolved = demo.site.visit(look)
    assert {"HttpError", "TypeError", "GatewayTimeout"} <= set(titles)
    assert "ECONNREFUSED" in resolved


def test_the_demo_changes_nothing_that_is_there(demo: Demo) -> None:
    server = demo.site.server
    with pytest.raises(RuntimeError, match="another server"):
        every_page.make_demo(server)
    server.stop()
    try:
        with pytest.raises(RuntimeError, match="there is an organization demo already"):
            every_page.make_demo(server)
    finally:
        server.start()


@pytest.mark.parametrize("path", every_page.declared(), ids=every_page.name_of)
def test_page(demo: Demo, path: str) -> None:
    address = every_page.address_of(path, demo.filled)

    def look(page: Page) -> dict[str, Any]:
        page.set_viewport_size(DESK)
        first = _weight_of(page, address)
        barriers = [*_barriers(page, "light"), *_barriers(page, "dark")]
        later = _weight_of(page, address)
        page.set_viewport_size(PHONE)
        width = page.evaluate("document.documentElement.scrollWidth")
        return {"first": first, "later": later, "barriers": barriers, "phone": width}

    found = demo.site.visit(look, signed_in=path not in every_page.SIGNED_OUT)
    assert not found["barriers"], "\n".join(found["barriers"])
    assert found["phone"] <= PHONE["width"]
    assert found["first"] <= FIRST_LOAD
    assert found["later"] <= LATER_LOAD


def _weight_of(page: Page, address: str) -> int:
    """Bytes over the wire until the page has come to rest."""
    sizes: list[int] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda seen: sizes.append(int(seen["encodedDataLength"])))
    answer = page.goto(address, wait_until="load")
    assert answer is not None
    assert answer.status == 200, address
    wire.detach()
    return sum(sizes)


def _barriers(page: Page, theme: str) -> list[str]:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(LOOK_FOR_BARRIERS, WCAG)
    return [f"{theme}: {each}" for each in found]
