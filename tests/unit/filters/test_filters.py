"""Which events each filter catches, and which it lets pass."""

import time
from typing import Any

import orjson
import pytest

from tests.unit.normalize.events import normalized
from urgentry.domain.filters import (
    FilterSettings,
    first_filters,
    read_filter_settings,
    stored_filter_settings,
)
from urgentry.ingest.filters import filter_event
from urgentry.protocol.outcome import Outcome, Rejected

OFF = FilterSettings(
    health_checks=False,
    react_hydration_errors=False,
    chunk_load_error=False,
    csp_known_sources=False,
)
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "


def caught(payload: dict[str, Any], settings: FilterSettings, client_ip: str | None = None) -> str:
    """The filter that catches the event, "" for none."""
    try:
        filter_event(normalized(payload), settings, client_ip=client_ip)
    except Rejected as rejected:
        is_silent = rejected.outcome is Outcome.FILTERED and rejected.status == 200
        return str(rejected.reason) if is_silent else "another outcome"
    return ""


def alone(**on: Any) -> FilterSettings:
    """Settings that turn on nothing but this."""
    return read_filter_settings({"filters": stored_filter_settings(OFF)["filters"] | on})


def thrown(kind: str | None, value: str | None, *paths: str) -> dict[str, Any]:
    frames = [{"abs_path": path, "function": "f"} for path in paths]
    stacktrace = {"stacktrace": {"frames": frames}} if frames else {}
    return {"exception": {"values": [{"type": kind, "value": value} | stacktrace]}}


def from_browser(agent: str, **request: Any) -> dict[str, Any]:
    return {"request": {"headers": {"User-Agent": agent}, **request}}


ERROR = thrown("ValueError", "no such user", "/srv/app/views.py") | {"release": "shop@1.0"}


def test_nothing_is_caught_where_nothing_matches() -> None:
    everything = FilterSettings(
        browser_extensions=True,
        localhost=True,
        web_crawlers=True,
        legacy_browsers=("default", "chrome"),
        ip_addresses="10.0.0.0/8",
        releases="old*",
        error_messages="*timeout*",
        csp_sources="*.example.com",
    )
    assert caught(ERROR, everything, "192.0.2.1") == ""
    assert caught({"message": "hello"}, everything) == ""
    assert caught({}, everything) == ""


@pytest.mark.parametrize(
    ("value", "is_caught"),
    [
        ("Minified React error #418; visit https://react.dev/errors/418?args[]= for more", True),
        ("see https://reactjs.org/docs/error-decoder.html?invariant=425 for the full", True),
        ("visit https://react.dev/errors/301 for the full message", False),
        ("Hydration failed", False),
    ],
)
def test_hydration_errors_by_number(value: str, is_caught: bool) -> None:
    assert caught(thrown("Error", value), FilterSettings()) == (
        "react-hydration-errors" if is_caught else ""
    )
    assert caught(thrown("Error", value), OFF) == ""


@pytest.mark.parametrize(
    ("kind", "value", "is_caught"),
    [
        ("ChunkLoadError", "Loading chunk 3662 failed.\n(error: https://x.example/1.js)", True),
        ("ChunkLoadError", "Failed to load chunk /_next/1.js", True),
        ("Uncaught (in promise)", "ChunkLoadError: Loading chunk 7 failed.", True),
        ("X Uncaught Error", "ChunkLoadError: Loading chunk 7 failed.", True),
        ("Error", "Uncaught (in promise): ChunkLoadError: Loading chunk 175 failed.", True),
        ("Error", "Loading chunk 7 failed.", False),
        ("ChunkLoadError", "no such thing", False),
    ],
)
def test_chunks_that_are_gone(kind: str, value: str, is_caught: bool) -> None:
    assert caught(thrown(kind, value), FilterSettings()) == (
        "chunk-load-error" if is_caught else ""
    )


@pytest.mark.parametrize(
    ("name", "is_caught"),
    [
        ("GET /healthz", True),
        ("GET /api/health/", True),
        ("/shop/healthcheck.php", True),
        ("/[_health]", True),
        ("/up", True),
        ("/startup", False),
        ("/health/records", False),
        ("GET /ping/pong", False),
    ],
)
def test_health_checks_are_transactions_of_these_names(name: str, is_caught: bool) -> None:
    transaction = {"type": "transaction", "transaction": name, "start_timestamp": 1}
    assert caught(transaction, FilterSettings()) == ("filtered-transaction" if is_caught else "")
    assert caught({"transaction": name, "message": "an error there"}, FilterSettings()) == ""


@pytest.mark.parametrize(
    ("client", "listed", "is_caught"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "198.51.100.1\n203.0.113.0/24", True),
        ("203.0.113.7", "203.0.113.9/24", True),
        ("203.0.113.7", "203.0.113.8/29", False),
        ("2001:db8::5", "2001:db8::/32", True),
        ("2001:db9::5", "2001:db8::/32", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "::ffff:203.0.113.7", False),
        ("not an address", "0.0.0.0/0", False),
        (None, "0.0.0.0/0", False),
    ],
)
def test_clients_by_address(client: str | None, listed: str, is_caught: bool) -> None:
    settings = alone(ip_addresses=listed)
    assert caught(ERROR, settings, client) == ("ip-address" if is_caught else "")


def test_the_address_of_the_user_is_not_that_of_the_client() -> None:
    event = {"user": {"ip_address": "203.0.113.7"}, "message": "x"}
    assert caught(event, alone(ip_addresses="203.0.113.7"), "198.51.100.1") == ""


@pytest.mark.parametrize(
    ("release", "is_caught"), [("shop@1.0", True), ("SHOP@1.2.3", True), ("shop@2.0", False)]
)
def test_releases(release: str, is_caught: bool) -> None:
    settings = alone(releases="other\nShop@1.*")
    event = {"message": "x", "release": release}
    assert caught(event, settings) == ("release-version" if is_caught else "")
    assert caught({"message": "x"}, alone(releases="*")) == ""


@pytest.mark.parametrize(
    ("event", "is_caught"),
    [
        ({"message": "upstream timed out"}, True),
        ({"logentry": {"message": "%s timed out", "params": ["upstream"]}}, True),
        (thrown("TimeoutError", "upstream timed out"), True),
        (thrown("Banned", None), True),
        (thrown("BannedToo", None), False),
        (thrown("KeyError", "'x'"), True),
        (thrown("KeyError", "'y'"), False),
        ({"message": "upstream timed out again"}, False),
    ],
)
def test_messages_and_exceptions(event: dict[str, Any], is_caught: bool) -> None:
    settings = alone(error_messages="*upstream timed out\nbanned\nKeyError: 'x'")
    assert caught(event, settings) == ("error-message" if is_caught else "")


def test_any_exception_of_a_chain_is_enough() -> None:
    values = [{"type": "Cause", "value": "deep"}, {"type": "Outer", "value": "shallow"}]
    event = {"exception": {"values": values}}
    assert caught(event, alone(error_messages="Cause: deep")) == "error-message"
    assert caught(event, alone(error_messages="Outer: shallow")) == "error-message"


@pytest.mark.parametrize(
    ("event", "is_caught"),
    [
        ({"user": {"ip_address": "127.0.0.1"}}, True),
        ({"user": {"ip_address": "::1"}}, True),
        ({"user": {"ip_address": "192.0.2.1"}}, False),
        ({"request": {"url": "http://localhost:8080/a"}}, True),
        ({"request": {"url": "http://app.localhost/"}}, True),
        ({"request": {"url": "http://[::1]:3000/"}}, True),
        ({"request": {"url": "file:///home/me/index.html"}}, True),
        ({"request": {"url": "http://localhost.example.com/"}}, False),
        ({"request": {"url": "http://notlocalhost/"}}, False),
        ({"request": {"url": "http://[bad/"}}, False),
        ({"request": {"headers": {"Host": "localhost:3000"}}}, True),
        ({"request": {"headers": {"X-Forwarded-Host": "127.0.0.1:80"}}}, True),
        ({"request": {"headers": {"X-Forwarded-For": "127.0.0.1"}}}, True),
        ({"request": {"url": "https://shop.example/", "headers": {"Host": "localhost"}}}, False),
        ({"request": {"headers": {"Host": "localhost.example.com"}}}, False),
    ],
)
def test_the_local_machine(event: dict[str, Any], is_caught: bool) -> None:
    settings = alone(localhost=True)
    assert caught(event | {"message": "x"}, settings) == ("localhost" if is_caught else "")


@pytest.mark.parametrize(
    ("event", "is_caught"),
    [
        (thrown("Error", "ZiteReader? Can't find variable: ZiteReader!"), True),
        (thrown("Error", "Extension context invalidated."), True),
        (thrown("TypeError", "Cannot redefine property: ethereum"), True),
        (thrown("TypeError", "Cannot redefine property: shop"), False),
        (thrown("Error", "x", "https://shop.example/a.js", "chrome-extension://abc/b.js"), True),
        (thrown("Error", "x", "moz-extension://abc/b.js", "<anonymous>", "[native code]"), True),
        (thrown("Error", "x", "chrome-extension://abc/b.js", "https://shop.example/a.js"), False),
        (thrown("Error", "x", "https://shop.example/?from=chrome-extension://abc"), False),
        (thrown("Error", "x", "https://gc.kis.v2.scr.kaspersky-labs.com/AB/main.js"), True),
    ],
)
def test_what_extensions_do(event: dict[str, Any], is_caught: bool) -> None:
    settings = alone(browser_extensions=True)
    assert caught(event, settings) == ("browser-extensions" if is_caught else "")


@pytest.mark.parametrize(
    ("agent", "is_caught"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("facebookexternalhit/1.1", True),
        ("Twitterbot/1.0", True),
        ("some-spider", True),
        ("spiderman 1", False),
        ("ELB-HealthChecker/2.0", True),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("Slackbot 1.0 (+https://api.slack.com/robots)", False),
        ("Mozilla/5.0; compatible; ChatGPT-User/1.0; +https://openai.com/bot", False),
        (CHROME.format("120.0.0.0"), False),
        ("", False),
    ],
)
def test_crawlers(agent: str, is_caught: bool) -> None:
    event = from_browser(agent) | {"message": "x"}
    assert caught(event, alone(web_crawlers=True)) == ("web-crawlers" if is_caught else "")


IE8 = "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0; Trident/4.0)"
IE11 = "Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko"
IE_MOBILE = "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0)"
EDGE18 = WINDOWS + "Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763"
EDGE110 = WINDOWS + "Chrome/110.0.0.0 Safari/537.36 Edg/110.0.1587.41"
EDGE120 = WINDOWS + "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0"
OPERA12 = "Opera/9.80 (X11; Linux i686) Presto/2.12.388 Version/12.16"
OPERA14 = WINDOWS + "Chrome/27.0.1453.12 Safari/537.36 OPR/14.0.1116.4"
OPERA106 = WINDOWS + "Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0"
MINI7 = "Opera/9.80 (J2ME/MIDP; Opera Mini/7.0.32796/59.323; U; fr) Presto/2.12.423 Version/12.16"
ANDROID2 = (
    "Mozilla/5.0 (Linux; U; Android 2.3.5; en-us) AppleWebKit/533.1 Version/4.0 Mobile Safari/533.1"
)
ANDROID4 = (
    "Mozilla/5.0 (Linux; U; Android 4.1.1; en-gb) AppleWebKit/534.30 Version/4.0 Safari/534.30"
)
SAFARI5 = (
    "Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10_6) AppleWebKit/533 Version/5.0 Safari/533.16"
)
SAFARI15 = MAC + "Version/15.6 Safari/605.1.15"
SAFARI17 = MAC + "Version/17.1 Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/90.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/12.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "chosen", "is_caught"),
    [
        (IE8, "ie_pre_9", True),
        (IE8, "ie9", False),
        (IE8, "ie", True),
        (IE8, "default", True),
        (IE11, "ie11", True),
        (IE11, "ie", True),
        (IE11, "default", False),
        (IE_MOBILE, "ie10", True),
        (EDGE18, "edge_pre_79", True),
        (EDGE18, "chrome", False),
        (EDGE110, "edge", True),
        (EDGE110, "edge_pre_79", False),
        (EDGE120, "edge", False),
        (EDGE120, "chrome", False),
        (OPERA12, "opera_pre_15", True),
        (OPERA14, "opera_pre_15", True),
        (OPERA14, "chrome", False),
        (OPERA106, "opera", False),
        (MINI7, "opera_mini_pre_8", True),
        (MINI7, "opera_pre_15", False),
        (ANDROID2, "android", True),
        (ANDROID2, "safari", False),
        (ANDROID4, "android_pre_4", False),
        (SAFARI5, "safari_pre_6", True),
        (SAFARI15, "safari", True),
        (SAFARI15, "default", False),
        (SAFARI17, "safari", False),
        (IPHONE, "safari", False),
        (FIREFOX.format(110), "firefox", True),
        (FIREFOX.format(111), "firefox", False),
        (CHROME.format("110.0.0.0"), "chrome", True),
        (CHROME.format("111.0.0.0"), "chrome", False),
        (PHONE, "chrome", False),
        (PHONE, "android", False),
        ("curl/8.0", "chrome", False),
    ],
)
def test_old_browsers(agent: str, chosen: str, is_caught: bool) -> None:
    event = from_browser(agent) | {"message": "x"}
    settings = alone(legacy_browsers=(chosen,))
    assert caught(event, settings) == ("legacy-browsers" if is_caught else "")
    assert caught(event, OFF) == ""


@pytest.mark.parametrize(
    ("blocked", "source", "sources", "is_caught"),
    [
        ("chrome-extension://abc", None, "", True),
        ("about", None, "", True),
        ("https://cdn.superfish.com/x.js", None, "", True),
        (None, "moz-extension://abc", "", True),
        ("https://shop.example/x.js", "https://shop.example/y.js", "", False),
        ("https://ads.example.com/x.js", None, "*.example.com", True),
        ("https://example.com/x.js", None, "*.example.com", True),
        ("https://badexample.com/x.js", None, "*.example.com", False),
        ("http://shop.example", None, "https://shop.example", False),
        ("https://shop.example:8443", None, "shop.example:8443", True),
        ("https://shop.example", None, "shop.example:8443", False),
        ("https://shop.example", None, "*", True),
    ],
)
def test_reports_by_source(
    blocked: str | None, source: str | None, sources: str, is_caught: bool
) -> None:
    csp = {"effective_directive": "script-src", "blocked_uri": blocked, "source_file": source}
    event = {"csp": {name: value for name, value in csp.items() if value}}
    settings = alone(csp_known_sources=not sources, csp_sources=sources)
    assert caught(event, settings) == ("invalid-csp" if is_caught else "")
    assert caught(event | thrown("E", "x"), settings) == "", "only of reports"


def test_a_new_project_filters_more_where_browsers_report() -> None:
    python, web = first_filters("python-django"), first_filters("javascript-react")
    assert python == FilterSettings()
    assert (python.health_checks, python.react_hydration_errors) == (True, True)
    assert not any([python.localhost, python.web_crawlers, python.browser_extensions])
    assert web.browser_extensions
    assert web.web_crawlers
    assert not web.localhost
    old = from_browser(IE11) | {"message": "x"}
    assert caught(old, web) == "legacy-browsers"
    assert caught(old, python) == ""
    assert read_filter_settings(stored_filter_settings(web)) == web
    assert stored_filter_settings(FilterSettings()) == {"filters": {}}


def test_it_costs_little_where_nothing_matches() -> None:
    frames = [f"https://shop.example/static/{n}.js" for n in range(30)]
    agent = CHROME.format("120.0.0.0")
    payload = thrown("TypeError", "x is not a function", *frames) | from_browser(
        agent, url="https://shop.example/cart"
    )
    crumbs = [{"message": f"clicked {n}", "data": {"at": n}} for n in range(60)]
    payload |= {"breadcrumbs": {"values": crumbs}, "user": {"ip_address": "192.0.2.1"}}
    event = normalized(payload)
    text = orjson.dumps(event)
    settings = FilterSettings(
        browser_extensions=True,
        localhost=True,
        web_crawlers=True,
        legacy_browsers=("chrome", "safari"),
        ip_addresses="203.0.113.0/24\n198.51.100.7",
        releases="old*\nolder*",
        error_messages="*timeout*\nKeyError: *\n*quota*",
    )

    def spent(repeated: Any) -> float:
        best = float("inf")
        for _ in range(7):
            begun = time.process_time()
            for _ in range(200):
                repeated()
            best = min(best, time.process_time() - begun)
        return best

    parsing = spent(lambda: orjson.loads(text))
    assert spent(lambda: filter_event(event, settings, client_ip="192.0.2.1")) < parsing
