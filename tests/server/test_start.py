"""What lets a server start, and what stops it with a message that says why."""

import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests.server.running_server import RunningServer

SERVICE_LINKS = {
    "URGENTRY_SERVICE_HOST": "10.96.0.12",
    "URGENTRY_SERVICE_PORT": "8000",
    "URGENTRY_SERVICE_PORT_HTTP": "8000",
    "URGENTRY_PORT_8000_TCP": "tcp://10.96.0.12:8000",
    "URGENTRY_PORT_8000_TCP_ADDR": "10.96.0.12",
    "URGENTRY_INGEST_PORT": "tcp://10.96.0.13:8000",
    "URGENTRY_OTLP_HTTP_PORT": "tcp://10.96.0.14:4318",
    "URGENTRY_OTLP_GRPC_PORT": "tcp://10.96.0.14:4317",
}


def test_kubernetes_service_links_do_not_stop_it(tmp_path: Path) -> None:
    with RunningServer(tmp_path, settings=SERVICE_LINKS) as server:
        assert server.is_ready()


def test_an_unknown_setting_stops_it_by_name(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="URGENTRY_LOGLEVEL is not a setting") as caught,
        RunningServer(tmp_path, settings={"URGENTRY_LOGLEVEL": "info"}),
    ):
        pass
    assert "did you mean URGENTRY_LOG_LEVEL?" in str(caught.value)


@pytest.mark.parametrize("name", ["none.mmdb", ""])
def test_a_database_of_places_that_cannot_be_read_stops_it(tmp_path: Path, name: str) -> None:
    settings = {"URGENTRY_GEOIP_DATABASE": str(tmp_path / name)}
    with (
        pytest.raises(RuntimeError, match="URGENTRY_GEOIP_DATABASE: cannot read"),
        RunningServer(tmp_path, settings=settings),
    ):
        pass


def test_a_second_server_on_one_data_directory_stops(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as first:
        with pytest.raises(RuntimeError, match="another"), RunningServer(tmp_path):
            pass
        assert first.is_ready()


@pytest.mark.parametrize(("name", "usual"), [("HTTP", 4318), ("GRPC", 4317)])
def test_a_second_server_does_without_the_usual_ports_of_otlp(
    tmp_path: Path, name: str, usual: int
) -> None:
    """It has its own port for all else; a port that was asked for must be free."""
    setting = f"URGENTRY_OTLP_{name}_PORT"
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has it: all the better
            taken.bind(("", usual))
            taken.listen()
        with RunningServer(tmp_path / "usual", settings={setting: str(usual)}) as server:
            assert "otlp_not_taken" in server.log()
        other = RunningServer(tmp_path / "other")
        with other, pytest.raises(RuntimeError, match=setting):
            RunningServer(tmp_path / "asked", settings={setting: str(other.port)}).start()
