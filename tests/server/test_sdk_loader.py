"""The loader script in a real browser, with the official browser SDK served by a host of bundles: a
page with one line more reports, and fetches the SDK only when it must."""

import functools
import http.server
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.server.official_sdks import PROGRAMS
from tests.server.real_browser import RealBrowser
from tests.server.running_server import Bootstrapped, RunningServer

ARRIVED_S = 20.0
VERSIONS = "11.12.0,7.120.4"
KEPT = (
    "public, max-age=3600, s-maxage=60, stale-while-revalidate=315360000, stale-if-error=315360000"
)
UNKNOWN = "0" * 32


@dataclass
class Host:
    """Serves bundles and pages, and remembers what was asked for."""

    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def asked_for_bundles(self) -> list[str]:
        return [path for path in self.asked if "bundle" in path]


class _Answering(http.server.BaseHTTPRequestHandler):
    def __init__(self, host: Host, *args: Any) -> None:
        self._host = host
        super().__init__(*args)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self._host.asked.append(path)
        kind, body = self._host.pages.get(path) or ("text/plain", b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Requests are no news."""


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    node = shutil.which("node")
    assert node, "node is missing: run scripts/setup --with tests"
    bundle = subprocess.run(
        [node, "bundle.cjs"], cwd=PROGRAMS / "browser", capture_output=True, check=True
    ).stdout
    host = Host(pages={"/favicon.ico": ("image/x-icon", b"x")})
    for name in ("bundle", "bundle.tracing", "bundle.replay"):
        host.pages[f"/11.12.0/{name}.min.js"] = ("text/javascript", bundle)
    handler = functools.partial(_Answering, host)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        host.address = f"http://127.0.0.1:{served.server_port}"
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield host
        finally:
            served.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def loading_server(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {
        "URGENTRY_BROWSER_SDK_URL": f"{host.address}/%s/bundle%s.min.js",
        "URGENTRY_BROWSER_SDK_VERSIONS": VERSIONS,
    }
    with RunningServer(tmp_path_factory.mktemp("loading"), settings=settings) as server:
        yield server


@dataclass
class Site:
    """A page of some company, with the loader of a key of its own project."""

    server: RunningServer
    host: Host
    made: Bootstrapped
    browser: RealBrowser

    @property
    def key(self) -> str:
        return self.made.dsn.partition("//")[2].partition("@")[0]

    @property
    def api(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.made.auth_token}"}
        return httpx.Client(base_url=f"{self.server.base_url}/api/0", headers=headers)

    def choose(self, **change: Any) -> None:
        """Sets what the key's loader brings, and waits until the loader knows."""
        place = f"/projects/{self.made.organization}/{self.made.project}/keys/{self.key}/"
        before = self.script().text
        with self.api as api:
            answer = api.put(place, json=change)
            assert answer.status_code == 200, answer.text
        deadline = time.monotonic() + ARRIVED_S
        while self.script().text == before:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def script(self, suffix: str = ".min.js", key: str = "") -> httpx.Response:
        """The loader."""
        return httpx.get(f"{self.server.base_url}/js-sdk-loader/{key or self.key}{suffix}")

    def visit(self, script: str, *, before: str = "", tag: str = "", body: str = "") -> list[str]:
        """Opens a page that runs a script after the loader. What its console complained of."""
        loader = f"{self.server.base_url}/js-sdk-loader/{self.key}.min.js"
        page = (
            f"<!doctype html><title>shop</title><script>{before}</script>"
            f'<script src="{loader}" crossorigin="anonymous" {tag}></script>'
            f"{body}<script>{script}</script>"
        )
        self.host.pages["/shop.html"] = ("text/html", page.encode())
        self.host.asked.clear()

        def run(chromium: Browser) -> list[str]:
            with chromium.new_context() as context:
                opened = context.new_page()
                complaints: list[str] = []
                opened.on("console", lambda said: complaints.append(said.text))
                opened.goto(f"{self.host.address}/shop.html")
                opened.wait_for_load_state("networkidle")
                self.at_the_end(opened)
                return complaints

        return self.browser.run(run)

    at_the_end: Callable[[Page], None] = lambda _page: None

    def events(self, count: int) -> list[dict[str, Any]]:
        """The project's events in full, oldest first, when so many have come."""
        place = f"/projects/{self.made.organization}/{self.made.project}/events/"
        deadline = time.monotonic() + ARRIVED_S
        with self.api as api:
            while len(listed := api.get(place).json()) < count:
                assert time.monotonic() < deadline, listed
                time.sleep(0.1)
            found = [api.get(f"{place}{each['eventID']}/json/").json() for each in listed]
        assert len(found) == count
        return sorted(found, key=lambda event: float(event["timestamp"]))


@pytest.fixture
def site(
    loading_server: RunningServer,
    host: Host,
    browser: RealBrowser,
    request: pytest.FixtureRequest,
) -> Site:
    name = f"p{abs(hash(request.node.name)) % 10**9}"
    made = loading_server.bootstrap(project=name)
    return Site(loading_server, host, made, browser)


def exception_of(event: dict[str, Any]) -> tuple[str, str, bool]:
    (value,) = event["exception"]["values"]
    return value["type"], value["value"], value["mechanism"]["handled"]


def test_a_calm_page_fetches_no_sdk(site: Site) -> None:
    complaints = site.visit(
        "Sentry.addBreadcrumb({message: 'calm'}); Sentry.onLoad(function () {})"
    )
    assert complaints == []
    assert site.host.asked_for_bundles() == []


def test_an_error_that_nobody_caught_is_reported_once_the_sdk_is_there(site: Site) -> None:
    site.visit(
        "Sentry.addBreadcrumb({message: 'put into the cart'});"
        "setTimeout(function pay() { throw new TypeError('no card'); });"
    )
    (event,) = site.events(1)
    assert exception_of(event) == ("TypeError", "no card", False)
    assert event["exception"]["values"][0]["mechanism"]["type"].endswith("onerror")
    assert event["breadcrumbs"]["values"][0]["message"] == "put into the cart"
    assert event["request"]["url"] == f"{site.host.address}/shop.html"
    assert site.host.asked_for_bundles() == ["/11.12.0/bundle.min.js"]


def test_a_rejection_that_nobody_caught_is_reported(site: Site) -> None:
    site.visit("Promise.reject(new RangeError('too far'))")
    (event,) = site.events(1)
    assert exception_of(event) == ("RangeError", "too far", False)


def test_what_was_asked_of_the_stand_in_is_done_by_the_sdk(site: Site) -> None:
    site.visit(
        "Sentry.configureScope(function (scope) { scope.setTag('shop', 'north'); });"
        "Sentry.captureMessage('from the page', 'warning');"
    )
    (event,) = site.events(1)
    assert event["logentry"]["formatted"] == "from the page"
    assert event["level"] == "warning"


def test_the_page_sets_options_before_anything_is_sent(site: Site) -> None:
    site.visit(
        "Sentry.captureMessage('configured');",
        before="window.sentryOnLoad = function () {"
        " Sentry.init({release: 'shop@7', environment: 'staging'});"
        " Sentry.setTag('from', 'sentryOnLoad'); };",
    )
    (event,) = site.events(1)
    assert (event["release"], event["environment"]) == ("shop@7", "staging")
    assert ["from", "sentryOnLoad"] in event["tags"]


def test_listeners_run_before_what_is_waiting(site: Site) -> None:
    site.visit(
        "Sentry.onLoad(function () { throw new Error('a broken listener'); });"
        "Sentry.onLoad(function () { Sentry.init({release: 'shop@8'}); });"
        "Sentry.captureException(new Error('waiting'));"
    )
    (event,) = site.events(1)
    assert event["release"] == "shop@8"
    assert exception_of(event)[1] == "waiting"


def test_the_pages_own_handler_sees_each_error_once(site: Site) -> None:
    seen: list[int] = []
    site.at_the_end = lambda page: seen.append(page.evaluate("window.seen"))
    site.visit(
        "setTimeout(function () { throw new Error('first'); });"
        "Sentry.onLoad(function () {"
        " setTimeout(function () { throw new Error('second'); }, 200); });",
        before="window.seen = 0; window.onerror = function () { window.seen += 1; };",
    )
    assert {exception_of(event)[1] for event in site.events(2)} == {"first", "second"}
    assert seen == [2]


@pytest.mark.parametrize("how", ["tag", "force"])
def test_the_sdk_can_be_fetched_at_once(site: Site, how: str) -> None:
    tag, script = ('data-lazy="no"', "") if how == "tag" else ("", "Sentry.forceLoad()")
    assert site.visit(script, tag=tag) == []
    assert site.host.asked_for_bundles() == ["/11.12.0/bundle.min.js"]


def test_parts_of_the_key_come_into_the_page(site: Site) -> None:
    site.choose(dynamicSdkLoaderOptions={"hasPerformance": True})
    told: list[Any] = []
    site.at_the_end = lambda page: told.append(
        page.evaluate(
            "[Sentry.getClient().getOptions().tracesSampleRate,"
            " !!Sentry.getClient().getIntegrationByName('BrowserTracing')]"
        )
    )
    site.visit("")
    assert told == [[1, True]]
    assert site.host.asked_for_bundles() == ["/11.12.0/bundle.tracing.min.js"]


def test_a_page_with_a_strict_policy_gives_its_nonce_on(site: Site) -> None:
    loader = f"{site.server.base_url}/js-sdk-loader/{site.key}.min.js"
    policy = "script-src 'nonce-abc'"
    page = (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<script nonce="abc" src="{loader}"></script>'
        '<script nonce="abc">Sentry.captureMessage("strict")</script>'
    )
    site.host.pages["/strict.html"] = ("text/html", page.encode())

    def run(chromium: Browser) -> None:
        with chromium.new_context() as context:
            opened = context.new_page()
            opened.goto(f"{site.host.address}/strict.html")
            opened.wait_for_load_state("networkidle")

    site.browser.run(run)
    (event,) = site.events(1)
    assert event["logentry"]["formatted"] == "strict"


def test_a_bundle_that_is_not_there_harms_nobody(site: Site) -> None:
    site.choose(browserSdkVersion="7.x")
    complaints = site.visit("Sentry.captureMessage('lost')")
    assert site.host.asked_for_bundles() == ["/7.120.4/bundle.es5.min.js"]
    assert any("could not be loaded" in said for said in complaints)


def test_headers_let_caches_and_pages_of_others_have_it(site: Site) -> None:
    whole, packed = site.script(".js"), site.script(".min.js")
    for answer in (whole, packed):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/javascript"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == KEPT
        project = site.made.project_id
        assert answer.headers["surrogate-key"] == f"project/{project} sdk/11.12.0 sdk-loader"
        assert answer.headers.keys().isdisjoint({"vary", "set-cookie", "content-encoding"})
        assert site.made.dsn in answer.text
    assert len(packed.content) < len(whole.content) * 0.8


@pytest.mark.parametrize("key", [UNKNOWN, "x", "%3Cscript%3E", "a" * 500])
def test_an_unknown_key_gets_a_script_that_does_nothing(site: Site, key: str) -> None:
    answer = site.script(key=key)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript"
    assert answer.text.startswith("//")
    assert len(answer.text.splitlines()) == 1


def test_a_disabled_key_loads_nothing(site: Site) -> None:
    site.choose(isActive=False)
    assert site.script().text.startswith("// There is nothing")


def test_only_reading_is_possible(site: Site) -> None:
    address = f"{site.server.base_url}/js-sdk-loader/{site.key}.js"
    assert httpx.post(address).status_code == 405
    assert httpx.head(address).headers["content-length"] == str(len(site.script(".js").content))
    assert httpx.head(address).content == b""
