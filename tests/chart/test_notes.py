"""What people read when the installation ends."""

import pytest

from tests.chart.rendering import CHART, POSTGRES, SHARED, Json, merged, notes

INGRESS: Json = {"ingress": {"enabled": True}}
POOLED = merged(
    SHARED,
    {
        "postgres": {"existingSecretPasswordKey": "password"},
        "pgbouncer": {"enabled": True},
        "replicaCount": 3,
    },
)

SAID: list[tuple[Json, str]] = [
    ({}, "http://urgentry.monitoring.svc:8000"),
    ({}, "port-forward service/urgentry 8000"),
    ({}, "urgentry bootstrap --org"),
    ({}, "helm test urgentry --namespace monitoring"),
    ({}, "Its database is SQLite."),
    (POSTGRES, "Its database is PostgreSQL."),
    (INGRESS, "https://errors.example.com"),
    (INGRESS, "WARNING: trustedProxies is empty"),
    ({"image": {"tag": "latest"}}, "WARNING: image.tag is latest"),
    (merged(POSTGRES, {"persistence": {"enabled": False}}), "There is no spool"),
    (merged(POSTGRES, {"blobs": {"s3": {"bucket": "errors"}}}), "There is no spool"),
    ({"persistence": {"enabled": False}}, "the whole database included"),
    (merged(POSTGRES, {"migrate": {"enabled": False}}), "WARNING: migrate.enabled is false"),
    (merged(POOLED, {"pgbouncer": {"maxClientConn": 29}}), "the servers may open 30 connections"),
    (
        merged(POOLED, {"settings": {"URGENTRY_DATABASE_POOL_SIZE": 100}}),
        "the servers may open 300 connections",
    ),
]


@pytest.mark.parametrize(("values", "said"), SAID, ids=[said for _, said in SAID])
def test_it_is_said(values: Json, said: str) -> None:
    assert said in notes(values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        POSTGRES,
        POOLED,
        merged(POSTGRES, {"blobs": {"s3": {"bucket": "errors"}}}),
        merged(INGRESS, {"trustedProxies": ["10.0.0.0/8"]}),
    ],
)
def test_nobody_is_warned_for_nothing(values: Json) -> None:
    assert "WARNING" not in notes(values)


def test_who_has_an_account_is_told_to_sign_in() -> None:
    said = notes(None, CHART / "ci" / "sqlite-values.yaml")
    assert "Sign in as owner@example.com with the password in the Secret" in said
    assert "urgentry bootstrap" not in said
