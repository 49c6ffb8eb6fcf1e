"""What the request that brought an event, and the operator's own files, add to the event."""

import uuid
from pathlib import Path

from tests.places import VIENNA, write_places
from tests.server.ingest.wire import Wire, envelope_of, event
from tests.server.running_server import RunningServer

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1"
)


def test_a_user_agent_in_the_event_makes_contexts_and_tags(wire: Wire) -> None:
    sent = event(request={"headers": {"User-Agent": PHONE}})
    wire.envelope(envelope_of(sent)).raise_for_status()
    stored = wire.stored(sent["event_id"])
    assert stored
    assert stored["contexts"]["browser"]["browser"] == "Mobile Safari 16.0"
    assert stored["contexts"]["client_os"]["os"] == "iOS 16.0"
    assert ["browser.name", "Mobile Safari"] in stored["tags"]


def test_the_replay_of_the_trace(wire: Wire) -> None:
    sent, replay_id = event(), uuid.uuid4()
    wire.envelope(envelope_of(sent, trace={"replay_id": str(replay_id)})).raise_for_status()
    stored = wire.stored(sent["event_id"])
    assert stored
    assert stored["contexts"]["replay"] == {"type": "replay", "replay_id": replay_id.hex}


def test_a_browser_that_reports_a_breach_tells_its_hints(wire: Wire) -> None:
    report = {"csp-report": {"document-uri": "http://x/", "effective-directive": "img-src"}}
    hints = {"sec-ch-ua": '"Google Chrome";v="141"', "sec-ch-ua-platform": '"Windows"'}
    answer = wire.client.post(
        f"/api/{wire.project_id}/security/?sentry_key={wire.key}",
        json=report,
        headers={"content-type": "application/csp-report", "user-agent": PHONE, **hints},
    )
    found = wire.api(f"/projects/{wire.organization}/{wire.project}/events/")
    answer.raise_for_status()
    stored = wire.stored(found.json()[0]["eventID"])
    assert stored
    assert stored["contexts"]["browser"]["browser"] == "Google Chrome 141"
    assert stored["contexts"]["client_os"]["name"] == "Windows"


def test_the_place_of_the_senders_address(tmp_path: Path) -> None:
    database = write_places(tmp_path / "places.mmdb", {"203.0.113.0/24": VIENNA})
    settings = {
        "URGENTRY_GEOIP_DATABASE": str(database),
        "URGENTRY_TRUSTED_PROXIES": "127.0.0.1",
    }
    with RunningServer(tmp_path, settings=settings) as server, Wire(server) as wire:
        sent = event(user={"ip_address": "{{auto}}"})
        forwarded = {"X-Forwarded-For": "203.0.113.7"}
        wire.envelope(envelope_of(sent), headers=wire.auth | forwarded).raise_for_status()
        stored = wire.stored(sent["event_id"])
    assert stored
    assert stored["user"]["ip_address"] == "203.0.113.7"
    assert stored["user"]["geo"] == {
        "country_code": "AT",
        "city": "Vienna",
        "subdivision": "Vienna State",
        "region": "Austria",
    }
