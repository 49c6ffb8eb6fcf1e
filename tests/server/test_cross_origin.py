"""Pages of other sites send to this server from a real browser: directly, after asking first, and
through a tunnel of their own."""

import http.server
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.server.real_browser import RealBrowser
from tests.server.running_server import Bootstrapped, RunningServer
from urgentry.ingest.endpoints.table import ENDPOINTS

KNOWN_S = 10.0
EVENT = "a" * 32
PATHS = (
    *("/api/1/envelope/", "/api/1/store/", "/api/store/", "/api/1/minidump/", "/api/1/nel/"),
    *("/api/1/security/", "/api/1/csp-report/", f"/api/1/events/{EVENT}/attachments/"),
    *("/api/1/unreal/key/", "/api/1/cron/nightly/key/", "/api/embed/error-page/"),
)


def test_the_paths_of_this_test_are_those_of_every_endpoint() -> None:
    for endpoint in ENDPOINTS:
        assert any(endpoint.pattern.fullmatch(path) for path in PATHS), endpoint
    for path in PATHS:
        assert any(endpoint.pattern.fullmatch(path) for endpoint in ENDPOINTS), path


@pytest.mark.parametrize("path", PATHS)
def test_every_way_in_answers_a_browser_that_asks_first(quick: RunningServer, path: str) -> None:
    answer = httpx.options(
        quick.base_url + path,
        headers={
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-sentry-auth,content-encoding",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-max-age"] == "3600"
    assert answer.headers["access-control-allow-headers"] == (
        "x-sentry-auth,x-requested-with,x-forwarded-for,origin,referer,accept,content-type,"
        "authentication,authorization,content-encoding,transfer-encoding"
    )
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_pages_may_read_why_they_are_refused(quick: RunningServer, path: str) -> None:
    answer = httpx.post(quick.base_url + path, headers={"Origin": "https://shop.example"})
    assert answer.status_code in (400, 401, 403)
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].split(",")
    assert exposed == ["x-sentry-error", "x-sentry-rate-limits", "retry-after"]


class _Tunnel(http.server.BaseHTTPRequestHandler):
    """A company's own server: a page, and a path that passes envelopes on."""

    target = ""

    def do_GET(self) -> None:
        self._answer(200, b"<!doctype html><title>shop</title>", "text/html")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = httpx.post(self.target, content=body, headers={"Content-Type": "text/plain"})
        self._answer(answer.status_code, answer.content, "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Requests are no news."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("cross")) as server:
        server.bootstrap()
        yield server


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Tunnel) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}"
        finally:
            served.shutdown()
            thread.join()


@pytest.fixture
def made(quick: RunningServer, request: pytest.FixtureRequest) -> Bootstrapped:
    return quick.bootstrap(project=f"p{abs(hash(request.node.name)) % 10**9}")


SEND = """async ([url, headers, body]) => {
  const answer = await fetch(url, {method: "POST", headers, body});
  return [answer.status, await answer.json(), answer.headers.get("x-sentry-rate-limits")];
}"""


def send(
    browser: RealBrowser, page_at: str, url: str, headers: dict[str, str], body: str
) -> list[Any]:
    """Status, body and limits, as a page of another site reads them."""

    def run(chromium: Browser) -> list[Any]:
        with chromium.new_context() as context:
            page = context.new_page()
            page.goto(page_at)
            answer: list[Any] = page.evaluate(SEND, [url, headers, body])
            return answer

    return browser.run(run)


def envelope(message: str, dsn: str = "") -> str:
    head = f'{{"dsn":"{dsn}"}}' if dsn else "{}"
    return f'{head}\n{{"type":"event"}}\n{{"message":"{message}"}}\n'


def api(quick: RunningServer, made: Bootstrapped) -> httpx.Client:
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    return httpx.Client(base_url=f"{quick.base_url}/api/0", headers=headers)


def titles(quick: RunningServer, made: Bootstrapped) -> list[str]:
    with api(quick, made) as client:
        listed = client.get(f"/projects/{made.organization}/{made.project}/events/").json()
    return [event["title"] for event in listed]


def key_of(made: Bootstrapped) -> str:
    return made.dsn.partition("//")[2].partition("@")[0]


def test_a_page_sends_with_headers_that_a_browser_asks_for_first(
    quick: RunningServer, made: Bootstrapped, browser: RealBrowser, shop: str
) -> None:
    url = f"{quick.base_url}/api/{made.project_id}/envelope/"
    headers = {
        "Content-Type": "application/x-sentry-envelope",
        "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={key_of(made)}",
    }
    status, body, _ = send(browser, shop, url, headers, envelope("asked first"))
    assert (status, list(body)) == (200, ["id"])
    assert titles(quick, made) == ["asked first"]


def test_a_page_sends_through_a_tunnel_with_nothing_but_the_dsn_in_the_envelope(
    quick: RunningServer, made: Bootstrapped, browser: RealBrowser, shop: str
) -> None:
    _Tunnel.target = f"{quick.base_url}/api/{made.project_id}/envelope/"
    body = envelope("through the tunnel", made.dsn)
    status, answer, _ = send(browser, shop, f"{shop}/tunnel", {}, body)
    assert (status, list(answer)) == (200, ["id"])
    assert titles(quick, made) == ["through the tunnel"]
    status, answer, _ = send(browser, shop, f"{shop}/tunnel", {}, envelope("without a DSN"))
    assert (status, answer["detail"]) == (401, "missing authorization information")


def test_a_page_reads_the_limits_that_stop_it(
    quick: RunningServer, made: Bootstrapped, browser: RealBrowser, shop: str
) -> None:
    with api(quick, made) as client:
        place = f"/projects/{made.organization}/{made.project}/keys/{key_of(made)}/"
        limit = {"rateLimit": {"count": 1, "window": 3600}}
        assert client.put(place, json=limit).status_code == 200
    url = f"{quick.base_url}/api/{made.project_id}/envelope/?sentry_key={key_of(made)}"
    deadline = time.monotonic() + KNOWN_S
    while (answer := send(browser, shop, url, {}, envelope("much")))[0] != 429:
        assert time.monotonic() < deadline
    assert answer[1]["detail"]
    assert answer[2].endswith(":key:key_quota")


def test_only_pages_that_are_allowed_may_send(
    quick: RunningServer, made: Bootstrapped, browser: RealBrowser, shop: str
) -> None:
    url = f"{quick.base_url}/api/{made.project_id}/envelope/?sentry_key={key_of(made)}"

    def allow(*domains: str) -> None:
        with api(quick, made) as client:
            place = f"/projects/{made.organization}/{made.project}/"
            answer = client.put(place, json={"allowedDomains": list(domains)})
            assert answer.status_code == 200

    def until(status: int) -> Any:
        deadline = time.monotonic() + KNOWN_S
        while (answer := send(browser, shop, url, {}, envelope("from a page")))[0] != status:
            assert time.monotonic() < deadline
        return answer[1]

    allow("https://shop.example", "127.0.0.1:1")
    refused = until(403)
    assert refused["detail"] == "event submission rejected with_reason: Cors"
    assert httpx.post(url, content=envelope("from a server")).status_code == 200
    allow("https://shop.example", shop)
    until(200)
    assert set(titles(quick, made)) == {"from a page", "from a server"}
