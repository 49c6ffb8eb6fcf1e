"""What a program told, as the API gives it back. Called by the tests of spans, logs and metrics."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.server.running_server import Bootstrapped, RunningServer


@dataclass(frozen=True, slots=True)
class Exported:
    """A program has run; its project holds only what it sent."""

    made: Bootstrapped
    api: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        answer = self.api.get(path, params={"project": self.made.project_id, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def of_organization(self, path: str, **query: Any) -> Any:
        return self.get(f"/organizations/{self.made.organization}{path}", **query)

    def rows(self, dataset: str, *fields: str, **query: Any) -> list[dict[str, Any]]:
        table = self.of_organization("/events/", dataset=dataset, field=list(fields), **query)
        return [{name: row[name] for name in fields} for row in table["data"]]


@contextmanager
def exported_by(server: RunningServer, made: Bootstrapped) -> Iterator[Exported]:
    """What the program told that sent to a project."""
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    with httpx.Client(base_url=f"{server.base_url}/api/0", headers=headers) as api:
        yield Exported(made, api)
