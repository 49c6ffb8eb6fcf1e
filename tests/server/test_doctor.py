"""`urgentry doctor` says what is wrong with everything that a server needs, and what to do."""

import asyncio
import json
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.database_servers import PgBouncer, PostgresServer, free_port, running_pgbouncer
from tests.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, running_s3
from tests.server.running_server import COMMAND, ROOT, RunningServer
from urgentry import clock
from urgentry.config import Settings
from urgentry.doctor.database import judge_clock
from urgentry.doctor.examine import examine
from urgentry.doctor.finding import Finding

DATABASE = "urgentry_doctor"


class Visit:
    """What one visit found."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings

    @property
    def has_failed(self) -> bool:
        return any(one.state == "failed" for one in self.findings)

    def of(self, check: str) -> list[tuple[str, str]]:
        """The states and texts of a check."""
        return [(one.state, one.text) for one in self.findings if one.check == check]

    def unsound(self) -> dict[str, str]:
        """The texts of what is not as it should be; each comes with a hint."""
        found = [one for one in self.findings if one.state != "ok"]
        assert all(one.hint for one in found)
        return {one.check: one.text for one in found}


def visit(server: RunningServer, **settings: str) -> Visit:
    given = Settings.from_environment(server.environment() | settings)

    async def look() -> list[Finding]:
        return [finding async for finding in examine(given)]

    return Visit(asyncio.run(look()))


def command(server: RunningServer, *options: str, **settings: str) -> tuple[int, str]:
    """The exit status and the output of the real command."""
    done = subprocess.run(
        [*COMMAND, "doctor", *options],
        cwd=ROOT,
        env=server.environment() | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def server(tmp_path: Path) -> RunningServer:
    """On SQLite; not started."""
    made = RunningServer(tmp_path / "server", settings={"URGENTRY_OTLP_GRPC_PORT": "0"})
    made.directory.chmod(0o700)
    return made


@pytest.fixture(scope="module")
def migrated(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the schema."""
    postgres_server.create_database(DATABASE)
    dsn = postgres_server.dsn(DATABASE)
    RunningServer(tmp_path_factory.mktemp("migrating"), database_dsn=dsn).run("migrate")
    return DATABASE


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with running_s3() as running:
        yield running


def test_a_sound_system_is_told_before_and_beside_a_server(server: RunningServer) -> None:
    assert visit(server).unsound() == {}
    assert not (server.directory / "urgentry.sqlite").exists()
    with server:
        server.bootstrap()
        beside = visit(server)
    assert beside.unsound() == {}
    assert "while a server answers" in beside.of("port")[0][1]
    assert [path.name for path in server.directory.glob(".doctor*")] == []
    assert list(server.directory.rglob("blobs/kept")) == []


def test_the_command_tells_people_and_programs(server: RunningServer) -> None:
    status, told = command(server)
    assert status == 0
    assert "ok      fsync           a write is on the disk in" in told
    status, told = command(server, "--json", URGENTRY_PORT="many")
    answer = json.loads(told)
    (check,) = answer["checks"]
    assert (status, answer["state"], check["check"]) == (1, "failed", "settings")
    assert "URGENTRY_PORT" in check["text"]
    assert check["hint"]


def test_what_others_may_read_and_what_cannot_be_written(server: RunningServer) -> None:
    key = server.directory / "secret_key"
    key.write_text("k" * 64)
    key.chmod(0o644)
    server.directory.chmod(0o755)
    found = visit(server)
    assert found.has_failed
    assert found.unsound().keys() == {"secret keys", "data directory"}
    assert "others may read" in found.unsound()["secret keys"]
    key.chmod(0o600)
    assert not visit(server).has_failed
    found = visit(server, URGENTRY_DATA_DIR=str(key))
    assert "cannot be written to" in found.unsound()["data directory"]


def test_a_port_that_another_program_has(server: RunningServer) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        found = visit(server)
    assert found.unsound() == {"port": f"{server.port} is taken by another program"}
    assert found.has_failed


def test_addresses(server: RunningServer) -> None:
    found = visit(server, URGENTRY_BASE_URL="https://nowhere.invalid")
    assert found.unsound().keys() == {"address", "proxy"}
    assert not found.has_failed


def test_a_database_that_is_away_or_not_migrated(
    server: RunningServer, postgres_server: PostgresServer
) -> None:
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/urgentry"
    found = visit(server, URGENTRY_DATABASE_DSN=away)
    assert found.unsound().keys() == {"database"}
    assert found.has_failed
    found = visit(server, URGENTRY_DATABASE_DSN=postgres_server.dsn("postgres"))
    assert found.has_failed
    assert "behind this program" in found.unsound()["schema"]


def test_postgresql_without_a_pooler(
    server: RunningServer, postgres_server: PostgresServer, migrated: str
) -> None:
    dsn = {"URGENTRY_DATABASE_DSN": postgres_server.dsn(migrated)}
    found = visit(server, **dsn)
    assert not found.has_failed
    # The server of the tests forgoes durability.
    assert found.unsound() == {"server": "PostgreSQL answers before a commit is on its disk"}
    assert found.of("pooler") == [("ok", "none; at most 10 of 117 connections are used")]
    (clocks,) = found.of("clock")
    assert clocks[0] == "ok"
    many = {"URGENTRY_REPLICAS": "20", "URGENTRY_SECRET_KEYS": "k" * 64}
    assert "200 connections of 117" in visit(server, **dsn, **many).unsound()["pooler"]


@pytest.mark.parametrize(
    ("mode", "state", "told"),
    [
        ("transaction", "ok", "transaction mode"),
        ("session", "warning", "by the session"),
        ("statement", "failed", "no transactions"),
    ],
)
def test_the_mode_of_a_pooler(
    server: RunningServer,
    postgres_server: PostgresServer,
    migrated: str,
    mode: str,
    state: str,
    told: str,
) -> None:
    with running_pgbouncer(postgres_server, pool_mode=mode, pool_size=5) as pooler:
        found = visit(server, URGENTRY_DATABASE_DSN=pooler.dsn(migrated))
    ((is_in, text),) = found.of("pooler")
    assert is_in == state
    assert told in text


def test_a_pooler_that_the_settings_deny(
    server: RunningServer, pgbouncer: PgBouncer, migrated: str
) -> None:
    found = visit(
        server, URGENTRY_DATABASE_DSN=pgbouncer.dsn(migrated), URGENTRY_DATABASE_POOLER="no"
    )
    assert found.has_failed


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0.2, "ok"), (-0.9, "ok"), (5, "warning"), (-5, "warning"), (90, "failed")],
)
def test_clocks_that_differ(seconds: float, state: str) -> None:
    assert judge_clock(int(seconds * clock.SECOND), clock.SECOND // 100).state == state


def test_rights_in_an_object_store(server: RunningServer, s3_server: S3Server) -> None:
    s3 = {
        "URGENTRY_BLOBS_STORE": "s3",
        "URGENTRY_BLOBS_S3_BUCKET": s3_server.make_bucket(),
        "URGENTRY_BLOBS_S3_ENDPOINT": s3_server.endpoint,
        "URGENTRY_BLOBS_S3_ACCESS_KEY_ID": ACCESS_KEY,
        "URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    found = visit(server, **s3)
    assert found.unsound() == {}
    assert all(found.of(f"blobs: {step}") == [("ok", "s3 does")] for step in ("put", "list"))
    for wrong in (
        {"URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY": "a wrong one"},
        {"URGENTRY_BLOBS_S3_BUCKET": "not-there"},
    ):
        found = visit(server, **s3 | wrong)
        assert found.has_failed
        assert "blobs: put" in found.unsound()
