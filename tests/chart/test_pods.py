"""What Kubernetes is told about pods: security, volumes, rollouts, stopping, spreading."""

from pathlib import Path
from typing import Any

import pytest

from tests.chart.rendering import (
    POSTGRES,
    SHARED,
    VALUES_FILES,
    Json,
    merged,
    pods_of,
    render,
)

FILES = [None, *VALUES_FILES]
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
RECREATE = {"type": "Recreate"}
BUCKET: Json = {"blobs": {"s3": {"bucket": "errors"}}}


def named(file: Path | None) -> str:
    return file.stem if file else "defaults"


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_pod_is_restricted(file: Path | None) -> None:
    """Pod Security Standard "restricted", and more: nothing is written to the root."""
    seen = 0
    for _, pod in pods_of(render(None, *filter(None, [file]))):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for container in pod["containers"]:
            if container["name"] != "tunnel":  # of extraContainers
                assert container["securityContext"] == RESTRICTED
                assert container["resources"]["limits"]["memory"]
                seen += 1
    assert seen >= 2


@pytest.mark.parametrize("file", FILES, ids=named)
def test_no_pod_gets_a_token_or_the_links_of_services(file: Path | None) -> None:
    for _, pod in pods_of(render(None, *filter(None, [file]))):
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_volume_that_is_mounted_exists(file: Path | None) -> None:
    rendered = render(None, *filter(None, [file]))
    for _, pod in pods_of(rendered):
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        mounts = {m["name"] for c in pod["containers"] for m in c.get("volumeMounts", [])}
        assert mounts == volumes
        for volume in pod.get("volumes", []):
            if "configMap" in volume:
                assert rendered.has("ConfigMap", volume["configMap"]["name"])


def test_all_writing_goes_to_the_volume_and_to_tmp() -> None:
    pod, container = render().pod(), render().container()
    places = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert places == {"data": "/var/lib/urgentry", "tmp": "/tmp"}
    claim = {"persistentVolumeClaim": {"claimName": "urgentry-data"}}
    assert pod["volumes"] == [{"name": "data", **claim}, {"name": "tmp", "emptyDir": {}}]
    assert pod["securityContext"]["fsGroup"] == 10001
    assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"


def test_the_claim_outlives_the_release() -> None:
    claim = render({"persistence": {"storageClass": "fast"}}).get(
        "PersistentVolumeClaim", "urgentry-data"
    )
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "20Gi"}},
    }


def test_an_existing_claim_is_used_and_none_is_made() -> None:
    rendered = render({"persistence": {"existingClaim": "mine"}})
    assert "PersistentVolumeClaim" not in rendered.kinds()
    assert rendered.pod()["volumes"][0]["persistentVolumeClaim"] == {"claimName": "mine"}


def test_without_persistence_there_is_no_claim() -> None:
    rendered = render({"persistence": {"enabled": False}})
    assert "PersistentVolumeClaim" not in rendered.kinds()
    assert rendered.pod()["volumes"][0] == {"name": "data", "emptyDir": {}}


def test_with_a_bucket_only_a_shared_volume_is_of_use() -> None:
    assert "PersistentVolumeClaim" not in render(merged(POSTGRES, BUCKET)).kinds()
    assert "PersistentVolumeClaim" in render(merged(SHARED, BUCKET)).kinds()
    assert "PersistentVolumeClaim" in render(BUCKET).kinds()  # SQLite's


@pytest.mark.parametrize(
    ("values", "strategy"),
    [
        ({}, RECREATE),
        ({"persistence": {"enabled": False}}, RECREATE),
        (POSTGRES, RECREATE),
        (merged(POSTGRES, {"persistence": {"enabled": False}}), ROLLING),
        (SHARED, ROLLING),
        (merged(POSTGRES, BUCKET), ROLLING),
        (merged(POSTGRES, BUCKET, {"persistence": {"existingClaim": "mine"}}), RECREATE),
        (BUCKET, RECREATE),
        (merged(SHARED, {"replicaCount": 3}), ROLLING),
        (merged(SHARED, {"strategy": RECREATE}), RECREATE),
    ],
)
def test_pods_are_replaced_as_their_volume_and_database_allow(values: Json, strategy: Json) -> None:
    assert render(values).get("Deployment")["spec"]["strategy"] == strategy


@pytest.mark.parametrize("scaler", ["autoscaling", "keda"])
def test_who_scales_sets_the_number_alone(scaler: str) -> None:
    values = merged(SHARED, {scaler: {"enabled": True}, "replicaCount": 3})
    if scaler == "keda":
        values["keda"]["prometheusUrl"] = "http://prometheus:9090"
    assert "replicas" not in render(values).get("Deployment")["spec"]
    assert render(merged(SHARED, {"replicaCount": 3})).get("Deployment")["spec"]["replicas"] == 3


def test_liveness_never_asks_the_database_and_readiness_does() -> None:
    container = render().container()
    assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": 8000}
    assert container["startupProbe"]["httpGet"] == {"path": "/health", "port": 8000}
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8000}


def test_a_pod_leaves_the_service_before_it_stops() -> None:
    rendered = render({"preStopSeconds": 7})
    assert rendered.container()["lifecycle"] == {"preStop": {"sleep": {"seconds": 7}}}
    grace = rendered.pod()["terminationGracePeriodSeconds"]
    assert grace > 7 + int(rendered.settings()["URGENTRY_SHUTDOWN_TIMEOUT_S"])
    assert "lifecycle" not in render({"preStopSeconds": 0}).container()


def test_replicas_are_spread_over_zones_and_hosts() -> None:
    spread = render().pod()["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in spread] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
    selector = render().get("Deployment")["spec"]["selector"]
    assert {one["whenUnsatisfiable"] for one in spread} == {"ScheduleAnyway"}
    assert all(one["labelSelector"] == selector for one in spread)


@pytest.mark.parametrize(
    ("values", "bound"),
    [
        ({}, {"maxUnavailable": 1}),
        ({"minAvailable": 2}, {"minAvailable": 2}),
        ({"minAvailable": "50%"}, {"minAvailable": "50%"}),
        ({"maxUnavailable": "30%"}, {"maxUnavailable": "30%"}),
    ],
)
def test_a_budget_bounds_what_may_be_away(values: Json, bound: Json) -> None:
    given = merged(SHARED, {"replicaCount": 3, "podDisruptionBudget": {"enabled": True, **values}})
    spec = render(given).get("PodDisruptionBudget")["spec"]
    kept = {key: spec[key] for key in ("minAvailable", "maxUnavailable") if key in spec}
    assert kept == bound


def test_the_image_is_pinned_by_chart_tag_or_digest() -> None:
    digest = "sha256:" + "1" * 64
    assert render().container()["image"].startswith("urgentry/urgentry:0.")
    assert render({"image": {"tag": "1.2.3"}}).container()["image"] == "urgentry/urgentry:1.2.3"
    both = render({"image": {"tag": "1.2.3", "digest": digest}})
    assert both.container()["image"] == f"urgentry/urgentry@{digest}"


def test_what_is_added_is_added() -> None:
    rendered = render(None, *[file for file in VALUES_FILES if "everything" in file.stem])
    deployment, pod = (
        rendered.get("Deployment", "urgentry-errors"),
        rendered.pod("Deployment", "urgentry-errors"),
    )
    metadata: Any = deployment["spec"]["template"]["metadata"]
    assert metadata["labels"]["team"] == "platform"
    assert metadata["annotations"]["example.com/scrape"] == "false"
    assert [one["name"] for one in pod["containers"]] == ["urgentry", "tunnel"]
    assert [one["name"] for one in pod["initContainers"]] == ["wait"]
    assert {"name": "TZ", "value": "UTC"} in pod["containers"][0]["env"]
    assert pod["containers"][0]["envFrom"][1]["configMapRef"]["name"] == "proxies"
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert pod["priorityClassName"] == "high"
    assert pod["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    assert pod["tolerations"] == [{"key": "dedicated", "operator": "Exists"}]
    assert pod["serviceAccountName"] == "errors"
    assert [one["topologyKey"] for one in pod["topologySpreadConstraints"]] == ["rack"]
    assert rendered.has("ConfigMap", "urgentry-extra")
    assert rendered.has("ConfigMap", "urgentry-text")
