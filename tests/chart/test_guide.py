"""The published guide holds for the chart: each of its YAML texts, but for the listed differences.

The guide is not part of the repository; where it is not beside the checkout, nothing is compared.
"""

import re
from collections.abc import Callable
from functools import cache
from itertools import takewhile

import pytest
import yaml

from tests.chart.flattened import differences, is_yaml
from tests.chart.rendering import CHART, POSTGRES, ROOT, Json, merged, render

GUIDE = ROOT.parent / "shared" / "seed" / "production-kubernetes.md"
PAGE = (ROOT / "docs" / "how-to" / "kubernetes.md").read_text()
PROD = CHART / "values-prod.yaml"
ISSUER = ROOT / "deploy" / "cert-manager" / "clusterissuer-letsencrypt-prod.yaml"

needs_guide = pytest.mark.skipif(not GUIDE.is_file(), reason="the guide is not here")


@cache
def snippet(first: str) -> tuple[str, ...]:
    """The lines of the YAML text that begins with a line that matches."""
    lines = GUIDE.read_text().splitlines()
    (start,) = [number for number, line in enumerate(lines) if re.match(first, line)][:1]
    found = tuple(takewhile(is_yaml, lines[start:]))
    assert len(found) > 4, first
    return tuple(line.replace("{{ .Release.Revision }}", "1") for line in found)


def listed(where: str) -> set[str]:
    """The paths of an object that the page lists as different."""
    rows = re.findall(rf"^\| {re.escape(where)} `([\w./-]+)` \|", PAGE, re.MULTILINE)
    return set(rows)


def values_file(name: str) -> Json:
    found: Json = yaml.safe_load((CHART / name).read_text())
    return found


def pooler() -> Json:
    values = {"postgres": {"existingSecretPasswordKey": "password"}, "pgbouncer": {"enabled": True}}
    return render(merged(POSTGRES, values)).get("Deployment", "urgentry-pgbouncer")


def collector() -> Json:
    block = re.search(r"```yaml\n(exporters:.*?)```", PAGE, re.DOTALL)
    assert block
    found: Json = yaml.safe_load(block[1])
    return found


OBJECTS: dict[str, tuple[str, Callable[[], Json]]] = {
    "values.yaml": ("# values.yaml ", lambda: values_file("values.yaml")),
    "values-prod.yaml": ("# values-prod.yaml", lambda: values_file("values-prod.yaml")),
    "PgBouncer": ("# pgbouncer-deployment.yaml", pooler),
    "Ingress": ("# urgentry-ingress.yaml", lambda: render(None, PROD).get("Ingress")),
    "ClusterIssuer": ("# clusterissuer-", lambda: yaml.safe_load(ISSUER.read_text())),
    "Service": ("# urgentry-service.yaml", lambda: render(None, PROD).get("Service")),
    "collector": ("# otel-collector-values.yaml", collector),
    "values of the monitor": (
        "# In values-prod.yaml",
        lambda: values_file("values-prod.yaml"),
    ),
    "ServiceMonitor": (
        "apiVersion: monitoring.coreos.com",
        lambda: render(None, PROD).get("ServiceMonitor"),
    ),
    "strategy": (
        "# In the Helm chart Deployment template",
        lambda: render(None, PROD).get("Deployment")["spec"],
    ),
    "migrate Job": (
        "# migrate-job.yaml",
        lambda: render(None, PROD, upgrade=True).get("Job", "urgentry-migrate-1"),
    ),
}


@needs_guide
@pytest.mark.parametrize("name", OBJECTS)
def test_the_guide_holds_but_for_what_is_listed(name: str) -> None:
    first, make = OBJECTS[name]
    assert set(differences(snippet(first), make())) == listed(name)


@needs_guide
def test_each_text_of_the_guide_is_compared() -> None:
    lines = GUIDE.read_text().splitlines()
    compared = {line for first, _ in OBJECTS.values() for line in snippet(first)}
    loose = {line for line in lines if re.fullmatch(r"[\w./-]+:( \S+)?", line)} - compared
    assert not loose


def test_the_reader_of_lost_indentation_sees_differences() -> None:
    like = {
        "kind": "Pod",
        "spec": {"containers": [{"name": "a", "env": [{"name": "X", "value": "1"}]}]},
        "metadata": {"labels": {"app": "a"}},
    }
    lines = "kind: Pod\nmetadata:\nlabels:\napp: b\nspec:\ncontainers:\n- name: a\nenv:\n"
    lines += "- name: X\nvalue: 2 # less\n- name: Y\nvalue: 3\nports:\n- containerPort: 1\n"
    assert differences(lines.splitlines(), like) == [
        "metadata.labels.app",
        "spec.containers.0.env.0.value",
        "spec.containers.0.env",
    ]
