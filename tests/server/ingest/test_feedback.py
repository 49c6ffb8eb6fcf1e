"""Feedback in each of its forms: the item, the older report, the dialog's form, the API."""

import uuid
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest

from tests import openapi
from tests.server.ingest.wire import Wire, envelope_of, event

REPORT = {"name": "Ann", "email": "ann@example.com", "comments": "It broke\nwhen I paid."}


def listed(wire: Wire) -> list[dict[str, Any]]:
    answer = wire.api(f"/projects/{wire.organization}/{wire.project}/user-feedback/")
    openapi.check_response(answer)
    found: list[dict[str, Any]] = answer.json()
    return found


def about(wire: Wire, event_id: str) -> list[dict[str, Any]]:
    return [each for each in listed(wire) if each["eventID"] == event_id]


def issues(wire: Wire, query: str) -> list[dict[str, Any]]:
    answer = wire.api(f"/organizations/{wire.organization}/issues/", query=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def feedback(**context: Any) -> dict[str, Any]:
    return {
        "event_id": uuid.uuid4().hex,
        "type": "feedback",
        "contexts": {"feedback": {"message": "hello", **context}},
    }


def test_feedback_is_an_issue_of_its_own_kind(wire: Wire) -> None:
    sent = feedback(message="unique words 4711", contact_email="ann@example.com", name="Ann")
    before = wire.ledger()
    answer = wire.envelope(envelope_of(sent, kind="feedback", event_id=sent["event_id"]))
    assert answer.json() == {"id": sent["event_id"]}
    assert wire.ledger().since(before) == {("feedback", "accepted", ""): 1}
    [issue] = issues(wire, 'issue.category:feedback "4711"')
    assert (issue["issueCategory"], issue["issueType"], issue["level"]) == (
        "feedback",
        "feedback",
        "info",
    )
    assert issue["metadata"]["message"] == "unique words 4711"
    assert issue["metadata"]["contact_email"] == "ann@example.com"
    assert issues(wire, "4711") == [], "lists leave it out until they are asked for it"
    assert issues(wire, "issue.category:error 4711") == []
    assert [each["id"] for each in issues(wire, "issue.type:feedback 4711")] == [issue["id"]]
    assert about(wire, sent["event_id"]) == [], "it is about no event"


def test_each_feedback_is_for_itself(wire: Wire) -> None:
    for _ in range(2):
        sent = feedback(message="said twice 815")
        wire.envelope(envelope_of(sent, kind="feedback", event_id=sent["event_id"]))
    assert len(issues(wire, "issue.category:feedback 815")) == 2


def test_feedback_about_an_event_is_listed_with_it(wire: Wire) -> None:
    broken = event()
    wire.envelope(envelope_of(broken, event_id=broken["event_id"]))
    sent = feedback(message="it broke", associated_event_id=broken["event_id"])
    for _ in range(2):
        wire.envelope(envelope_of(sent, kind="feedback", event_id=sent["event_id"]))
    [found] = about(wire, broken["event_id"])
    assert (found["comments"], found["name"], found["email"]) == ("it broke", "", "")
    assert found["event"] == {"id": broken["event_id"], "eventID": broken["event_id"]}
    assert found["issue"]["metadata"]["type"] == "ValueError"


@pytest.mark.parametrize(
    "contexts",
    [
        {},
        {"feedback": None},
        {"feedback": "text"},
        {"feedback": {}},
        {"feedback": {"message": "  "}},
        {"feedback": {"message": 7}},
    ],
)
def test_feedback_that_says_nothing_is_refused(wire: Wire, contexts: dict[str, Any]) -> None:
    before, event_id = wire.ledger(), uuid.uuid4().hex
    answer = wire.envelope(envelope_of({"contexts": contexts}, kind="feedback", event_id=event_id))
    assert answer.status_code == 200
    assert wire.ledger().since(before) == {("feedback", "invalid", "no_data"): 1}


def test_a_user_report_is_feedback_about_its_event(wire: Wire) -> None:
    broken, before = event(), wire.ledger()
    said = REPORT | {"comments": "in a report 5150"}
    report = orjson.dumps({"event_id": broken["event_id"], **said}) + b"\n"
    items = [
        (b'{"type":"event"}', orjson.dumps(broken)),
        (b'{"type":"user_report","length":%d}' % len(report), report),
    ]
    head = orjson.dumps({"event_id": broken["event_id"]})
    body = b"\n".join([head, *(part for item in items for part in item)])
    for _ in range(2):
        assert wire.envelope(body).status_code == 200
    [found] = about(wire, broken["event_id"])
    assert {name: found[name] for name in said} == said
    assert found["issue"]["title"] == "ValueError: boom"
    assert len(issues(wire, "issue.category:feedback 5150")) == 1
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("error", "invalid", "duplicate"): 1,
        ("feedback", "accepted", ""): 1,
        ("feedback", "invalid", "duplicate"): 1,
    }


def test_a_report_may_come_before_its_event_and_name_it_in_the_header(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    wire.envelope(envelope_of({"comments": "early"}, kind="user_report", event_id=event_id))
    [found] = about(wire, event_id)
    assert (found["comments"], found["issue"], found["event"]["id"]) == ("early", None, None)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "invalid_json"),
        (b"[]", "invalid_json"),
        (b'{"comments":"x"}', "invalid_event_id"),
        (b'{"event_id":"../../x","comments":"x"}', "invalid_event_id"),
        (b'{"event_id":"' + b"a" * 32 + b'"}', "no_data"),
        (b'{"comments":"' + b"x" * 70_000 + b'"}', "payload"),
    ],
)
def test_reports_that_make_no_sense_are_refused(wire: Wire, payload: bytes, reason: str) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope_of(payload, kind="user_report")).status_code == 200
    assert wire.ledger().since(before) == {("feedback", "invalid", reason): 1}


def dialog(wire: Wire, method: str, query: dict[str, str], **form: str) -> httpx.Response:
    return wire.client.request(
        method, f"/api/embed/error-page/?{urlencode(query)}", data=form or None
    )


def test_the_dialog_is_a_script_that_holds_texts_as_data(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    hostile = "</script><script>alert(1)</script>\u2028"
    answer = dialog(
        wire, "GET", {"dsn": wire.dsn, "eventId": event_id, "title": hostile, "name": "Ann"}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "</script>" not in answer.text
    assert "\u2028" not in answer.text
    settings = orjson.loads(answer.text.partition("settings=")[2].partition(";\n")[0])
    assert (settings["title"], settings["name"]) == (hostile, "Ann")
    assert settings["endpoint"].startswith(wire.dsn.split("//")[0])
    assert event_id in settings["endpoint"]


def test_what_the_dialog_sends_is_feedback(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    answer = dialog(wire, "POST", {"dsn": wire.dsn, "eventId": event_id}, **REPORT)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["access-control-allow-origin"] == "*"
    [found] = about(wire, event_id)
    assert found["comments"] == REPORT["comments"]


@pytest.mark.parametrize(
    ("change", "causes"),
    [
        ({"email": "nobody"}, ["email is missing or invalid"]),
        (
            {"name": "", "comments": " "},
            ["name is missing or invalid", "comments is missing or invalid"],
        ),
        ({"comments": "x" * 5000}, ["comments is missing or invalid"]),
    ],
)
def test_the_dialog_is_told_what_is_wrong(
    wire: Wire, change: dict[str, str], causes: list[str]
) -> None:
    query = {"dsn": wire.dsn, "eventId": uuid.uuid4().hex}
    answer = dialog(wire, "POST", query, **(REPORT | change))
    assert (answer.status_code, answer.json()["causes"]) == (400, causes)


def test_the_dialog_needs_a_dsn_of_ours_and_an_event(wire: Wire) -> None:
    event_id, other = uuid.uuid4().hex, wire.dsn.replace(wire.key, "f" * 32)
    elsewhere = wire.dsn.rpartition("/")[0] + "/999999"
    for query, status in (
        ({}, 401),
        ({"dsn": "nonsense", "eventId": event_id}, 400),
        ({"dsn": other, "eventId": event_id}, 403),
        ({"dsn": elsewhere, "eventId": event_id}, 403),
        ({"dsn": wire.dsn}, 400),
        ({"dsn": wire.dsn, "eventId": "../x"}, 400),
    ):
        for method in ("GET", "POST"):
            assert dialog(wire, method, query).status_code == status, query


def post(wire: Wire, **body: Any) -> httpx.Response:
    path = f"/api/0/projects/{wire.organization}/{wire.project}/user-feedback/"
    return wire.client.post(path, json=body, headers=wire.api_headers)


def test_feedback_by_the_api_is_the_same(wire: Wire) -> None:
    broken = event()
    wire.envelope(envelope_of(broken, event_id=broken["event_id"]))
    body = {"event_id": broken["event_id"], **REPORT, "comments": "by the API 2342"}
    answer = post(wire, **body)
    openapi.check_response(answer)
    said = answer.json()
    assert (said["comments"], said["issue"]["title"]) == ("by the API 2342", "ValueError: boom")
    assert about(wire, broken["event_id"]) == [said]
    assert len(issues(wire, "issue.category:feedback 2342")) == 1
    assert post(wire, **body).status_code == 409


def test_the_api_says_what_is_wrong(wire: Wire) -> None:
    answer = post(wire, event_id="x", name="", email="nobody", comments="y" * 5000)
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "event_id": ["Enter a valid event id."],
            "name": ["This field may not be blank."],
            "email": ["Enter a valid email address."],
            "comments": ["Ensure this field has no more than 4096 characters."],
        },
    )
    assert post(wire).json()["name"] == ["This field is required."]


def test_the_list_is_paged(wire: Wire) -> None:
    for number in range(3):
        wire.envelope(
            envelope_of(
                {"comments": f"page {number}"}, kind="user_report", event_id=uuid.uuid4().hex
            )
        )
    path = f"/projects/{wire.organization}/{wire.project}/user-feedback/"
    first = wire.api(path, per_page="2")
    assert [each["comments"] for each in first.json()] == ["page 2", "page 1"]
    assert 'rel="next"; results="true"' in first.headers["link"]
    cursor = first.headers["link"].rpartition('cursor="')[2].rstrip('"')
    assert wire.api(path, per_page="1", cursor=cursor).json()[0]["comments"] == "page 0"
