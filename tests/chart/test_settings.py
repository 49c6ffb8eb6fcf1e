"""The program starts with every environment that the chart gives it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.chart_pages import names_in_templates
from tests.chart.rendering import (
    CHART,
    POSTGRES,
    SHARED,
    VALUES_FILES,
    Json,
    Rendered,
    merged,
    pods_of,
    render,
)
from urgentry.config import Settings, describe

SECRETS = {
    "URGENTRY_DATABASE_DSN": "postgresql://urgentry:secret@db.example.internal/urgentry",
    "URGENTRY_DATABASE_PASSWORD": "s'ecret:@/?#%",
    "URGENTRY_SECRET_KEYS": "k" * 48,
    "URGENTRY_METRICS_TOKEN": "token",
    "URGENTRY_BLOBS_S3_ACCESS_KEY_ID": "AKIA",
    "URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY": "secret",
    "URGENTRY_BOOTSTRAP_PASSWORD": "correct horse battery staple",
    "URGENTRY_BOOTSTRAP_AUTH_TOKEN": "t" * 64,
}
FILES = [None, *VALUES_FILES]
POOLED = merged(
    POSTGRES,
    {
        "postgres": {
            "host": "db.example.internal",
            "port": 6000,
            "database": "errors",
            "user": "eve",
            "existingSecretPasswordKey": "password",
        }
    },
)


def environment(rendered: Rendered, container: Json) -> dict[str, str]:
    """The variables that a container sees, secrets filled in."""
    seen: dict[str, str] = {}
    for source in container.get("envFrom", []):
        name = source.get("configMapRef", {}).get("name")
        if name and rendered.has("ConfigMap", name):
            seen |= rendered.get("ConfigMap", name)["data"]
    for variable in container.get("env", []):
        secret = variable.get("valueFrom", {}).get("secretKeyRef")
        seen[variable["name"]] = SECRETS.get(variable["name"], "") if secret else variable["value"]
    return seen


def programs(rendered: Rendered) -> Iterator[tuple[str, dict[str, str]]]:
    """The containers that run the program, each with its environment."""
    for holder, pod in pods_of(rendered):
        for container in pod["containers"]:
            if container.get("args") in (["serve"], ["migrate"]):
                yield f"{holder['kind']} {container['args'][0]}", environment(rendered, container)


def server_settings(values: Json, *files: Path) -> Settings:
    rendered = render(values, *files)
    return Settings.from_environment(environment(rendered, rendered.container()))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem if file else "defaults")
def test_the_program_takes_what_the_chart_says(file: Path | None) -> None:
    rendered = render(None, *filter(None, [file]))
    seen = dict(programs(rendered))
    assert "Deployment serve" in seen
    for given in seen.values():
        Settings.from_environment(given)


def test_the_chart_names_no_setting_that_the_program_lacks() -> None:
    assert names_in_templates() <= {setting.name for setting in describe()}


def test_a_single_server_on_sqlite() -> None:
    settings = server_settings({})
    assert settings.database.dsn == "sqlite:////var/lib/urgentry/urgentry.sqlite"
    assert settings.base_url == "http://urgentry.monitoring.svc:8000"
    assert (settings.replicas, settings.log_format, settings.port) == (1, "json", 8000)
    assert (settings.otlp_http_port, settings.otlp_grpc_port) == (4318, 4317)


def test_the_whole_dsn_comes_from_the_secret() -> None:
    values = {"postgres": {"existingSecret": "db", "existingSecretKey": "dsn"}}
    rendered = render(merged(POSTGRES, values))
    (variable,) = [
        variable
        for variable in rendered.container()["env"]
        if variable["name"].startswith("URGENTRY_DATABASE")
    ]
    assert variable == {
        "name": "URGENTRY_DATABASE_DSN",
        "valueFrom": {"secretKeyRef": {"name": "db", "key": "dsn"}},
    }
    assert not [name for name in rendered.settings() if "DATABASE" in name]


def test_or_only_the_password_does() -> None:
    assert server_settings(POOLED).database.dsn == (
        "postgresql://eve:s%27ecret%3A%40%2F%3F%23%25@db.example.internal:6000/errors"
    )


def test_servers_go_through_the_pooler_and_the_migration_past_it() -> None:
    rendered = render(merged(POOLED, {"pgbouncer": {"enabled": True}}))
    settings = {name: Settings.from_environment(given) for name, given in programs(rendered)}
    serve, migrate = settings["Deployment serve"].database, settings["Job migrate"].database
    assert "@urgentry-pgbouncer:5432/errors" in serve.dsn
    assert serve.pooler == "yes"
    assert "@db.example.internal:6000/errors" in migrate.dsn
    assert migrate.pooler == "auto"


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"baseUrl": "https://a.example.com"}, "https://a.example.com"),
        ({"ingress": {"enabled": True}}, "https://errors.example.com"),
        (
            {"ingress": {"enabled": True, "tls": {"enabled": False}}},
            "http://errors.example.com",
        ),
        (
            {
                "httpRoute": {
                    "enabled": True,
                    "parentRefs": [{"name": "public"}],
                    "hostnames": ["b.example.com"],
                }
            },
            "https://b.example.com",
        ),
    ],
)
def test_the_base_url_follows_the_way_in(values: Json, url: str) -> None:
    assert server_settings(values).base_url == url


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"replicaCount": 3}, 3),
        ({"autoscaling": {"enabled": True, "maxReplicas": 7}}, 7),
        ({"keda": {"enabled": True, "maxReplicas": 8, "prometheusUrl": "http://p"}}, 8),
    ],
)
def test_the_program_knows_the_most_replicas_that_there_may_be(values: Json, count: int) -> None:
    assert server_settings(merged(SHARED, values)).replicas == count


def test_listeners_that_are_off_are_off_in_the_program() -> None:
    settings = server_settings({"otlp": {"http": {"enabled": False}, "grpc": {"port": 5317}}})
    assert (settings.otlp_http_port, settings.otlp_grpc_port) == (0, 5317)


def test_blobs_go_to_the_volume_or_to_the_bucket() -> None:
    assert server_settings({}).blobs.store == "disk"
    file = CHART / "ci" / "s3-values.yaml"
    blobs = server_settings({}, file).blobs
    assert (blobs.store, blobs.s3_bucket, blobs.s3_region) == ("s3", "errors", "eu-central-1")
    assert (blobs.s3_prefix, blobs.s3_endpoint) == ("production", "https://s3.example.com")
    assert (blobs.s3_access_key_id, blobs.s3_secret_access_key) == ("AKIA", "secret")
    role = server_settings({"blobs": {"s3": {"existingSecret": ""}}}, file).blobs
    assert (role.store, role.s3_access_key_id) == ("s3", "")


MOVING: Json = {"blobs": {"moveFrom": "disk", "s3": {"bucket": "errors"}}}
"""The volume for one node stays while what lies on it is moved to the bucket."""


def test_blobs_are_moved_to_the_bucket_and_back() -> None:
    there = server_settings(merged(POSTGRES, MOVING)).blobs
    assert (there.store, there.former_store) == ("s3", "disk")
    back = server_settings(merged(POSTGRES, MOVING, {"blobs": {"moveFrom": "s3"}})).blobs
    assert (back.store, back.former_store) == ("disk", "s3")


@pytest.mark.parametrize(
    ("values", "size"),
    [
        (SHARED, 1 << 30),
        (merged(SHARED, {"spool": {"maxBytes": 5_000_000}}), 5_000_000),
        (merged(SHARED, {"persistence": {"enabled": False}}), 0),
        (merged(POSTGRES, {"blobs": {"s3": {"bucket": "errors"}}}), 0),
        (merged(SHARED, {"blobs": {"s3": {"bucket": "errors"}}}), 1 << 30),
        (merged(POSTGRES, MOVING), 1 << 30),
    ],
)
def test_there_is_a_spool_where_a_volume_outlives_the_pods(values: Json, size: int) -> None:
    assert server_settings(values).limits.max_spool_bytes == size


def test_large_numbers_stay_whole() -> None:
    values = {"settings": {"URGENTRY_MAX_QUEUE_BYTES": 1 << 30}, "shutdownTimeoutSeconds": 30}
    assert render(values).settings()["URGENTRY_MAX_QUEUE_BYTES"] == "1073741824"
    late = render(merged(POSTGRES, {"migrate": {"ttlSecondsAfterFinished": 31536000}}))
    job = late.get("Job", "urgentry-migrate-1")
    assert job["spec"]["ttlSecondsAfterFinished"] == 31536000


def test_a_change_of_a_setting_replaces_the_pods() -> None:
    def checksum(values: Json) -> str:
        template = render(values).get("Deployment")["spec"]["template"]
        text: str = template["metadata"]["annotations"]["checksum/config"]
        return text

    assert checksum({}) == checksum({"podLabels": {"a": "b"}})
    assert checksum({}) != checksum({"logLevel": "debug"})


def test_no_secret_is_in_a_configmap_or_an_argument() -> None:
    secret = {setting.name for setting in describe() if setting.secret}
    for file in VALUES_FILES:
        rendered = render(None, file)
        for found in rendered:
            if found["kind"] == "ConfigMap":
                assert not secret & found["data"].keys()
        for _, pod in pods_of(rendered):
            for container in pod["containers"]:
                direct = [one["name"] for one in container.get("env", []) if "value" in one]
                assert not secret & set(direct)


def test_session_keys_are_made_where_none_are_named() -> None:
    made = render(POSTGRES)
    (variable,) = [v for v in made.container()["env"] if v["name"] == "URGENTRY_SECRET_KEYS"]
    reference = variable["valueFrom"]["secretKeyRef"]
    secret = made.get("Secret", reference["name"])
    assert len(secret["data"][reference["key"]]) == 64
    assert secret["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert not render({}).has("Secret")
    named = render(merged(POSTGRES, {"secretKeys": {"existingSecret": "keys"}}))
    assert not named.has("Secret")
    references = [v["valueFrom"]["secretKeyRef"] for v in named.container()["env"]]
    assert {"name": "keys", "key": "secret-keys"} in references
