"""Settings: defaults, how each form of value is read, and what stops the start."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from urgentry.config import Settings, describe
from urgentry.errors import ConfigError

KEY = "k" * 32
POSTGRES = "postgresql://u:p@db/urgentry"


def read(**settings: str) -> Settings:
    return Settings.from_environment({f"URGENTRY_{name}": text for name, text in settings.items()})


def test_defaults_serve_sqlite_in_the_data_directory() -> None:
    settings = read()
    assert settings == read(PORT="8000", DATA_DIR="data", LOG_FORMAT="console")
    assert settings.database.dsn == "sqlite:///data/urgentry.sqlite"
    assert settings.base_url == "http://localhost:8000"
    assert settings.limits.event_retention_days == 90
    assert (settings.otlp_http_port, settings.otlp_grpc_port) == (4318, 4317)


def test_an_absolute_data_directory_gives_an_absolute_dsn() -> None:
    assert read(DATA_DIR="/var/lib/urgentry").database.dsn == (
        "sqlite:////var/lib/urgentry/urgentry.sqlite"
    )


def test_other_programs_variables_are_not_ours() -> None:
    environ = {"PATH": "/bin", "PORT": "nonsense", "XURGENTRY_PORT": "nonsense"}
    assert Settings.from_environment(environ) == read()


def test_values_become_typed() -> None:
    settings = read(
        DATA_DIR="/srv/errors",
        BASE_URL="https://errors.example.com/",
        LOG_LEVEL="WARNING",
        TRUSTED_PROXIES="10.0.0.0/8, ::1",
        SECRET_KEYS=f"{KEY},{KEY}2",
        MAX_QUEUE_BYTES=" 2097152 ",
    )
    assert settings.data_dir == Path("/srv/errors")
    assert settings.base_url == "https://errors.example.com"
    assert settings.log_level == "warning"
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    assert settings.secret_keys == (KEY, KEY + "2")
    assert settings.limits.max_queue_bytes == 2 << 20


def test_an_empty_value_is_none() -> None:
    assert read(DATABASE_DSN="", PORT="", METRICS_TOKEN="") == read()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("PORT", "80x", "a whole number from 1 to 65535"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("PORT", "-1", "a whole number"),
        ("PORT", "\u0668\u0660", "a whole number"),
        ("OTLP_GRPC_PORT", "65536", "from 0 to 65535"),
        ("LOG_FORMAT", "xml", "one of console, json"),
        ("BASE_URL", "errors.example.com", "https://errors.example.com"),
        ("BASE_URL", "https://example.com/errors", "without a path"),
        ("BASE_URL", "http://[::1", "an address"),
        ("BASE_URL", "https://h:99999", "an address"),
        ("BASE_URL", "https://u:p@h", "an address"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "CIDR"),
        ("EVENT_RETENTION_DAYS", "45", "one of 1, 7, 14, 30"),
        ("DATABASE_DSN", "mysql://h/d", "postgresql://"),
        ("DATABASE_DSN", "sqlite://file", "sqlite:///relative"),
        ("DATABASE_POOLER", "maybe", "one of auto, yes, no"),
        ("SECRET_KEYS", "short", "32 characters"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**{name: text})
    assert f"URGENTRY_{name}" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"), [("SECRET_KEYS", "hunter2"), ("DATABASE_DSN", "x://u:hunter2@h/d")]
)
def test_a_bad_secret_is_not_echoed(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**{name: text})
    assert "hunter2" not in str(caught.value)


def test_secrets_are_not_in_the_representation() -> None:
    settings = read(
        DATABASE_HOST="db",
        DATABASE_PASSWORD="hunter2",
        METRICS_TOKEN="hunter2",
        SECRET_KEYS="hunter2" * 5,
    )
    assert "hunter2" in settings.database.dsn
    assert "hunter2" not in repr(settings)


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="URGENTRY_DATABSE_DSN is not a setting") as caught:
        read(DATABSE_DSN=POSTGRES)
    assert caught.value.hint == "did you mean URGENTRY_DATABASE_DSN?"


def test_a_name_like_no_other_is_refused_with_the_list() -> None:
    with pytest.raises(ConfigError, match="URGENTRY_ZZZ is not a setting") as caught:
        read(ZZZ="1")
    assert caught.value.hint == "docs/settings.md has them all"


@pytest.mark.parametrize("service", ["URGENTRY", "URGENTRY_INGEST", "URGENTRY_DATABASE"])
def test_kubernetes_service_links_are_not_settings(service: str) -> None:
    links = {
        f"{service}_SERVICE_HOST": "10.96.0.12",
        f"{service}_SERVICE_PORT": "8000",
        f"{service}_SERVICE_PORT_OTLP_HTTP": "4318",
        f"{service}_PORT": "tcp://10.96.0.12:8000",
        f"{service}_PORT_8000_TCP": "tcp://10.96.0.12:8000",
        f"{service}_PORT_8000_TCP_PROTO": "tcp",
        f"{service}_PORT_8000_TCP_PORT": "8000",
        f"{service}_PORT_8000_TCP_ADDR": "10.96.0.12",
        f"{service}_PORT_4317_UDP": "udp://10.96.0.12:4317",
    }
    assert Settings.from_environment(links) == read()


@pytest.mark.parametrize(
    ("name", "text"),
    [("SERVICE_HOST", "not an address"), ("SERVICE_PORT", "web"), ("PORT_8000", "1")],
)
def test_what_only_resembles_a_service_link_is_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"URGENTRY_{name} is not a setting"):
        read(**{name: text})


@pytest.mark.parametrize(
    ("parts", "dsn"),
    [
        ({}, "postgresql://urgentry@db:5432/urgentry"),
        (
            {"PORT": "6432", "NAME": "e/r", "USER": "ann@x", "PASSWORD": "a:b/c"},
            "postgresql://ann%40x:a%3Ab%2Fc@db:6432/e%2Fr",
        ),
        ({"HOST": "::1"}, "postgresql://urgentry@[::1]:5432/urgentry"),
        (
            {"HOST": "/var/run/postgresql"},
            "postgresql://urgentry@/urgentry?host=/var/run/postgresql&port=5432",
        ),
    ],
)
def test_a_dsn_is_made_of_parts(parts: dict[str, str], dsn: str) -> None:
    given = {"DATABASE_HOST": "db"} | {f"DATABASE_{name}": text for name, text in parts.items()}
    assert read(**given).database.dsn == dsn


def test_the_whole_dsn_wins_over_parts() -> None:
    settings = read(DATABASE_DSN=POSTGRES, DATABASE_HOST="other", DATABASE_PASSWORD="x")
    assert settings.database.dsn == POSTGRES


@pytest.mark.parametrize("part", ["NAME", "USER", "PASSWORD", "PORT"])
def test_parts_without_a_host_do_not_fall_back_to_sqlite(part: str) -> None:
    with pytest.raises(ConfigError, match=f"URGENTRY_DATABASE_{part} is set, but no host is"):
        read(**{f"DATABASE_{part}": "5432"})


def test_bootstrap_is_all_or_nothing() -> None:
    whole = {"ORG": "acme", "PROJECT": "web", "EMAIL": "a@b.c", "PASSWORD": "correct horse"}
    given = {f"BOOTSTRAP_{name}": text for name, text in whole.items()}
    assert read(**given).bootstrap.org == "acme"
    for name in given:
        with pytest.raises(ConfigError, match=f"URGENTRY_{name}"):
            read(**{other: text for other, text in given.items() if other != name})
    with pytest.raises(ConfigError, match="PASSWORD_FILE"):
        read(**given, BOOTSTRAP_PASSWORD_FILE="/run/secrets/password")


def test_several_replicas_need_postgresql_and_a_shared_key() -> None:
    with pytest.raises(ConfigError, match="SQLite serves one process"):
        read(REPLICAS="2", SECRET_KEYS=KEY)
    with pytest.raises(ConfigError, match="URGENTRY_SECRET_KEYS is missing"):
        read(REPLICAS="2", DATABASE_DSN=POSTGRES)
    assert read(REPLICAS="2", DATABASE_DSN=POSTGRES, SECRET_KEYS=KEY).replicas == 2


def test_every_setting_is_described_once() -> None:
    names = [setting.name for setting in describe()]
    assert {"URGENTRY_PORT", "URGENTRY_OTLP_GRPC_PORT", "URGENTRY_BLOBS_STORE"} <= set(names)
    assert len(names) == len(set(names))


def test_every_description_is_one_sentence_or_more() -> None:
    for setting in describe():
        assert setting.about.endswith("."), setting.name
        assert "|" not in setting.about, setting.name


def test_blobs_lie_in_the_data_directory_unless_told_otherwise() -> None:
    assert read().blobs.store == "disk"
    assert read(DATA_DIR="/srv").blobs.dir == Path("/srv/blobs")
    assert read(BLOBS_DIR="/mnt/blobs").blobs.dir == Path("/mnt/blobs")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"BLOBS_STORE": "s3"}, "URGENTRY_BLOBS_S3_BUCKET is missing"),
        ({"BLOBS_S3_BUCKET": "errors"}, "blobs are kept on disk"),
        ({"BLOBS_FORMER_STORE": "disk"}, "URGENTRY_BLOBS_FORMER_STORE is disk, as"),
        ({"BLOBS_FORMER_STORE": "s3"}, "URGENTRY_BLOBS_S3_BUCKET is missing"),
        ({"BLOBS_S3_ACCESS_KEY_ID": "x"}, "SECRET_ACCESS_KEY is missing"),
        ({"BLOBS_S3_BUCKET": "Bad_Name"}, "a bucket's name"),
        ({"BLOBS_S3_PREFIX": "a/../b"}, "a path such as"),
        ({"BLOBS_S3_ENDPOINT": "s3.example.com"}, "an address such as https://s3.example.com"),
        ({"BLOBS_S3_ENDPOINT": "https://u:p@s3.example.com"}, "an address such as"),
        ({"BLOBS_S3_ENDPOINT": "https://s3.example.com/?x=1"}, "without a query"),
        ({"BLOBS_S3_ENCRYPTION": "rot13"}, "one of none, aes256"),
        ({"BLOBS_S3_BULK_DELETE": "maybe"}, "yes or no"),
        ({"BLOBS_SWEEP_DELAY_DAYS": "0"}, "from 1 to 365"),
    ],
)
def test_settings_of_blobs_are_checked(given: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read(**given)


def test_the_object_store_is_read_whole() -> None:
    blobs = read(
        BLOBS_STORE="S3",
        BLOBS_S3_BUCKET="errors",
        BLOBS_S3_PREFIX="/team/urgentry/",
        BLOBS_S3_ENDPOINT="https://s3.example.com/tenant/",
        BLOBS_S3_BULK_DELETE="no",
        BLOBS_S3_ENCRYPTION="AES256",
    ).blobs
    assert (blobs.store, blobs.s3_prefix) == ("s3", "team/urgentry")
    assert blobs.s3_endpoint == "https://s3.example.com/tenant"
    assert (blobs.s3_bulk_delete, blobs.s3_encryption) == (False, "aes256")
