"""Helm likes the chart, Kubernetes and the operators like what comes out, for every values file."""

from pathlib import Path

import pytest
import yaml

from tests.chart.kubernetes_schemas import VERSIONS, complaints
from tests.chart.rendering import CHART, CI_FILES, POSTGRES, ROOT, VALUES_FILES, Json, helm, render
from urgentry import __version__

FILES = [None, *VALUES_FILES]
BROKEN: list[tuple[str, Json]] = [
    ("a field that does not exist", {"podSecurityContext": {"runAsUsr": 1}}),
    ("a field of another type", {"podSecurityContext": {"runAsUser": "me"}}),
    ("a field of a custom resource", {"serviceMonitor": {"relabelings": [{"act": "drop"}]}}),
    ("a value of a custom resource", {"serviceMonitor": {"relabelings": [{"action": "no"}]}}),
]


def stem(file: Path | None) -> str:
    return file.stem if file else "defaults"


@pytest.mark.parametrize("file", FILES, ids=stem)
def test_helm_finds_nothing_wrong(file: Path | None) -> None:
    options = ["--values", str(file)] if file else []
    assert "0 chart(s) failed" in helm("lint", "--strict", str(CHART), *options)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", FILES, ids=stem)
def test_every_object_is_of_its_schema(file: Path | None, version: str) -> None:
    wrong = {
        f"{found['kind']} {found['metadata']['name']}": said
        for found in render(None, *filter(None, [file]))
        if (said := complaints(found, version))
    }
    assert not wrong


@pytest.mark.parametrize(("case", "values"), BROKEN, ids=[case for case, _ in BROKEN])
def test_the_schemas_would_find_it(case: str, values: Json) -> None:
    """The check above can fail: what is wrong in one field is found in it."""
    values = {**POSTGRES, **values}
    values.setdefault("serviceMonitor", {})["enabled"] = True
    assert [said for found in render(values) for said in complaints(found, VERSIONS[0])], case


def test_the_files_of_ci_make_every_kind_of_object() -> None:
    kinds = {found["kind"] for file in CI_FILES for found in render(None, file)}
    assert kinds == {
        *("ConfigMap", "CronJob", "Deployment", "GRPCRoute", "HTTPRoute"),
        *("HorizontalPodAutoscaler", "Ingress", "Job", "NetworkPolicy", "PersistentVolumeClaim"),
        *("Pod", "PodDisruptionBudget", "PrometheusRule", "ScaledObject", "Secret", "Service"),
        *("ServiceAccount", "ServiceMonitor"),
    }


def test_chart_and_program_are_of_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == __version__
    for file in CHART.glob("values-*.yaml"):
        assert yaml.safe_load(file.read_text())["image"]["tag"] == __version__, file


def test_the_oldest_kubernetes_that_is_checked_is_the_oldest_that_is_allowed() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["kubeVersion"] == f">={VERSIONS[0]}.0-0"


@pytest.mark.parametrize("path", sorted((ROOT / "deploy").glob("*/*.yaml")), ids=lambda p: p.name)
def test_examples_beside_the_chart_are_of_their_schemas(path: Path) -> None:
    for found in yaml.safe_load_all(path.read_text()):
        assert not complaints(found, VERSIONS[1])
