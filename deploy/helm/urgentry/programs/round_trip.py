"""Sends an event to urgentry and reads it back: what `helm test` and the CronJob of the chart run.

Told by `ROUND_TRIP_*`: URL and INGEST_URL of the Services, TIMEOUT_SECONDS, and ORGANIZATION,
PROJECT and TOKEN of a project. Without a token it only asks whether the server is ready. All events
become one issue, which is archived where the token may do that. Standard library only.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

RETRY_SECONDS = 1.0
REQUEST_SECONDS = 10.0
FINGERPRINT = "urgentry-round-trip"


class RoundTripError(Exception):
    """What went wrong, for the log."""


class Server:
    """One server, asked with a token."""

    def __init__(self, url: str, *, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token

    def ask(self, path: str, body: Any = None, *, method: str = "GET") -> Any:
        """The JSON answer of the web API."""
        request = urllib.request.Request(  # noqa: S310 - the chart gives the address
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        return json.loads(answered(request))


def answered(request: urllib.request.Request | str) -> bytes:
    """The body of an answer; RoundTripError for one that is no success, or for none."""
    url = request if isinstance(request, str) else request.full_url
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise RoundTripError(f"{url} answers {error.code}: {error.read(500)!r}") from error
    except OSError as error:
        raise RoundTripError(f"{url}: {error}") from error


def envelope(event_id: str) -> bytes:
    """One event, as SDKs send it."""
    event = {
        "event_id": event_id,
        "timestamp": time.time(),
        "level": "info",
        "logger": "urgentry.round_trip",
        "message": f"Round trip {event_id}",
        "fingerprint": [FINGERPRINT],
        "environment": "round-trip",
    }
    lines = ({"event_id": event_id}, {"type": "event"}, event)
    return b"\n".join(json.dumps(line).encode() for line in lines)


def send(ingest_url: str, key: dict[str, Any], event_id: str) -> None:
    """Posts the event with the key of a project."""
    request = urllib.request.Request(  # noqa: S310 - the chart gives the address
        f"{ingest_url.rstrip('/')}/api/{key['projectId']}/envelope/?sentry_key={key['public']}",
        data=envelope(event_id),
        headers={"Content-Type": "application/x-sentry-envelope"},
    )
    answer = json.loads(answered(request))
    if answer.get("id") != event_id:
        raise RoundTripError(f"the event was not accepted: {answer}")


def until(deadline: float) -> Iterator[None]:
    """Goes round until time is up, at least once."""
    yield
    while time.monotonic() < deadline:
        time.sleep(RETRY_SECONDS)
        yield


def wait_ready(url: str, deadline: float) -> None:
    """Returns when the server is ready; RoundTripError when it is not by then."""
    problem: Exception = RoundTripError("no time")
    for _ in until(deadline):
        try:
            answered(f"{url.rstrip('/')}/ready")
        except RoundTripError as error:
            problem = error
        else:
            return
    raise problem


def read_back(server: Server, project: str, event_id: str, deadline: float) -> dict[str, Any]:
    """The stored event; RoundTripError when it cannot be read by then."""
    problem: Exception = RoundTripError("no time")
    for _ in until(deadline):
        try:
            event: dict[str, Any] = server.ask(f"/api/0/projects/{project}/events/{event_id}/")
        except RoundTripError as error:
            problem = error
        else:
            return event
    raise problem


def archive(server: Server, organization: str, issue_id: str) -> None:
    """Archives the issue, so that nobody is disturbed; a token that may not do it is well."""
    path = f"/api/0/organizations/{organization}/issues/{issue_id}/"
    if server.ask(path)["status"] != "ignored":
        try:
            server.ask(path, {"status": "ignored"}, method="PUT")
        except RoundTripError as error:
            print(f"the issue stays as it is: {error}")


def round_trip(
    server: Server, ingest_url: str, *, organization: str, project: str, deadline: float
) -> str:
    """Sends an event and reads it back; the id of its issue."""
    place = f"{quote(organization)}/{quote(project)}"
    keys = [key for key in server.ask(f"/api/0/projects/{place}/keys/") if key["isActive"]]
    if not keys:
        raise RoundTripError(f"project {place} has no active key")
    event_id = uuid.uuid4().hex
    send(ingest_url, keys[0], event_id)
    event = read_back(server, place, event_id, deadline)
    if event_id not in str(event.get("message")) or not event.get("groupID"):
        raise RoundTripError(f"the event that came back is another: {event}")
    return str(event["groupID"])


def main() -> int:
    """The exit status: 0 when all went well."""
    told = {name: os.environ.get(f"ROUND_TRIP_{name}", "") for name in NAMES}
    deadline = time.monotonic() + float(told["TIMEOUT_SECONDS"] or 60)
    server = Server(told["URL"], token=told["TOKEN"])
    try:
        wait_ready(server.url, deadline)
        if not told["TOKEN"]:
            print(
                "The server is ready. No event was sent: roundTrip.existingSecret names no token."
            )
            return 0
        organization, project = told["ORGANIZATION"], told["PROJECT"]
        issue_id = round_trip(
            server,
            told["INGEST_URL"],
            organization=organization,
            project=project,
            deadline=deadline,
        )
        archive(server, quote(organization), issue_id)
    except RoundTripError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    print(f"An event was sent and read back; it is of issue {issue_id}.")
    return 0


NAMES = ("URL", "INGEST_URL", "TIMEOUT_SECONDS", "ORGANIZATION", "PROJECT", "TOKEN")

if __name__ == "__main__":
    sys.exit(main())
