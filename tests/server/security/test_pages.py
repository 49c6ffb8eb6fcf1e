"""What pages allow a browser to do, and what hostile events do in one: nothing."""

import json
import re
import secrets
import time
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog

from tests.server.real_browser import RealBrowser
from tests.server.security.conftest import Site
from urgentry.web import assets
from urgentry.web.routes import PAGES

MARK = "window.__broken=1"
HOSTILE = [
    f"<script>{MARK}</script>",
    f"\"'><img src=x onerror={MARK}>",
    f"</script></textarea></title><svg onload={MARK}>",
    f"javascript:{MARK}//",
    f"' onmouseover='{MARK}' autofocus onfocus='{MARK}",
    "{{7*7}}{% raw %}${7*7}<%= 7*7 %>",
    "\u202egnp.exe\u2066\u200f\u0000\ufeff",
]


class _Active(HTMLParser):
    """Collects what would run or style by itself: as a browser reads it, not as text looks."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip().casefold() for name, value in attrs}
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.found.append(tag)
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("script")
        for name, value in given.items():
            is_link = name in ("href", "src", "action", "formaction")
            if (
                name.startswith("on")
                or name == "style"
                or (is_link and "javascript:" in value[:20])
            ):
                self.found.append(f"{tag} {name}={value[:60]}")


def active(html: str) -> list[str]:
    """What in a page is more than marked-up text, our own modules and styles apart."""
    parser = _Active()
    parser.feed(html)
    parser.close()
    return parser.found


def hostile_event(number: int) -> dict[str, Any]:
    """An event with hostile text everywhere that pages show."""
    bad = HOSTILE[number % len(HOSTILE)]
    frame = {"filename": bad, "function": bad, "module": bad, "lineno": 7, "in_app": True}
    frame |= {"context_line": bad, "pre_context": [bad], "abs_path": bad, "vars": {bad: bad}}
    return {
        "event_id": secrets.token_hex(16),
        "timestamp": time.time(),
        "platform": "javascript",
        "level": "error",
        "transaction": bad,
        "environment": "prod",
        "release": f"hostile@{number}",
        "server_name": bad,
        "logger": bad,
        "message": bad,
        "fingerprint": [f"hostile-{number}"],
        "exception": {
            "values": [{"type": bad, "value": bad, "stacktrace": {"frames": [frame] * 250}}]
        },
        "breadcrumbs": {"values": [{"message": bad, "category": bad, "data": {bad: bad}}] * 20},
        "tags": {"hostile": bad, "url": bad},
        "user": {"id": bad, "email": bad, "username": bad, "ip_address": "127.0.0.1"},
        "request": {"url": bad, "headers": {bad: bad}, "cookies": {bad: bad}, "data": bad},
        "contexts": {"browser": {"name": bad, "version": bad}, "own": {bad: bad, "n": None}},
        "extra": {bad: bad, "large": "x" * 300_000, "deep": [[[[[[bad]]]]]], "none": None},
        "sdk": {"name": bad, "version": bad},
    }


@pytest.fixture(scope="session")
def hostile(site: Site) -> list[str]:
    """The paths of every kind of page about hostile events."""
    key = site.made.dsn.partition("://")[2].partition("@")[0]
    address = f"{site.url}/api/{site.made.project_id}/store/?sentry_key={key}"
    for number in range(len(HOSTILE)):
        content = json.dumps(hostile_event(number))
        assert httpx.post(address, content=content).status_code == 200
    paths = ["/acme/issues/?query=", "/acme/projects/", "/acme/projects/web/start/"]
    with site.api() as api:
        for issue in api.get("/organizations/acme/issues/", params={"query": ""}).json():
            base = f"/acme/issues/{issue['id']}/"
            paths += [base, f"{base}events/", f"{base}tags/hostile/", f"{base}hashes/"]
            note = {"text": HOSTILE[0] + HOSTILE[1] + "[x](javascript:alert(1))"}
            assert api.post(f"/issues/{issue['id']}/comments/", json=note).status_code == 201
            assert (
                api.get(f"/issues/{issue['id']}/events/latest/")
                .headers["content-type"]
                .startswith("application/json")
            )
    return paths


def assert_guarded(answer: httpx.Response) -> None:
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


def pages() -> list[str]:
    """An address of every page that can be asked for; not all of them are there."""
    known = {"organization": "acme", "project": "web", "issue": "1", "team": "acme", "member": "1"}
    rest = {"key": "level", "event": "latest", "secret": "none", "token": "1", "comment": "1"}
    return [
        re.sub(r"\{(\w+)(:\w+)?\}", lambda m: (known | rest).get(m[1], "1"), declared.path)
        for declared in PAGES
        if "GET" in declared.methods and not declared.path.startswith("/live/")
    ]


def is_text(answer: httpx.Response) -> bool:
    """Whether browsers show an answer as it is: they may not guess that it is a page."""
    return (
        answer.headers.get("content-type") == "text/markdown; charset=utf-8"
        and answer.headers["x-content-type-options"] == "nosniff"
    )


def test_every_answer_is_guarded(site: Site) -> None:
    with site.signed_in() as client, site.browser() as nobody:
        for path in pages():
            for answer in (client.get(path), nobody.get(path), client.request("PUT", path)):
                assert_guarded(answer)
                assert answer.status_code < 500, path
                assert is_text(answer) or active(answer.text) == [], path
            assert nobody.get(path).status_code in (200, 303, 404), path
        elsewhere = ["/no/such/page/", "/sign-in", "/organizations/acme/", "/static/x/nothing.js"]
        files = [assets.address("app.css"), *assets.modules()]
        for path in [*elsewhere, *files, "/api/0/", "/api/0/no/such/", "/api/0/organizations/"]:
            assert_guarded(client.get(path))


def test_pages_and_their_forms_ask_for_a_sign_in_and_our_own_origin(site: Site) -> None:
    with httpx.Client(base_url=site.url) as nobody, site.signed_in() as client:
        for declared in PAGES:
            path = re.sub(r"\{(\w+)(:\w+)?\}", "acme", declared.path)
            for method in set(declared.methods) - {"GET"}:
                for speaker in (nobody, client):
                    for origin in ("https://evil.example", "null"):
                        answer = speaker.request(method, path, headers={"Origin": origin})
                        assert answer.status_code == 403, (method, path)
            if not declared.is_public and "GET" in declared.methods:
                assert nobody.get(path).headers["location"].startswith("/sign-in/"), path


def test_hostile_text_is_only_text(site: Site, hostile: list[str]) -> None:
    with site.signed_in() as client:
        for path in hostile:
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            assert f"<script>{MARK}" not in answer.text
            assert "<img src=x" not in answer.text
            assert "<svg onload" not in answer.text
            assert active(answer.text) == [], path
            assert "\x00" not in answer.text
            assert "49${" not in answer.text


def test_hostile_text_does_nothing_in_a_browser(
    site: Site, hostile: list[str], browser: RealBrowser
) -> None:
    def visit(chromium: Browser) -> list[str]:
        context = chromium.new_context(base_url=site.url)
        page = context.new_page()
        wrong: list[str] = []

        def dismissed(dialog: Dialog) -> None:
            wrong.append("a dialog")
            dialog.dismiss()

        def noted(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text:
                wrong.append(message.text)

        page.on("dialog", dismissed)
        page.on("console", noted)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/sign-in/")
        page.fill("[name=email]", site.made.email)
        page.fill("[name=password]", site.made.password)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/acme/issues/**")
        for path in hostile:
            page.goto(path, wait_until="load")
            if page.evaluate("window.__broken") is not None:
                wrong.append(path)
            if page.locator("a[href^='javascript:' i], iframe, object, embed").count():
                wrong.append(f"{path}: an active element")
        context.close()
        return wrong

    assert browser.run(visit) == []
