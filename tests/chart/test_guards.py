"""What would not work is refused when it is installed, with words that say what to do."""

import pytest

from tests.chart.rendering import POSTGRES, SHARED, Json, merged, refusal, render

REPLICAS: Json = {"replicaCount": 3}
HPA: Json = {"autoscaling": {"enabled": True}}
KEDA: Json = {"keda": {"enabled": True, "prometheusUrl": "http://prometheus:9090"}}
PASSWORD: Json = {"postgres": {"existingSecretPasswordKey": "password"}}
BUCKET: Json = {"blobs": {"s3": {"bucket": "errors"}}}
SHARED_THREE = merged(SHARED, REPLICAS)


def budget(**values: object) -> Json:
    return {"podDisruptionBudget": {"enabled": True, **values}}


REFUSED: list[tuple[Json, str]] = [
    (REPLICAS, "3 replicas, but SQLite serves one process only: set postgres.host"),
    (HPA, "5 replicas, but SQLite serves one process only"),
    (KEDA, "5 replicas, but SQLite serves one process only"),
    (merged(POSTGRES, REPLICAS), "3 replicas, but the volume is ReadWriteOnce"),
    (merged(POSTGRES, HPA), "5 replicas, but the volume is ReadWriteOnce"),
    (
        merged(POSTGRES, REPLICAS, {"persistence": {"enabled": False}}),
        "3 replicas without a volume",
    ),
    (
        merged(POSTGRES, REPLICAS, BUCKET, {"persistence": {"existingClaim": "mine"}}),
        "3 replicas, but the volume is ReadWriteOnce",
    ),
    (merged(REPLICAS, BUCKET), "SQLite serves one process only"),
    ({"blobs": {"s3": {"existingSecret": "s3"}}}, "blobs.s3.bucket is empty"),
    ({"blobs": {"moveFrom": "disk"}}, "blobs.moveFrom is set, but blobs.s3.bucket is empty"),
    (
        merged(BUCKET, {"blobs": {"moveFrom": "s3"}, "persistence": {"enabled": False}}),
        "there is no volume to move from or to",
    ),
    (
        merged(BUCKET, {"blobs": {"s3": {"existingSecret": "s3", "accessKeyIdKey": ""}}}),
        "blobs.s3.accessKeyIdKey",
    ),
    (merged(SHARED, HPA, KEDA), "would both set the number of replicas"),
    (merged(SHARED, HPA, {"autoscaling": {"minReplicas": 9}}), "minReplicas is larger"),
    (merged(SHARED, {"keda": {"enabled": True}}), "keda.enabled needs keda.prometheusUrl"),
    (
        merged(POSTGRES, {"database": {"type": "sqlite"}}),
        "database.type is sqlite, but postgres.host is set",
    ),
    (merged(POSTGRES, {"postgres": {"existingSecret": ""}}), "postgres.existingSecret is empty"),
    (
        merged(POSTGRES, {"postgres": {"existingSecretKey": ""}}),
        "postgres.existingSecretKey is empty",
    ),
    (merged(PASSWORD, {"database": {"type": "postgres"}}), "postgres.host is empty"),
    (merged(POSTGRES, {"pgbouncer": {"enabled": True}}), "a DSN would lead past the pooler"),
    ({"strategy": {"type": "RollingUpdate"}}, "only Recreate works"),
    (merged(POSTGRES, {"strategy": {"type": "RollingUpdate"}}), "only Recreate works"),
    (merged(SHARED_THREE, budget(minAvailable=3)), "minAvailable is 3 of 3 replicas"),
    (merged(SHARED_THREE, budget(minAvailable=4)), "minAvailable is 4 of 3 replicas"),
    (merged(SHARED_THREE, budget(minAvailable="100%")), "minAvailable is 100% of 3 replicas"),
    (merged(SHARED, HPA, budget(minAvailable=2)), "minAvailable is 2 of 2 replicas"),
    (budget(minAvailable=1), "minAvailable is 1 of 1 replicas"),
    (merged(SHARED_THREE, budget(maxUnavailable=0)), "maxUnavailable is 0"),
    ({"terminationGracePeriodSeconds": 34}, "a stop may take 35 seconds"),
    ({"preStopSeconds": 30}, "a stop may take 60 seconds"),
    ({"otlp": {"http": {"port": 4317}}}, "otlp.grpc.port is 4317, which another listener has"),
    ({"otlp": {"http": {"port": 8000}}}, "otlp.http.port is 8000, which another listener has"),
    (
        {"otlp": {"http": {"enabled": False}, "ingress": {"enabled": True}}},
        "otlp.ingress.enabled needs otlp.http.enabled",
    ),
    (
        {"otlp": {"http": {"enabled": False}, "httpRoute": {"enabled": True}}},
        "otlp.httpRoute.enabled needs otlp.http.enabled",
    ),
    (
        {"otlp": {"grpc": {"enabled": False}, "grpcRoute": {"enabled": True}}},
        "otlp.grpcRoute.enabled needs otlp.grpc.enabled",
    ),
    (
        {
            "otlp": {
                "http": {"enabled": False},
                "grpc": {"enabled": False},
                "loadBalancer": {"enabled": True},
            }
        },
        "otlp.loadBalancer.enabled needs",
    ),
    ({"ingress": {"enabled": True, "host": ""}}, "ingress.host is empty"),
    ({"otlp": {"ingress": {"enabled": True, "host": ""}}}, "otlp.ingress.host is empty"),
    (
        {"ingress": {"enabled": True, "tls": {"secretName": ""}}},
        "ingress.tls.secretName is empty",
    ),
    ({"httpRoute": {"enabled": True}}, "httpRoute.parentRefs is empty"),
    ({"otlp": {"httpRoute": {"enabled": True}}}, "otlp.httpRoute.parentRefs is empty"),
    ({"otlp": {"grpcRoute": {"enabled": True}}}, "otlp.grpcRoute.parentRefs is empty"),
    ({"bootstrap": {"organization": "acme"}}, "bootstrap.project is empty"),
    (
        {"bootstrap": {"organization": "acme", "project": "web", "email": "a@example.com"}},
        "bootstrap.existingSecret is empty",
    ),
    (
        {"metricsToken": {"existingSecret": "token", "existingSecretKey": ""}},
        "metricsToken.existingSecretKey is empty",
    ),
    (
        {"secretKeys": {"existingSecret": "keys", "existingSecretKey": ""}},
        "secretKeys.existingSecretKey is empty",
    ),
    ({"roundTrip": {"existingSecret": "token"}}, "roundTrip.organization or roundTrip.project"),
    ({"roundTrip": {"schedule": {"enabled": True}}}, "schedule.enabled needs an API token"),
]

MISTYPED: list[tuple[Json, str]] = [
    ({"replicas": 3}, "replicas"),
    ({"image": {"tga": "1"}}, "tga"),
    ({"postgres": {"password": "secret"}}, "password"),
    ({"ingress": {"hosts": []}}, "hosts"),
    ({"persistence": {"accessMode": "ReadWriteSome"}}, "accessMode"),
    ({"image": {"tag": 1.0}}, "tag"),
    ({"logLevel": "loud"}, "logLevel"),
    ({"baseUrl": "errors.example.com"}, "baseUrl"),
    ({"baseUrl": "https://example.com/errors"}, "baseUrl"),
    ({"settings": {"URGENTRY_EVENT_RETENTION": 30}}, "URGENTRY_EVENT_RETENTION"),
    ({"settings": {"URGENTRY_PORT": 9000}}, "URGENTRY_PORT"),
    ({"settings": {"URGENTRY_DATABASE_DSN": "postgresql://"}}, "URGENTRY_DATABASE_DSN"),
    ({"extraEnv": [{"name": "URGENTRY_PRT", "value": "1"}]}, "extraEnv"),
]

WORKS: list[Json] = [
    {"strategy": {"type": "Recreate"}},
    merged(SHARED, {"strategy": {"type": "RollingUpdate"}}),
    merged(SHARED_THREE, budget(minAvailable="50%")),
    merged(SHARED_THREE, budget(minAvailable=2)),
    budget(),
    {"terminationGracePeriodSeconds": 35},
    {"otlp": {"http": {"enabled": False}, "grpc": {"port": 4318}}},
    {"global": {"anything": True}},
    merged(POSTGRES, REPLICAS, BUCKET),
    merged(POSTGRES, HPA, BUCKET, {"persistence": {"enabled": False}}),
    merged(SHARED_THREE, BUCKET),
    {"ingress": {"enabled": True, "tls": {"enabled": False, "secretName": ""}}},
]


@pytest.mark.parametrize(("values", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_it_is_refused(values: Json, said: str) -> None:
    assert said in refusal(values)


@pytest.mark.parametrize(("values", "named"), MISTYPED, ids=[str(values) for values, _ in MISTYPED])
def test_a_typo_is_refused(values: Json, named: str) -> None:
    said = refusal(values)
    assert "schema" in said
    assert named in said


@pytest.mark.parametrize("values", WORKS, ids=str)
def test_what_works_is_not_refused(values: Json) -> None:
    assert render(values).has("Deployment")
