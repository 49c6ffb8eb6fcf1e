"""Under maintenance everything can be read and nothing changed; events come back, or wait."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.server.ingest.wire import Wire, envelope_of
from tests.server.running_server import EMAIL, PASSWORD, RunningServer

OWNER = ("--org", "acme", "--project", "web", "--email", EMAIL)
PATIENCE_S = 30.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that has an issue, and is stopped."""
    made = RunningServer(tmp_path / "server")
    with made, Wire(made) as wire:
        assert send(wire, "before").status_code == 200
    yield made
    made.kill()


@contextmanager
def maintained(server: RunningServer, mode: str) -> Iterator[RunningServer]:
    with server.with_settings(URGENTRY_MAINTENANCE=mode) as running:
        yield running


def send(wire: Wire, message: str) -> httpx.Response:
    return wire.envelope(envelope_of({"message": message, "fingerprint": [message]}))


def titles(client: httpx.Client) -> set[str]:
    answer = client.get("/api/0/projects/acme/web/issues/")
    assert answer.status_code == 200
    return {issue["title"] for issue in answer.json()}


@contextmanager
def signed_in(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers={"Origin": server.base_url}) as client:
        answer = client.post("/sign-in/", data={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 303
        yield client


def member(told: str, name: str) -> str:
    """What `bootstrap` answers."""
    found: str = json.loads(told)[name]
    return found


def wait_for(client: httpx.Client, wanted: set[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while titles(client) != wanted:
        assert time.monotonic() < deadline, titles(client)
        time.sleep(0.1)


def test_events_are_asked_to_come_back_and_nothing_changes(server: RunningServer) -> None:
    token = server.run("bootstrap", *OWNER, "--rotate-token", "--format", "json")
    with maintained(server, "refuse") as running, signed_in(running) as client:
        key = httpx.URL(member(token, "dsn")).username
        path = f"/api/1/envelope/?sentry_key={key}"
        answer = client.post(
            path, content=envelope_of({"message": "during", "fingerprint": ["during"]})
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        exported = httpx.post(
            f"http://127.0.0.1:{running.otlp_port}/v1/logs",
            headers={"x-sentry-auth": f"sentry sentry_key={key}"},
            json={"resourceLogs": []},
        )
        assert exported.status_code == 503
        assert titles(client) == {"before"}
        page = client.get("/acme/issues/")
        assert page.status_code == 200
        assert "under maintenance" in page.text
        changed = client.post("/account/", data={"name": "Another"})
        assert changed.status_code == 503
        assert "Nothing can be changed" in changed.text
        with_token = {"Authorization": f"Bearer {member(token, 'auth_token')}"}
        refused = client.put(
            "/api/0/projects/acme/web/", headers=with_token, json={"name": "Another"}
        )
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        ready = client.get("/ready")
        assert (ready.status_code, ready.json()["maintenance"]) == (200, "refuse")
        assert running.metric("maintenance") == 1


def test_events_wait_in_the_spool_until_it_is_over(server: RunningServer) -> None:
    with maintained(server, "spool") as running, signed_in(running) as client:
        key = httpx.URL(member(server.run("bootstrap", *OWNER, "--format", "json"), "dsn"))
        path = f"/api/1/envelope/?sentry_key={key.username}"
        for number in ("one", "two", "three"):
            body = envelope_of({"message": f"during {number}", "fingerprint": [f"during {number}"]})
            assert client.post(path, content=body).status_code == 200
        assert titles(client) == {"before"}
        assert running.metric("ingest_spool_bytes") > 0
    with server, signed_in(server) as client:
        wait_for(client, {"before", "during one", "during two", "during three"})
        assert "under maintenance" not in client.get("/acme/issues/").text
        assert server.metric("maintenance") == 0
