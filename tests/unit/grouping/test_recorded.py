"""What official SDKs sent, under every released configuration: these hashes are in people's
databases, so none of them may ever change. `python -m tests.server.record_events` records more."""

from typing import Any

import pytest

from tests.unit.grouping.recorded_corpus import events, hashes_of, held
from urgentry.grouping import RELEASED

EVENTS = dict(events())


def test_every_event_is_held_under_every_configuration() -> None:
    found = {name: sorted(hashes) for name, hashes in held().items()}
    assert found == {name: sorted(RELEASED) for name in EVENTS}


@pytest.mark.parametrize("config_id", RELEASED)
@pytest.mark.parametrize("name", EVENTS)
def test_hashes(name: str, config_id: str) -> None:
    assert hashes_of(EVENTS[name], config_id) == held()[name][config_id]


@pytest.mark.parametrize("sdk", ["python", "node", "browser", "go"])
def test_failures_that_differ_are_told_apart(sdk: str) -> None:
    """Under the configuration that new projects have."""
    of_sdk: dict[str, Any] = {name: event for name, event in EVENTS.items() if name.startswith(sdk)}
    found = {name: hashes_of(event, "newstyle:2026-01-20")[0] for name, event in of_sdk.items()}
    assert len(set(found.values())) == len(found) > 6
