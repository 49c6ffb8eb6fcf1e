"""Services, ways in, and who may talk to whom."""

from pathlib import Path

import pytest

from tests.chart.rendering import (
    CHART,
    SHARED,
    VALUES_FILES,
    Json,
    Rendered,
    merged,
    pods_of,
    render,
)

GATEWAY = CHART / "ci" / "gateway-values.yaml"
POOLER = CHART / "ci" / "pgbouncer-values.yaml"
LABEL = "app.kubernetes.io/component"


def ports(rendered: Rendered, name: str) -> dict[str, int]:
    return {one["name"]: one["port"] for one in rendered.get("Service", name)["spec"]["ports"]}


def labels_of_pods(rendered: Rendered) -> dict[str, Json]:
    """The labels of the pods of each workload."""
    return {
        f"{holder['kind']} {holder['metadata']['name']}": (
            holder["metadata"]
            if holder["kind"] == "Pod"
            else (
                holder["spec"]["jobTemplate"]["spec"]
                if holder["kind"] == "CronJob"
                else holder["spec"]
            )["template"]["metadata"]
        )["labels"]
        for holder, _ in pods_of(rendered)
    }


def test_the_service_has_three_ports() -> None:
    rendered = render()
    assert ports(rendered, "urgentry") == {"http": 8000, "otlp-grpc": 4317, "otlp-http": 4318}
    protocols = {
        one["name"]: one["appProtocol"] for one in rendered.get("Service")["spec"]["ports"]
    }
    assert protocols == {
        "http": "http",
        "otlp-grpc": "kubernetes.io/h2c",
        "otlp-http": "http",
    }
    opened = {one["name"]: one["containerPort"] for one in rendered.container()["ports"]}
    assert opened == ports(rendered, "urgentry")


@pytest.mark.parametrize("off", ["http", "grpc"])
def test_a_port_that_is_off_is_nowhere(off: str) -> None:
    rendered = render({"otlp": {off: {"enabled": False}}, "networkPolicy": {"enabled": True}})
    assert f"otlp-{off}" not in ports(rendered, "urgentry")
    assert f"otlp-{off}" not in {one["name"] for one in rendered.container()["ports"]}
    allowed = rendered.get("NetworkPolicy")["spec"]["ingress"][1]["ports"]
    assert len(allowed) == 1


def test_ingest_reaches_servers_that_are_not_ready() -> None:
    service = render().get("Service", "urgentry-ingest")
    assert service["spec"]["publishNotReadyAddresses"] is True
    assert service["spec"]["selector"] == render().get("Service")["spec"]["selector"]
    assert "publishNotReadyAddresses" not in render().get("Service")["spec"]
    assert not render({"ingestService": {"enabled": False}}).has("Service", "urgentry-ingest")


def test_only_one_service_is_watched() -> None:
    """The second one leads to the same pods: with both every number would count twice."""
    rendered = render({"serviceMonitor": {"enabled": True}})
    wanted = rendered.get("ServiceMonitor")["spec"]["selector"]["matchLabels"]
    found = [
        one["metadata"]["name"]
        for one in rendered
        if one["kind"] == "Service" and wanted.items() <= one["metadata"]["labels"].items()
    ]
    assert found == ["urgentry"]


def test_the_ingress_sends_ingest_to_its_service_and_the_api_not() -> None:
    spec = render({"ingress": {"enabled": True}}).get("Ingress")["spec"]
    (rule,) = spec["rules"]
    to = {
        one["path"]: one["backend"]["service"]["name"]
        for one in rule["http"]["paths"]
        if one["pathType"] == "Prefix"
    }
    assert to == {"/": "urgentry", "/api": "urgentry-ingest", "/api/0": "urgentry"}
    assert spec["tls"] == [{"hosts": ["errors.example.com"], "secretName": "urgentry-tls"}]
    assert spec["ingressClassName"] == "nginx"


def test_without_that_service_all_goes_to_the_first() -> None:
    values = {"ingress": {"enabled": True}, "ingestService": {"enabled": False}}
    (rule,) = render(values).get("Ingress")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert (path["path"], path["backend"]["service"]["name"]) == ("/", "urgentry")


def test_routes_of_the_gateway_api_do_the_same() -> None:
    rendered = render(None, GATEWAY)
    spec = rendered.get("HTTPRoute")["spec"]
    to = {
        match["path"]["value"]: rule["backendRefs"][0]["name"]
        for rule in spec["rules"]
        for match in rule["matches"]
    }
    assert to == {"/": "urgentry", "/api": "urgentry-ingest", "/api/0": "urgentry"}
    assert spec["rules"][0]["timeouts"] == {"request": "0s"}
    (http,) = rendered.get("HTTPRoute", "urgentry-otlp-http")["spec"]["rules"]
    (grpc,) = rendered.get("GRPCRoute", "urgentry-otlp-grpc")["spec"]["rules"]
    assert http["backendRefs"] == [{"name": "urgentry-ingest", "port": 4318}]
    assert grpc["backendRefs"] == [{"name": "urgentry-ingest", "port": 4317}]


@pytest.mark.parametrize("file", [None, *VALUES_FILES], ids=lambda f: f.stem if f else "defaults")
def test_every_backend_is_a_service_with_that_port(file: Path | None) -> None:
    rendered = render(None, *filter(None, [file]))
    backends = []
    for found in rendered:
        if found["kind"] == "Ingress":
            backends += [
                (path["backend"]["service"]["name"], path["backend"]["service"]["port"]["number"])
                for rule in found["spec"]["rules"]
                for path in rule["http"]["paths"]
            ]
        if found["kind"] in ("HTTPRoute", "GRPCRoute"):
            backends += [
                (one["name"], one["port"])
                for rule in found["spec"]["rules"]
                for one in rule["backendRefs"]
            ]
    for name, port in backends:
        assert port in ports(rendered, name).values()


def test_otlp_from_outside() -> None:
    rendered = render(None, GATEWAY)
    (rule,) = rendered.get("Ingress", "urgentry-otlp")["spec"]["rules"]
    assert rule["host"] == "otlp.example.com"
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "urgentry-ingest", "port": {"number": 4318}}
    balancer = rendered.get("Service", "urgentry-otlp")["spec"]
    assert balancer["type"] == "LoadBalancer"
    assert balancer["loadBalancerSourceRanges"] == ["203.0.113.0/24"]
    assert ports(rendered, "urgentry-otlp") == {"otlp-grpc": 4317, "otlp-http": 4318}


def test_selectors_catch_their_own_pods_alone() -> None:
    for release in ("urgentry", "urgentry-two"):
        rendered = render(None, POOLER, release=release)
        everyone = labels_of_pods(rendered) | {
            f"other {name}": labels
            for name, labels in labels_of_pods(render(None, POOLER, release="other")).items()
        }
        caught: dict[str, list[str]] = {}
        for found in rendered:
            selector = found.get("spec", {}).get("selector", {})
            if found["kind"] in ("Deployment", "Service", "PodDisruptionBudget"):
                wanted = selector.get("matchLabels", selector)
                caught[f"{found['kind']} {found['metadata']['name']}"] = [
                    name for name, labels in everyone.items() if wanted.items() <= labels.items()
                ]
        server, pooler = f"Deployment {release}", f"Deployment {release}-pgbouncer"
        assert caught == {
            server: [server],
            f"Service {release}": [server],
            f"Service {release}-ingest": [server],
            f"PodDisruptionBudget {release}": [server],
            pooler: [pooler],
            f"Service {release}-pgbouncer": [pooler],
            f"PodDisruptionBudget {release}-pgbouncer": [pooler],
        }


@pytest.mark.parametrize(
    ("release", "name"),
    [("urgentry", "urgentry"), ("errors", "errors-urgentry"), ("my-urgentry", "my-urgentry")],
)
def test_objects_are_named_after_the_release(release: str, name: str) -> None:
    assert render(release=release).has("Deployment", name)


def test_a_policy_lets_through_what_is_needed() -> None:
    rendered = render(None, POOLER)
    spec = rendered.get("NetworkPolicy")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    web, otlp = spec["ingress"]
    assert [port["port"] for port in web["ports"]] == [8000]
    assert web["from"][0]["namespaceSelector"]["matchLabels"]
    assert web["from"][1]["podSelector"]["matchLabels"][LABEL] == "round-trip"
    assert [port["port"] for port in otlp["ports"]] == [4317, 4318]
    assert "from" not in otlp
    out = [sorted({port["port"] for port in rule["ports"]}) for rule in spec["egress"]]
    assert out == [[53], [8000], [5432], [5432], [443], [587]]
    pooler = rendered.get("NetworkPolicy", "urgentry-pgbouncer")["spec"]
    assert pooler["ingress"][0]["from"][0]["podSelector"]["matchLabels"][LABEL] == "server"
    assert pooler["egress"][1]["to"] == [{"ipBlock": {"cidr": "10.20.0.0/16"}}]


def test_a_policy_on_sqlite_knows_no_database() -> None:
    values = {"networkPolicy": {"enabled": True, "allowHttps": False}}
    out = [
        rule["ports"][0]["port"] for rule in render(values).get("NetworkPolicy")["spec"]["egress"]
    ]
    assert out == [53, 8000]


def test_prometheus_is_given_the_token() -> None:
    values = {"serviceMonitor": {"enabled": True}, "metricsToken": {"existingSecret": "m"}}
    (endpoint,) = render(values).get("ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["authorization"]["credentials"] == {"name": "m", "key": "metrics-token"}
    (open_one,) = render({"serviceMonitor": {"enabled": True}}).get("ServiceMonitor")["spec"][
        "endpoints"
    ]
    assert "authorization" not in open_one


def test_the_scalers() -> None:
    hpa = render(merged(SHARED, {"autoscaling": {"enabled": True}})).get("HorizontalPodAutoscaler")
    assert (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]) == (2, 5)
    (metric,) = hpa["spec"]["metrics"]
    assert metric["resource"]["target"]["averageUtilization"] == 70
    trigger = {"type": "cron", "metadata": {"timezone": "UTC"}}
    keda = render(merged(SHARED, {"keda": {"enabled": True, "triggers": [trigger]}}))
    assert keda.get("ScaledObject")["spec"]["triggers"] == [trigger]
    assert "HorizontalPodAutoscaler" not in keda.kinds()
