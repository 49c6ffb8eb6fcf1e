"""One server on SQLite for the tests of the wire: what it answers there is the same on any
database, which `tests/contract` holds."""

from collections.abc import Iterator

import pytest

from tests.server.ingest.wire import Wire
from tests.server.running_server import RunningServer


@pytest.fixture(scope="session")
def wire_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("wire")) as server:
        yield server


@pytest.fixture(scope="session")
def wire(wire_server: RunningServer) -> Iterator[Wire]:
    with Wire(wire_server) as client:
        yield client
