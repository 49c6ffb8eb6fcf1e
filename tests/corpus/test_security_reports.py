"""Recorded reports against the events that Sentry's relay makes of them."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.corpus.score_normalize import CORPUS
from tests.receipts import envelope, receipt
from urgentry.domain.event import PreparedEvent
from urgentry.domain.filters import FilterSettings
from urgentry.ingest.envelope import make_item
from urgentry.ingest.items import security

FOLDER = CORPUS / "security_report"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/74.0.3729.169 Safari/537.36"
)
OF_THE_SERVER = {"contexts", "grouping_config", "key_id", "project"}


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.input.json")), ids=lambda path: path.stem)
def test_report(path: Path) -> None:
    expected = json.loads(
        path.with_name(path.name.replace(".input.", ".no_processing.output.")).read_text()
    )
    item = make_item(
        "raw_security",
        path.read_bytes(),
        sentry_release=expected["release"],
        sentry_environment=expected["environment"],
    )
    unfiltered = FilterSettings(csp_known_sources=False)
    scope = msgspec.structs.replace(receipt().scope, filters=unfiltered)
    known = receipt(scope=scope, client_ip="127.0.0.1", user_agent=BROWSER)
    (record,) = security.read_raw(item, known, envelope(item)).records
    assert isinstance(record, PreparedEvent)
    event = json.loads(record.payload)
    tags = expected.pop("tags")
    assert [tag for tag in tags if tag not in event["tags"]] == []
    assert {name: event.get(name) for name in expected.keys() - OF_THE_SERVER} == {
        name: value for name, value in expected.items() if name not in OF_THE_SERVER
    }
