"""A key of an organization's collector: one export of several services, each to its project."""

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest

from tests.server.ingest.wire import Wire
from tests.server.running_server import RunningServer
from tests.unit.otlp.exports import attributes, exception, log, nanos, span
from urgentry import clock
from urgentry.otlp.answers import JSON


@pytest.fixture(scope="module")
def projects(wire_server: RunningServer) -> Iterator[dict[str, Wire]]:
    """The project that has the key, and two more."""
    made = {name: Wire(wire_server, project=name) for name in ("gateway", "shop", "mail")}
    yield made
    for wire in made.values():
        wire.client.close()


def lead_on(wire: Wire, routing: dict[str, Any] | None) -> httpx.Response:
    place = f"/api/0/projects/{wire.organization}/{wire.project}/keys/{wire.key}/"
    return wire.client.put(place, json={"routing": routing}, headers=wire.api_headers)


def resource(service: str, *spans: dict[str, Any], member: str = "spans") -> dict[str, Any]:
    scoped = "scopeSpans" if member == "spans" else "scopeLogs"
    return {
        "resource": {"attributes": attributes({"service.name": service} if service else {})},
        scoped: [{"scope": {"name": "tests"}, member: list(spans)}],
    }


def fresh(name: str, **given: Any) -> dict[str, Any]:
    now = clock.now()
    return span(name=name, **given) | {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "startTimeUnixNano": nanos(now - 1_000),
        "endTimeUnixNano": nanos(now),
    }


def export(wire: Wire, *resources: dict[str, Any], path: str = "traces") -> httpx.Response:
    member = "resourceSpans" if path == "traces" else "resourceLogs"
    return wire.client.post(
        f"http://127.0.0.1:{wire.otlp_port}/v1/{path}",
        content=orjson.dumps({member: list(resources)}),
        headers={"Content-Type": JSON, "x-sentry-dsn": wire.dsn},
    )


def found(wire: Wire, word: str, dataset: str = "spans") -> int:
    """How many spans or logs of a project say a word."""
    answer = wire.api(
        f"/organizations/{wire.organization}/events/",
        dataset=dataset,
        field="count()",
        project=wire.project_id,
        query=word,
        statsPeriod="1h",
    )
    count: int = answer.raise_for_status().json()["data"][0]["count()"]
    return count


def until(condition: Callable[[], bool]) -> None:
    """A change of settings is known to ingest within a second or two."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def until_led_on(gateway: Wire, to: Wire, *, service: str) -> None:
    """Until what a service sends goes to its project."""

    def is_led_on() -> bool:
        said = word()
        assert export(gateway, resource(service, fresh(said))).status_code == 200
        return found(to, said) == 1

    until(is_led_on)


def word() -> str:
    return f"w{secrets.token_hex(6)}"


def test_each_service_goes_to_its_project(projects: dict[str, Wire]) -> None:
    gateway, shop, mail = projects["gateway"], projects["shop"], projects["mail"]
    routing = {"attribute": "service.name", "projects": {"smtp-out": mail.project_id}}
    answer = lead_on(gateway, routing)
    assert answer.status_code == 200, answer.text
    assert answer.json()["routing"] == routing

    until_led_on(gateway, mail, service="smtp-out")
    said, error = word(), word()
    raising = fresh(said, events=[exception(at=clock.now(), type="MailError", message=error)])
    before = gateway.ledger()
    answer = export(
        gateway,
        resource("Shop", fresh(said), fresh(said)),
        resource("smtp-out", raising),
        resource("unknown service", fresh(said)),
        resource("", fresh(said)),
    )
    assert (answer.status_code, answer.json()) == (200, {})
    assert [found(wire, said) for wire in (gateway, shop, mail)] == [2, 2, 1]
    assert gateway.ledger().since(before) == {
        ("span", "accepted", ""): 4,
        ("error", "accepted", ""): 1,
    }
    issues = mail.api(
        f"/organizations/{mail.organization}/issues/", query=error, project=mail.project_id
    ).json()
    assert [each["project"]["slug"] for each in issues] == ["mail"]


def test_logs_go_the_same_way_and_by_another_attribute(projects: dict[str, Wire]) -> None:
    gateway, mail = projects["gateway"], projects["mail"]
    routing = {"attribute": "team", "projects": {"post": mail.project_id}}
    assert lead_on(gateway, routing).status_code == 200

    def is_led_on() -> bool:
        said = word()
        of_team = resource("shop", log(body={"stringValue": said}), member="logRecords")
        of_team["scopeLogs"][0]["logRecords"][0]["timeUnixNano"] = nanos(clock.now())
        of_team["resource"]["attributes"] = attributes({"team": "post", "service.name": "shop"})
        assert export(gateway, of_team, path="logs").status_code == 200
        return found(mail, said, "logs") == 1

    until(is_led_on)


def test_a_limit_of_one_project_does_not_send_the_others_again(
    wire_server: RunningServer, projects: dict[str, Wire]
) -> None:
    gateway, shop = projects["gateway"], projects["shop"]
    assert lead_on(gateway, {"attribute": "service.name"}).status_code == 200
    until_led_on(gateway, shop, service="shop")
    with Wire(wire_server, project="narrow") as narrow:
        place = f"/api/0/projects/{narrow.organization}/{narrow.project}/quotas/"
        quota = {"categories": ["span"], "limit": 0, "window": 60}
        assert narrow.client.put(
            place, json={"quotas": [quota]}, headers=narrow.api_headers
        ).is_success, "the project takes no spans"

        def is_refused() -> bool:
            said = word()
            answer = export(
                gateway, resource("shop", fresh(said)), resource("narrow", fresh(said), fresh(said))
            )
            assert answer.status_code == 200
            assert found(shop, said) == 1
            return bool(answer.json().get("partialSuccess", {}).get("rejectedSpans") == "2")

        until(is_refused)
        assert export(gateway, resource("narrow", fresh("x"))).status_code == 429


def test_without_routing_everything_stays(projects: dict[str, Wire]) -> None:
    gateway, shop = projects["gateway"], projects["shop"]
    assert lead_on(gateway, None).json()["routing"] is None

    def stays() -> bool:
        said = word()
        assert export(gateway, resource("shop", fresh(said))).status_code == 200
        return (found(gateway, said), found(shop, said)) == (1, 0)

    until(stays)


@pytest.mark.parametrize(
    "routing",
    [
        {"attribute": "service.name", "projects": {"x": "999999999"}},
        {"attribute": "service.name", "projects": {"x": "shop"}},
        {"attribute": ["service.name"]},
        "service.name",
    ],
)
def test_what_leads_nowhere_is_refused(projects: dict[str, Wire], routing: Any) -> None:
    answer = lead_on(projects["gateway"], routing)
    assert answer.status_code == 400
