"""An SDK by hand: sends bodies with whatever headers a test wants, and reads back what was kept."""

import re
import uuid
from collections import Counter
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from tests.server.running_server import RunningServer

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


class Wire:
    """A connection to one server and one project of it."""

    def __init__(self, server: RunningServer, *, project: str = "web") -> None:
        made = server.bootstrap(project=project)
        self.project_id = made.project_id
        self.key = made.dsn.split("//")[1].split("@")[0]
        self.dsn = made.dsn
        self.organization = made.organization
        self.project = made.project
        self.otlp_port = server.otlp_port
        self.client = httpx.Client(base_url=server.base_url, timeout=20)
        self._base_url = server.base_url
        self._token = made.auth_token

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    @property
    def auth(self) -> dict[str, str]:
        return {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={self.key}"}

    @property
    def api_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def envelope(
        self,
        body: bytes,
        *,
        headers: dict[str, str] | None = None,
        query: str = "",
        path: str | None = None,
    ) -> httpx.Response:
        """POSTs a body to the envelope endpoint; with the key in a header unless told."""
        return self.client.post(
            f"{self._base_url}{path or f'/api/{self.project_id}/envelope/'}{query}",
            content=body,
            headers=self.auth if headers is None else headers,
        )

    def store(self, body: bytes, *, headers: dict[str, str] | None = None) -> httpx.Response:
        """POSTs a body to the legacy endpoint."""
        return self.client.post(
            f"/api/{self.project_id}/store/", content=body, headers=self.auth | (headers or {})
        )

    def stored(self, event_id: str) -> dict[str, Any] | None:
        """The stored event as JSON, or None."""
        answer = self.api(f"/projects/{self.organization}/{self.project}/events/{event_id}/json/")
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        event: dict[str, Any] = answer.json()
        return event

    def api(self, path: str, **params: str) -> httpx.Response:
        """GETs from the web API."""
        return self.client.get(f"/api/0{path}", params=params, headers=self.api_headers)

    def ledger(self) -> "Counted":
        """What was received and what became of it, so far."""
        return Counted(self.client.get("/metrics").raise_for_status().text)


class Counted:
    """The ledger as `/metrics` tells it."""

    def __init__(self, exposition: str) -> None:
        self.received: Counter[str] = Counter()
        self.settled: Counter[tuple[str, str, str]] = Counter()
        self.faults = 0
        for name, labels, value in _SAMPLE.findall(exposition):
            of = dict(_LABEL.findall(labels))
            if name == "ingest_events_total":
                self.received[of["category"]] += int(float(value))
            elif name == "ingest_outcomes_total":
                key = (of["category"], of["outcome"], of["reason"])
                self.settled[key] += int(float(value))
            elif name == "ingest_errors_total":
                self.faults += int(float(value))

    def since(self, before: "Counted") -> dict[tuple[str, str, str], int]:
        """What was settled after an earlier look."""
        return dict(self.settled - before.settled)

    @property
    def is_balanced(self) -> bool:
        """Everything received was settled, category by category."""
        settled: Counter[str] = Counter()
        for (category, _, _), count in self.settled.items():
            settled[category] += count
        return settled == self.received


def event(**fields: Any) -> dict[str, Any]:
    """A minimal event with an id of its own."""
    return {
        "event_id": uuid.uuid4().hex,
        "platform": "python",
        "exception": {"values": [{"type": "ValueError", "value": "boom"}]},
        **fields,
    }


def envelope_of(payload: dict[str, Any] | bytes, *, kind: str = "event", **header: Any) -> bytes:
    """An envelope of one item."""
    raw = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    item = orjson.dumps({"type": kind, "length": len(raw)})
    return orjson.dumps(header) + b"\n" + item + b"\n" + raw + b"\n"
