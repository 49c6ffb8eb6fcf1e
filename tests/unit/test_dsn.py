"""Database DSNs as operators and managed services write them."""

from pathlib import Path

import pytest

from urgentry.errors import ConfigError
from urgentry.storage.data_directory import file_system
from urgentry.storage.dsn import postgres_dsn, postgres_target, sqlite_path
from urgentry.storage.open import open_database

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
server:/export /data nfs4 rw,vers=4.2 0 0
/dev/sdb1 /data/local xfs rw 0 0
host /mnt/with\\040space fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("dsn", "path"),
    [
        ("sqlite:///urgentry.sqlite", "urgentry.sqlite"),
        ("sqlite:///data/urgentry.sqlite", "data/urgentry.sqlite"),
        ("sqlite:////var/lib/urgentry.sqlite", "/var/lib/urgentry.sqlite"),
    ],
)
def test_three_slashes_are_relative_and_four_absolute(dsn: str, path: str) -> None:
    assert sqlite_path(dsn) == Path(path)


@pytest.mark.parametrize(
    "dsn", ["sqlite:", "sqlite://", "sqlite:///", "sqlite://data/x.db", "sqlite:///x.db?mode=ro"]
)
def test_a_sqlite_dsn_without_a_file_is_refused(dsn: str) -> None:
    with pytest.raises(ConfigError) as raised:
        sqlite_path(dsn)
    assert "sqlite:////" in raised.value.hint


@pytest.mark.parametrize("dsn", ["", "mysql://localhost/x", "urgentry.sqlite", ":memory:"])
def test_other_schemes_are_refused(dsn: str) -> None:
    with pytest.raises(ConfigError):
        open_database(dsn)


def test_parameters_of_managed_services_are_translated_or_dropped() -> None:
    target = postgres_target(
        "postgres://u:p%40ss@db.example.com:6543/app?sslmode=require&channel_binding=require"
        "&pgbouncer=true&connect_timeout=7&application_name=web&target_session_attrs=read-write"
    )
    assert target.url == (
        "postgresql://u:p%40ss@db.example.com:6543/app"
        "?sslmode=require&target_session_attrs=read-write"
    )
    assert target.application_name == "web"
    assert target.connect_seconds == 7
    assert target.label == "db.example.com:6543/app"


@pytest.mark.parametrize(("text", "seconds"), [("0", 5), ("1", 2), ("30", 30), ("", 5), ("-1", 5)])
def test_connect_timeout_is_read_as_libpq_reads_it(text: str, seconds: float) -> None:
    target = postgres_target(f"postgresql://h/d?connect_timeout={text}")
    assert target.connect_seconds == seconds


def test_the_systems_certificates_are_a_context_of_their_own() -> None:
    target = postgres_target("postgresql://h/d?sslmode=verify-full&sslrootcert=system")
    assert target.url == "postgresql://h/d"
    assert target.verified_tls is not None
    assert target.verified_tls.check_hostname


@pytest.mark.parametrize("query", ["options=-c%20jit%3Doff", "timezone=UTC", "connect_timeout=x"])
def test_session_settings_are_refused_by_name(query: str) -> None:
    with pytest.raises(ConfigError, match=query.partition("=")[0]) as raised:
        postgres_target(f"postgresql://user:secret@h/d?{query}")
    assert "secret" not in str(raised.value)


def test_parts_make_a_dsn() -> None:
    dsn = postgres_dsn(host="db", name="a b", user="u@x", password="p/w:#?")
    assert dsn == "postgresql://u%40x:p%2Fw%3A%23%3F@db:5432/a%20b"
    assert postgres_dsn(host="::1", port=1, name="n", user="u") == "postgresql://u@[::1]:1/n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/urgentry", "ext4"),
        ("/data", "nfs4"),
        ("/data/urgentry", "nfs4"),
        ("/database", "ext4"),
        ("/data/local/x", "xfs"),
        ("/mnt/with space/x", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_that_of_the_innermost_mount(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind
