"""Attachments as SDKs send them: in envelopes, with and without their event, and as a form."""

import hashlib
import os
import uuid
from typing import Any

import httpx
import orjson
import pytest

from tests import openapi
from tests.server.ingest.wire import Wire, event

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
Item = tuple[dict[str, Any], bytes]


def envelope(event_id: str | None, *items: Item) -> bytes:
    lines = [orjson.dumps({"event_id": event_id} if event_id else {})]
    for headers, payload in items:
        lines += [orjson.dumps({"length": len(payload), **headers}), payload]
    return b"\n".join(lines) + b"\n"


def attachment(content: bytes, **headers: Any) -> Item:
    return {"type": "attachment", "filename": "log.txt", **headers}, content


def listed(wire: Wire, event_id: str, **params: str) -> list[dict[str, Any]]:
    answer = wire.api(_path(wire, event_id), **params)
    assert answer.status_code == 200, answer.text
    openapi.check_response(answer)
    found: list[dict[str, Any]] = answer.json()
    return found


def content_of(wire: Wire, event_id: str, attachment_id: str) -> httpx.Response:
    return wire.api(f"{_path(wire, event_id)}{attachment_id}/", download="1")


def _path(wire: Wire, event_id: str) -> str:
    return f"/projects/{wire.organization}/{wire.project}/events/{event_id}/attachments/"


def test_attachments_of_an_event_are_listed_and_downloaded(wire: Wire) -> None:
    sent, before = event(), wire.ledger()
    log = b"line\n" * 100
    body = envelope(
        sent["event_id"],
        attachment(log, content_type="text/plain"),
        ({"type": "event"}, orjson.dumps(sent)),
        attachment(PNG, filename="screenshot.png", content_type="image/png"),
        attachment(b"{}", filename="view-hierarchy.json", attachment_type="event.view_hierarchy"),
        attachment(b"", filename="empty.bin"),
    )
    assert wire.envelope(body).json() == {"id": sent["event_id"]}
    found = listed(wire, sent["event_id"])
    assert [(each["name"], each["type"], each["mimetype"], each["size"]) for each in found] == [
        ("log.txt", "event.attachment", "text/plain", 500),
        ("screenshot.png", "event.attachment", "image/png", len(PNG)),
        ("view-hierarchy.json", "event.view_hierarchy", "application/json", 2),
        ("empty.bin", "event.attachment", "application/octet-stream", 0),
    ]
    assert found[0]["sha1"] == hashlib.sha1(log, usedforsecurity=False).hexdigest()
    for each, content in zip(found, (log, PNG, b"{}", b""), strict=True):
        got = content_of(wire, sent["event_id"], each["id"])
        assert (got.status_code, got.content) == (200, content)
    assert [each["name"] for each in listed(wire, sent["event_id"], query="SHOT")] == [
        "screenshot.png"
    ]
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("attachment", "accepted", ""): 4,
    }


def test_a_download_is_nothing_that_a_browser_runs(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    name = '../evil"\r\nSet-Cookie: x=1;\u2028<b>.html'
    page = b"<script>alert(1)</script>"
    wire.envelope(envelope(event_id, attachment(page, filename=name, content_type="text/html")))
    [found] = listed(wire, event_id)
    got = content_of(wire, event_id, found["id"])
    assert got.content == page
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    assert "evil" in got.headers["content-disposition"]
    assert "/" not in got.headers["content-disposition"]
    assert got.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in got.headers


def test_attachments_may_come_without_their_event(wire: Wire) -> None:
    event_id = str(uuid.uuid4())
    answer = wire.envelope(envelope(event_id, attachment(b"early")))
    assert answer.json() == {"id": uuid.UUID(event_id).hex}
    assert [each["size"] for each in listed(wire, uuid.UUID(event_id).hex)] == [5]


def test_an_attachment_of_no_event_is_refused(wire: Wire) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope(None, attachment(b"lost"))).json() == {}
    assert wire.ledger().since(before) == {("attachment", "invalid", "invalid_event_id"): 1}


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("application/vnd.sentry.attachment-ref+json", "invalid_placeholder_attachment"),
        ("application/vnd.sentry.attachment-ref", "invalid_placeholder_attachment"),
        ("application/vnd.sentry.trace-attachment", "invalid_trace_attachment"),
        ("application/vnd.sentry.attachment.v2", "invalid_trace_attachment"),
    ],
)
def test_what_is_no_file_is_refused_by_name(wire: Wire, content_type: str, reason: str) -> None:
    before, event_id = wire.ledger(), uuid.uuid4().hex
    sent = attachment(b'{"location":"x"}', content_type=content_type, attachment_length=1 << 20)
    assert wire.envelope(envelope(event_id, sent)).status_code == 200
    assert listed(wire, event_id) == []
    assert wire.ledger().since(before) == {("attachment", "invalid", reason): 1}


def test_attachments_go_with_an_event_that_is_refused(wire: Wire) -> None:
    before, event_id = wire.ledger(), uuid.uuid4().hex
    broken: Item = ({"type": "event"}, b"{nonsense")
    wire.envelope(envelope(event_id, attachment(b"x"), broken))
    assert listed(wire, event_id) == []
    assert wire.ledger().since(before) == {
        ("error", "invalid", "invalid_json"): 1,
        ("attachment", "invalid", "invalid_json"): 1,
    }


def test_sending_again_stores_nothing_twice(wire: Wire) -> None:
    sent, before = event(), wire.ledger()
    parts = (({"type": "event"}, orjson.dumps(sent)), attachment(b"once"))
    for _ in range(2):
        assert wire.envelope(envelope(sent["event_id"], *parts)).status_code == 200
    assert len(listed(wire, sent["event_id"])) == 1
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("error", "invalid", "duplicate"): 1,
        ("attachment", "accepted", ""): 1,
        ("attachment", "invalid", "duplicate"): 1,
    }


def test_names_and_types_that_make_no_sense_are_mended(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    wire.envelope(
        envelope(
            event_id,
            ({"type": "attachment"}, b"1"),
            attachment(b"2", filename=["x"], content_type=7),
            attachment(b"3", filename="a\0b\n" + "n" * 400, content_type="no type"),
            attachment(b"4", filename="shot.jpg", content_type="; charset=x"),
        )
    )
    found = listed(wire, event_id)
    assert [each["name"] for each in found] == [
        "unnamed",
        "unnamed",
        "a b " + "n" * 251,
        "shot.jpg",
    ]
    assert [each["mimetype"] for each in found] == ["application/octet-stream"] * 3 + ["image/jpeg"]


def test_a_large_attachment_comes_back_whole(wire: Wire) -> None:
    event_id, content = uuid.uuid4().hex, os.urandom(3 << 20)
    assert wire.envelope(envelope(event_id, attachment(content))).status_code == 200
    [found] = listed(wire, event_id)
    assert content_of(wire, event_id, found["id"]).content == content


def test_an_attachment_can_be_removed(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    wire.envelope(envelope(event_id, attachment(b"x")))
    [found] = listed(wire, event_id)
    path = f"/api/0{_path(wire, event_id)}{found['id']}/"
    assert wire.client.delete(path, headers=wire.api_headers).status_code == 204
    assert listed(wire, event_id) == []
    assert wire.client.delete(path, headers=wire.api_headers).status_code == 404


def test_an_attachment_is_found_by_its_own_event_only(wire: Wire) -> None:
    mine, other = uuid.uuid4().hex, uuid.uuid4().hex
    wire.envelope(envelope(mine, attachment(b"x")))
    [found] = listed(wire, mine)
    assert content_of(wire, other, found["id"]).status_code == 404
    assert wire.api(f"{_path(wire, mine)}9{'9' * 30}/").status_code == 404
    assert wire.api(f"{_path(wire, mine)}x/").status_code == 404


def post_form(wire: Wire, event_id: str, **kwargs: Any) -> httpx.Response:
    path = f"/api/{wire.project_id}/events/{event_id}/attachments/"
    headers = wire.auth | kwargs.pop("headers", {})
    return wire.client.post(path, headers=headers, **kwargs)


def test_files_of_a_form_are_attachments(wire: Wire) -> None:
    event_id, before = uuid.uuid4().hex, wire.ledger()
    files = [
        ("a", ("first.txt", b"one", "text/plain")),
        ("b", ("second.log", b"", "")),
        ("c", (None, b"a field, no file")),
    ]
    answer = post_form(wire, event_id, files=files)
    assert (answer.status_code, answer.content) == (201, b"")
    found = [(each["name"], each["size"]) for each in listed(wire, event_id)]
    assert found == [("first.txt", 3), ("second.log", 0)]
    assert wire.ledger().since(before) == {("attachment", "accepted", ""): 2}


def test_what_is_no_form_is_refused(wire: Wire) -> None:
    event_id, before = uuid.uuid4().hex, wire.ledger()
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    for headers, body in (
        ({}, b"text"),
        ({"Content-Type": "multipart/form-data"}, b"--x\r\n"),
        (form, b""),
        (form, b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\nnever ends"),
        (form, b"--x--\r\n"),
    ):
        answer = post_form(wire, event_id, headers=headers, content=body)
        assert (answer.status_code, answer.json()["detail"]) == (400, "invalid multipart data")
    answer = post_form(wire, "../../etc", content=b"x")
    assert answer.status_code == 404
    answer = post_form(wire, "z" * 32, files=[("a", ("x", b"x"))])
    assert (answer.status_code, answer.json()["detail"]) == (400, "invalid event id")
    assert wire.ledger().since(before) == {
        ("attachment", "invalid", "invalid_multipart"): 5,
        ("attachment", "invalid", "invalid_event_id"): 1,
    }
    assert (
        wire.client.post(f"/api/{wire.project_id}/events/{event_id}/attachments/").status_code
        == 401
    )
