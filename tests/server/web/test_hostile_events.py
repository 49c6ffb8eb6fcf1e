"""Whatever strangers send is text. The browser runs none of it, and no page breaks over it."""

from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.server.web.conftest import Site

SCRIPT = "<script>window.wasRun = true; alert(1)</script><img src=x onerror='window.wasRun=true'>"
QUOTES = '"\'><svg onload="window.wasRun = true">{{ 7 * 7 }}{% raw %}'
LINK = "javascript:window.wasRun=true"


def hostile(text: str) -> dict[str, Any]:
    """An event that has a text wherever it may have one."""
    frame = {
        **dict.fromkeys(("function", "module", "filename", "abs_path", "context_line"), text),
        "lineno": 1,
        "in_app": True,
        "pre_context": [text],
        "post_context": [text],
        "vars": {text: text},
    }
    return {
        "exception": {
            "values": [
                {
                    "type": text,
                    "value": text,
                    "module": text,
                    "mechanism": {"type": text, "data": {text: text}, "help_link": LINK},
                    "stacktrace": {"frames": [frame]},
                }
            ]
        },
        "threads": {"values": [{"id": 1, "name": text, "stacktrace": {"frames": [frame]}}]},
        "breadcrumbs": [{"message": text, "category": text, "type": text, "data": {text: text}}],
        "request": {
            "url": LINK,
            "method": "GET",
            "headers": {text: text},
            "cookies": {"a": text},
            "query_string": {text: text},
            "env": {text: text},
            "data": {text: text},
        },
        "user": {"id": text, "email": text, "username": text, "data": {text: text}},
        "tags": {"evil": text},
        "extra": {text: {text: [text]}},
        "contexts": {"evil": {text: text}, "runtime": {"name": text, "version": text}},
        "modules": {text: text},
        "transaction": text,
        "logger": text,
        "server_name": text,
        "environment": "evil",
        "release": "evil@1.0",
        "fingerprint": [text],
        "sdk": {"name": text, "version": text},
        "template": {"filename": text, "context_line": text, "lineno": 1},
    }


@pytest.mark.parametrize("text", [SCRIPT, QUOTES, LINK])
def test_hostile_texts_are_printed_and_not_run(site: Site, text: str) -> None:
    site.send(**hostile(text))

    def use(page: Page) -> None:
        dialogs: list[str] = []

        def note(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", note)
        page.goto(site.issues)
        expect(page.locator("[data-issue]")).to_have_count(1)
        issue = page.locator(".issue-link").get_attribute("href") or ""
        for part in ("", "events/", "hashes/", "tags/evil/"):
            page.goto(issue + part)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            _assert_harmless(page)
        page.goto(issue)
        page.keyboard.press("f")
        _assert_harmless(page)
        assert dialogs == []

    site.visit(use)


def _assert_harmless(page: Page) -> None:
    assert page.evaluate("window.wasRun") is None
    assert page.locator("main [onerror], main [onload], main script").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0


@pytest.mark.parametrize(
    "event",
    [
        {"exception": {"values": [{"type": "Odd", "stacktrace": {"frames": [None, {}]}}]}},
        {"message": "plain", "breadcrumbs": [None, {"data": [1]}, {"timestamp": "never"}]},
        {"message": "plain", "contexts": {"os": "Linux", "trace": None, "x": {"type": "x"}}},
        {"message": "plain", "request": "GET /", "user": ["a"], "tags": [["a"], None, [1, 2]]},
        {"message": "", "exception": []},
        {"type": "csp", "csp": {"effective_directive": "img-src", "blocked_uri": LINK}},
        {"stacktrace": {"frames": [{"function": "lone", "lineno": 3}]}, "message": "with frames"},
    ],
)
def test_odd_events_have_pages(site: Site, event: dict[str, Any]) -> None:
    event_id = site.send(**event)

    def use(page: Page) -> None:
        page.goto(site.issues)
        issue = page.locator(".issue-link").get_attribute("href") or ""
        answer = page.goto(f"{issue}events/{event_id}/")
        assert answer is not None
        assert answer.status == 200

    site.visit(use)
