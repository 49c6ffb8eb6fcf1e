"""What came beside an event is shown on its page, and nothing of it runs."""

import struct
import zlib

import httpx
import orjson
from playwright.sync_api import Page, expect

from tests.server.web.conftest import Site, error
from tests.server.web.test_issue_page import open_issue

HOSTILE = '"><script>alert(1)</script>'


def png() -> bytes:
    """A red pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def attach(site: Site, event_id: str, *files: tuple[str, str, bytes, str]) -> None:
    lines = [orjson.dumps({"event_id": event_id, "dsn": site.made.dsn})]
    for name, content_type, content, kind in files:
        headers = {"type": "attachment", "filename": name, "length": len(content)}
        headers |= {"content_type": content_type, "attachment_type": kind}
        lines += [orjson.dumps(headers), content]
    address = f"{site.server.base_url}/api/{site.made.project_id}/envelope/"
    assert httpx.post(address, content=b"\n".join(lines)).status_code == 200


def test_files_screenshots_and_views_are_shown(site: Site) -> None:
    event_id = site.send(**error("FileError"))
    window = {"type": "Window", "children": [{"type": "Button", "identifier": HOSTILE}]}
    attach(
        site,
        event_id,
        ("screenshot.png", "image/png", png(), "event.attachment"),
        ("fake.png", "image/png", b"<svg onload=alert(1)>", "event.attachment"),
        (HOSTILE + ".html", "text/html", b"<script>alert(1)</script>", "event.attachment"),
        (
            "view-hierarchy.json",
            "application/json",
            orjson.dumps({"rendering_system": "compose", "windows": [window]}),
            "event.view_hierarchy",
        ),
    )

    def use(page: Page) -> None:
        open_issue(page, site)
        files = page.locator("#files")
        expect(files.locator("tbody tr")).to_have_count(4)
        expect(files).to_contain_text(HOSTILE)
        expect(files).to_contain_text("View hierarchy")
        shown = files.locator("img").first
        shown.scroll_into_view_if_needed()
        expect(shown).to_have_js_property("naturalWidth", 1)
        expect(files.locator("img").nth(1)).to_have_js_property("naturalWidth", 0)
        files.locator("#hierarchy > summary").click()
        expect(files.locator(".views")).to_contain_text("Button")
        expect(files.locator(".views")).to_contain_text(HOSTILE)
        with page.expect_download() as download:
            files.get_by_role("link", name=f"Download {HOSTILE}.html").click()
        assert download.value.path().read_bytes() == b"<script>alert(1)</script>"

    site.visit(use)


def test_files_are_for_members_only(site: Site) -> None:
    event_id = site.send(**error("SecretError"))
    attach(site, event_id, ("a.txt", "text/plain", b"secret", "event.attachment"))
    headers = {"Authorization": f"Bearer {site.made.auth_token}"}
    place = f"{site.made.organization}/{site.made.project}/events/{event_id}/attachments/"
    address = f"{site.server.base_url}/api/0/projects/{place}"
    [found] = httpx.get(address, headers=headers).json()
    page = (
        f"{site.server.base_url}/{site.made.organization}/projects/{site.made.project}"
        f"/events/{event_id}/attachments/{found['id']}/"
    )
    answer = httpx.get(page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in/")
