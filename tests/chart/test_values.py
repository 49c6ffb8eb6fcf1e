"""Every value does something, has a place in the schema, and is told in the README."""

import json
from typing import Any

import pytest
import yaml

from scripts.chart_pages import Value, values
from tests.chart.rendering import CHART, POSTGRES, SHARED, Json, at, merged, render

TOKEN: Json = {
    "roundTrip": {"organization": "acme", "project": "web", "existingSecret": "token"},
}
POOLED = merged(POSTGRES, {"postgres": {"existingSecretPasswordKey": "password"}})
GATEWAY: list[Json] = [{"name": "public"}]
CONTEXTS: dict[str, Json] = {
    "replicaCount": SHARED,
    "postgres.host": {"postgres": {"existingSecretPasswordKey": "password"}},
    "postgres.existingSecret": POSTGRES,
    "postgres.existingSecretKey": POSTGRES,
    "postgres": POOLED,
    "secretKeys.existingSecret": POSTGRES,
    "secretKeys.existingSecretKey": POSTGRES,
    "metricsToken": {"metricsToken": {"existingSecret": "token"}},
    "bootstrap": {
        "bootstrap": {
            "organization": "acme",
            "project": "web",
            "email": "owner@example.com",
            "existingSecret": "owner",
        }
    },
    "otlp.ingress": {"otlp": {"ingress": {"enabled": True}}},
    "otlp.httpRoute": {"otlp": {"httpRoute": {"enabled": True, "parentRefs": GATEWAY}}},
    "otlp.grpcRoute": {"otlp": {"grpcRoute": {"enabled": True, "parentRefs": GATEWAY}}},
    "otlp.loadBalancer": {"otlp": {"loadBalancer": {"enabled": True}}},
    "ingress": {"ingress": {"enabled": True}},
    "httpRoute": {"httpRoute": {"enabled": True, "parentRefs": GATEWAY}},
    "serviceMonitor": {"serviceMonitor": {"enabled": True}},
    "prometheusRule": {"prometheusRule": {"enabled": True}},
    "grafanaDashboard": {"grafanaDashboard": {"enabled": True}},
    "blobs.moveFrom": {"blobs": {"s3": {"bucket": "errors"}}},
    "blobs.s3": {"blobs": {"s3": {"bucket": "errors", "existingSecret": "s3"}}},
    "strategy": SHARED,
    "podDisruptionBudget.minAvailable": merged(
        SHARED, {"replicaCount": 3, "podDisruptionBudget": {"enabled": True}}
    ),
    "podDisruptionBudget": {"podDisruptionBudget": {"enabled": True}},
    "autoscaling": merged(SHARED, {"autoscaling": {"enabled": True}}),
    "keda": merged(SHARED, {"keda": {"enabled": True, "prometheusUrl": "http://prometheus"}}),
    "migrate": POSTGRES,
    "pgbouncer.serverTlsCaKey": merged(
        POOLED, {"pgbouncer": {"enabled": True, "serverTlsCaSecret": "ca"}}
    ),
    "pgbouncer": merged(POOLED, {"pgbouncer": {"enabled": True}}),
    "networkPolicy": merged(POSTGRES, {"networkPolicy": {"enabled": True}}),
    "roundTrip.schedule.alertAfterSeconds": merged(
        TOKEN, {"prometheusRule": {"enabled": True}, "roundTrip": {"schedule": {"enabled": True}}}
    ),
    "roundTrip.schedule": merged(TOKEN, {"roundTrip": {"schedule": {"enabled": True}}}),
    "roundTrip": TOKEN,
}
"""What must hold for a value to matter, by the longest beginning of its path."""

OTHERS: dict[str, Any] = {
    "image.tag": "9.9.9",
    "image.digest": "sha256:" + "0" * 64,
    "image.pullPolicy": "Always",
    "pgbouncer.image.pullPolicy": "Always",
    "replicaCount": 2,
    "baseUrl": "https://other.example.com",
    "logLevel": "debug",
    "trustedProxies": ["10.0.0.0/8"],
    "settings": {"URGENTRY_EVENT_RETENTION_DAYS": 30},
    "database.type": "postgres",
    "service.type": "NodePort",
    "persistence.accessMode": "ReadWriteMany",
    "blobs.moveFrom": "disk",
    "blobs.s3.endpoint": "https://s3.example.com",
    "serviceMonitor.interval": "5s",
    "serviceMonitor.scrapeTimeout": "5s",
    "prometheusRule.runbookUrl": "https://wiki.example.com",
    "prometheusRule.disabled": ["UrgentryDown"],
    "podDisruptionBudget.minAvailable": 1,
    "keda.prometheusUrl": "http://other",
    "pgbouncer.serverTlsSslmode": "require",
    "otlp.grpc.port": 4300,
    "otlp.loadBalancer.sourceRanges": ["10.0.0.0/8"],
    "otlp.httpRoute.hostnames": ["other.example.com"],
    "otlp.grpcRoute.hostnames": ["other.example.com"],
    "httpRoute.hostnames": ["other.example.com"],
    "terminationGracePeriodSeconds": 60,
    "preStopSeconds": 3,
    "shutdownTimeoutSeconds": 20,
    "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra"}}],
}


def context_of(path: str) -> Json:
    beginnings = [name for name in CONTEXTS if path == name or path.startswith(name + ".")]
    return CONTEXTS[max(beginnings, key=len)] if beginnings else {}


def other(path: str, current: Any) -> Any:
    """A value that differs from the current one."""
    if path in OTHERS:
        return OTHERS[path]
    match current:
        case bool():
            return not current
        case int():
            return current + 1
        case str():
            return "other" if "ey" not in path else "other-key"
        case list():
            return [{"name": "other"}]
        case dict():
            return {"other": "other"}
    raise TypeError(path)


def shown(rendered: Any) -> str:
    """All objects as text, without the key that is new in each rendering."""
    kept = json.dumps([found for found in rendered if found["kind"] != "Secret"], sort_keys=True)
    secrets = [sorted(found["data"]) for found in rendered if found["kind"] == "Secret"]
    lines = kept.split('"checksum/secrets": ')
    return lines[0] + "".join(part.partition(",")[2] for part in lines[1:]) + str(secrets)


@pytest.mark.parametrize("value", list(values()), ids=lambda value: ".".join(value.path))
def test_no_value_is_ignored(value: Value) -> None:
    path = ".".join(value.path)
    context = context_of(path)
    current: Any = merged(yaml.safe_load((CHART / "values.yaml").read_text()), context)
    for key in value.path:
        current = current[key]
    changed = merged(context, at(path, other(path, current)))
    assert shown(render(context)) != shown(render(changed))


def leaves(schema: Json, whole: Json) -> set[str]:
    """The paths of a schema's own properties."""
    if "$ref" in schema:
        found: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    if not schema.get("properties") or schema.get("additionalProperties") is not False:
        return {""}
    return {
        f".{name}{rest}"
        for name, inner in schema["properties"].items()
        for rest in leaves(inner, whole)
    }


def test_the_schema_knows_exactly_the_values_that_there_are() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    schema["properties"]["settings"] = {"type": "object"}
    told = {"." + ".".join(value.path) for value in values()}
    assert leaves(schema, schema) - {".global"} == told | {
        path for path in leaves(schema, schema) if path.rpartition(".")[0] in told
    }


def test_every_value_is_told() -> None:
    """Whatever stands in values.yaml is below a comment."""
    told = {value.path for value in values()}

    def untold(found: Any, path: tuple[str, ...]) -> list[str]:
        if path in told:
            return []
        if not isinstance(found, dict) or not found:
            return [".".join(path)]
        return [name for key, inner in found.items() for name in untold(inner, (*path, key))]

    assert not untold(yaml.safe_load((CHART / "values.yaml").read_text()), ())
