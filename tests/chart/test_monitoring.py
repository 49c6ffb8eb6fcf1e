"""Alerts fire when they should and have a runbook; dashboard and alerts name metrics that exist."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.chart.promql import (
    FOREIGN,
    FOREIGN_LABELS,
    TARGET_LABELS,
    labels_in,
    metrics_in,
    own_labels,
    own_metrics,
)
from tests.chart.rendering import CHART, NAMESPACE, POSTGRES, RELEASE, ROOT, Json, merged, render
from tests.chart.scenarios import SCENARIOS, Scenario
from urgentry.metrics import Metrics

ALERT_FILES = sorted((CHART / "alerts").glob("*.yaml"))
RUNBOOKS = ROOT / "docs" / "runbooks"
DASHBOARD = json.loads((CHART / "dashboards" / "urgentry.json").read_text())
SCHEDULED: Json = {
    "roundTrip": {
        "organization": "acme",
        "project": "web",
        "existingSecret": "token",
        "schedule": {"enabled": True},
    }
}
ALL = merged(POSTGRES, SCHEDULED, {"prometheusRule": {"enabled": True}})


def groups(values: Json | None = None) -> list[Json]:
    rule = render(merged(ALL, values or {})).get("PrometheusRule")
    found: list[Json] = rule["spec"]["groups"]
    return found


def rules(values: Json | None = None) -> dict[str, Json]:
    return {rule["alert"]: rule for group in groups(values) for rule in group["rules"]}


def queries() -> list[str]:
    texts = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [text.replace("$__rate_interval", "5m") for text in texts]


def _rules_of(file: Path) -> list[Json]:
    spec = render(None, file).get("PrometheusRule")["spec"]
    return [rule for group in spec["groups"] for rule in group["rules"]]


def promtool(*arguments: str) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_file_holds_one_alert_and_all_can_be_had() -> None:
    names = [yaml.safe_load(file.read_text())["alert"] for file in ALERT_FILES]
    assert sorted(names) == sorted(rules())


def test_prometheus_understands_the_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": groups()}))
    promtool("check", "rules", "--lint-fatal", str(file))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_an_alert_fires_when_it_should(scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups()}))
    test = scenario.promtool_test(rules()[scenario.alert], "rules.yaml")
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test))
    promtool("test", "rules", str(tmp_path / "test.yaml"))


def test_every_alert_is_seen_to_fire_and_to_be_quiet() -> None:
    seen = {(scenario.alert, scenario.fires) for scenario in SCENARIOS}
    assert seen == {(alert, fires) for alert in rules() for fires in (True, False)}


def test_every_alert_has_its_runbook() -> None:
    for file in ALERT_FILES:
        rule = rules()[yaml.safe_load(file.read_text())["alert"]]
        page = RUNBOOKS / f"{file.stem}.md"
        assert rule["annotations"]["runbook_url"].endswith(f"/docs/runbooks/{page.name}")
        headings = re.findall(r"^##? (.*)$", page.read_text(), re.MULTILINE)
        assert headings == [rule["alert"], "What it means", "Look", "Do"], page
    assert len(ALERT_FILES) == len(list(RUNBOOKS.glob("*.md"))) - 1


def test_every_alert_says_what_is_wrong_and_how_bad_it_is() -> None:
    for name, rule in rules().items():
        assert rule["labels"]["severity"] in ("warning", "critical"), name
        assert {"summary", "description", "runbook_url"} == set(rule["annotations"]), name
        assert "[[" not in json.dumps(rule), name
        assert "needs" not in rule, name


def test_alerts_watch_their_own_release_alone() -> None:
    for rule in rules().values():
        for selector in re.findall(r"\{[^}]*\}", rule["expr"]):
            assert f'namespace="{NAMESPACE}"' in selector
            assert RELEASE in selector.replace("urgentry.", "")


def test_limits_and_labels_of_alerts_are_values() -> None:
    chosen = rules(
        {
            "prometheusRule": {
                "ingestErrorPercent": 2.5,
                "volumeUsedPercent": 70,
                "backlogSeconds": 3,
                "volumeFullDays": 7,
                "runbookUrl": "https://wiki.example.com/runbooks/",
                "alertLabels": {"team": "platform", "severity": "page"},
                "disabled": ["UrgentryDown"],
            },
            "roundTrip": {"schedule": {"alertAfterSeconds": 1000000}},
        }
    )
    assert "> 2.5 / 100" in chosen["UrgentryIngestErrors"]["expr"]
    assert "> 70 / 100" in chosen["UrgentryVolumeFilling"]["expr"]
    assert "> 3" in chosen["UrgentryIngestBacklog"]["expr"]
    assert "7 * 86400" in chosen["UrgentryVolumeFullSoon"]["expr"]
    assert "> 1000000" in chosen["UrgentryRoundTripFailing"]["expr"]
    assert "UrgentryDown" not in chosen
    backlog = chosen["UrgentryIngestBacklog"]
    assert backlog["labels"] == {"team": "platform", "severity": "page"}
    url = "https://wiki.example.com/runbooks/ingest-backlog.md"
    assert backlog["annotations"]["runbook_url"] == url


def test_alerts_about_absent_parts_are_left_out() -> None:
    lean = render({"prometheusRule": {"enabled": True}, "persistence": {"enabled": False}})
    found = {
        rule["alert"]
        for group in lean.get("PrometheusRule")["spec"]["groups"]
        for rule in group["rules"]
    }
    assert found == set(rules()) - {
        "UrgentryMigrationPending",
        "UrgentryRoundTripFailing",
        "UrgentrySpoolDamaged",
        "UrgentrySpoolInUse",
        "UrgentryVolumeFilling",
        "UrgentryVolumeFullSoon",
    }
    bucket = {rule["alert"] for rule in _rules_of(CHART / "ci" / "s3-values.yaml")}
    assert "UrgentryBlobSpaceRunsOut" not in bucket


@pytest.mark.parametrize("place", ["alerts", "dashboard"])
def test_every_metric_that_is_asked_for_exists(place: str) -> None:
    texts = queries() if place == "dashboard" else [rule["expr"] for rule in rules().values()]
    named = set().union(*map(metrics_in, texts))
    assert named & own_metrics()
    assert named <= own_metrics() | FOREIGN
    labels = set().union(*map(labels_in, texts))
    assert labels <= own_labels() | TARGET_LABELS | FOREIGN_LABELS


def test_the_scaler_asks_for_a_metric_that_exists() -> None:
    values = merged(
        POSTGRES,
        {
            "persistence": {"accessMode": "ReadWriteMany"},
            "keda": {"enabled": True, "prometheusUrl": "http://prometheus:9090"},
        },
    )
    (trigger,) = render(values).get("ScaledObject")["spec"]["triggers"]
    assert metrics_in(trigger["metadata"]["query"]) <= own_metrics()
    assert trigger["metadata"]["threshold"] == "4194304"


def test_the_dashboard_shows_every_metric_of_ours_that_tells_of_ingest() -> None:
    named = set().union(*map(metrics_in, queries()))
    families = {family.name for family in Metrics().registry.collect()}
    told = {name for name in families if any(one.startswith(name) for one in named)}
    assert {name for name in families if name.startswith("ingest_")} <= told


def test_panels_stand_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["title"]
        assert panel["description"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_dashboard_is_a_configmap_that_grafana_finds() -> None:
    found = render({"grafanaDashboard": {"enabled": True}}).get("ConfigMap", "urgentry-dashboard")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"]["urgentry.json"]) == DASHBOARD
