"""What is sent and not kept, over the wire, by settings that are changed while the server runs."""

import time
from typing import Any

from tests.server.ingest.wire import Wire, envelope_of, event

CHANGE_KNOWN_S = 5.0
SECRET = {"extra": {"password": "hunter2", "color": "red"}}


def change(wire: Wire, of: str, **wanted: Any) -> None:
    answer = wire.client.put(f"/api/0{of}", json=wanted, headers=wire.api_headers)
    assert answer.status_code == 200, answer.text


def kept(wire: Wire, **fields: Any) -> dict[str, Any]:
    sent = event(**fields)
    wire.envelope(envelope_of(sent, event_id=sent["event_id"])).raise_for_status()
    stored = wire.stored(sent["event_id"])
    assert stored is not None
    return stored


def wait_until_kept(wire: Wire, extra: dict[str, Any]) -> None:
    deadline = time.monotonic() + CHANGE_KNOWN_S
    while kept(wire, **SECRET)["extra"] != extra:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_secrets_are_not_kept_unless_a_project_wants_so(wire: Wire) -> None:
    project = f"/projects/{wire.organization}/{wire.project}/"
    organization = f"/organizations/{wire.organization}/"
    filtered = {"password": "[Filtered]", "color": "red"}
    stored = kept(wire, **SECRET)
    assert stored["extra"] == filtered
    told = stored["_meta"]["extra"]["password"][""]
    assert told == {"rem": [["@password:filter", "s", 0, 10]], "len": 7}
    change(wire, project, dataScrubber=False)
    wait_until_kept(wire, SECRET["extra"])
    change(wire, organization, dataScrubber=True)
    wait_until_kept(wire, filtered)
    change(wire, project, dataScrubber=True, safeFields=["password"])
    wait_until_kept(wire, SECRET["extra"])
    change(wire, organization, dataScrubber=False, sensitiveFields=["color"])
    change(wire, project, safeFields=[])
    wait_until_kept(wire, {"password": "[Filtered]", "color": "[Filtered]"})
    change(wire, organization, sensitiveFields=[])
