"""For each alert a world in which it fires and one in which it does not, as promtool tests it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.chart.rendering import NAMESPACE, RELEASE, Json

_TARGET = f'namespace="{NAMESPACE}",service="{RELEASE}"'
_POD = "urgentry-6d5f8c9b7-x2x9z"
_ONE = f'{_TARGET},pod="{_POD}"'
_DEPLOYMENT = f'namespace="{NAMESPACE}",deployment="{RELEASE}"'
_CLAIM = f'namespace="{NAMESPACE}",persistentvolumeclaim="urgentry-data"'
_RESTARTS = "kube_pod_container_status_restarts_total"
_AVAILABLE = f"kube_deployment_status_replicas_available{{{_DEPLOYMENT}}}"
_JOB_RESTARTS = f'background_job_restarts_total{{{_ONE},name="retention",reason="stuck"}}'
_WANTED = f"kube_deployment_spec_replicas{{{_DEPLOYMENT}}}"
_TRIP = (
    "kube_cronjob_status_last_successful_time"
    f'{{namespace="{NAMESPACE}",cronjob="urgentry-round-trip"}}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Series by the minute, and whether the alert fires at a time; with which labels and words."""

    name: str
    alert: str
    series: Mapping[str, str]
    at: str
    fires: bool
    labels: Mapping[str, str] | None = None
    summary: str = ""
    description: str = ""

    def promtool_test(self, rule: Json, rule_file: str) -> Json:
        """The file that `promtool test rules` reads."""
        fired = {
            "exp_labels": {**rule["labels"], **(self.labels or {})},
            "exp_annotations": {
                **rule["annotations"],
                **({"summary": self.summary} if self.summary else {}),
                **({"description": self.description} if self.description else {}),
            },
        }
        asked = {
            "eval_time": self.at,
            "alertname": self.alert,
            "exp_alerts": [fired] if self.fires else [],
        }
        given = [{"series": key, "values": values} for key, values in self.series.items()]
        test = {"interval": "1m", "input_series": given, "alert_rule_test": [asked]}
        return {"rule_files": [rule_file], "evaluation_interval": "1m", "tests": [test]}


def _deployment(available: int, wanted: int = 3) -> dict[str, str]:
    return {_AVAILABLE: f"{available}x60", _WANTED: f"{wanted}x60"}


def _ingest(*, received: int, lost: int) -> dict[str, str]:
    return {
        f'ingest_events_total{{{_ONE},category="error"}}': f"0+{received}x60",
        f'ingest_errors_total{{{_ONE},category="error",reason="database"}}': f"0+{lost}x60",
    }


def _volume(used: str, free: str, size: int = 100) -> dict[str, str]:
    return {
        f"kubelet_volume_stats_used_bytes{{{_CLAIM}}}": used,
        f"kubelet_volume_stats_available_bytes{{{_CLAIM}}}": free,
        f"kubelet_volume_stats_capacity_bytes{{{_CLAIM}}}": f"{size}x3000",
    }


def _pods(restarts: str, pod: str = _POD) -> dict[str, str]:
    labels = f'namespace="{NAMESPACE}",pod="{pod}",container="urgentry"'
    return {f"{_RESTARTS}{{{labels}}}": restarts}


SCENARIOS = (
    Scenario(
        name="a job fails again and again",
        alert="UrgentryJobRestarting",
        series={_JOB_RESTARTS: "0+1x60"},
        at="30m",
        fires=True,
        labels={"namespace": NAMESPACE, "pod": _POD, "name": "retention", "reason": "stuck"},
        summary=f"A background job on {_POD} is started again and again",
        description=(
            "The server's own job retention does not do its work (stuck); the log says where. "
            "Events are taken all the same."
        ),
    ),
    Scenario(
        name="a job failed twice",
        alert="UrgentryJobRestarting",
        series={_JOB_RESTARTS: "0x10 1x10 2x40"},
        at="30m",
        fires=False,
    ),
    Scenario(
        name="no server answers",
        alert="UrgentryDown",
        series={f"up{{{_ONE}}}": "1x5 0x10"},
        at="9m",
        fires=True,
        labels={"namespace": NAMESPACE, "service": RELEASE},
    ),
    Scenario(
        name="no server is known",
        alert="UrgentryDown",
        series={},
        at="3m",
        fires=True,
        labels={"namespace": NAMESPACE, "service": RELEASE},
    ),
    Scenario(
        name="one of two answers",
        alert="UrgentryDown",
        series={f"up{{{_ONE}}}": "0x10", f'up{{{_TARGET},pod="urgentry-other"}}': "1x10"},
        at="9m",
        fires=False,
    ),
    Scenario(
        name="three restarts in ten minutes",
        alert="UrgentryPodRestarting",
        series=_pods("0x5 1 2 3 3x10"),
        at="11m",
        fires=True,
        labels={"namespace": NAMESPACE, "pod": _POD, "container": "urgentry"},
        summary=f"Pod {_POD} restarts again and again",
        description="It restarted 3 times in 10 minutes.",
    ),
    Scenario(
        name="two restarts in ten minutes",
        alert="UrgentryPodRestarting",
        series=_pods("0x5 1 2 2x10"),
        at="11m",
        fires=False,
    ),
    Scenario(
        name="restarts of another release",
        alert="UrgentryPodRestarting",
        series=_pods("0+1x20", pod="urgentry-staging-6d5f8c9b7-x2x9z"),
        at="11m",
        fires=False,
    ),
    Scenario(
        name="one of three is missing",
        alert="UrgentryReplicaMissing",
        series=_deployment(2),
        at="16m",
        fires=True,
        labels={"namespace": NAMESPACE, "deployment": RELEASE},
        description="Only 2 are available: what is left carries the load, and the next failure"
        " shows.",
    ),
    Scenario(
        name="all are there",
        alert="UrgentryReplicaMissing",
        series=_deployment(3),
        at="30m",
        fires=False,
    ),
    Scenario(
        name="two of three are missing",
        alert="UrgentryReplicasBelowDesired",
        series=_deployment(1),
        at="6m",
        fires=True,
        labels={"namespace": NAMESPACE, "deployment": RELEASE},
        description="Only 1 are available: an outage is near.",
    ),
    Scenario(
        name="only one of three is missing",
        alert="UrgentryReplicasBelowDesired",
        series=_deployment(2),
        at="30m",
        fires=False,
    ),
    Scenario(
        name="two of a hundred are lost",
        alert="UrgentryIngestErrors",
        series=_ingest(received=100, lost=2),
        at="10m",
        fires=True,
        labels={"namespace": NAMESPACE, "service": RELEASE},
        summary="urgentry monitoring/urgentry loses 2% of what it receives",
    ),
    Scenario(
        name="one of a thousand is lost",
        alert="UrgentryIngestErrors",
        series=_ingest(received=1000, lost=1),
        at="30m",
        fires=False,
    ),
    Scenario(
        name="events wait eight seconds",
        alert="UrgentryIngestBacklog",
        series={f"ingest_oldest_event_seconds{{{_ONE}}}": "8x10"},
        at="3m",
        fires=True,
        labels={"namespace": NAMESPACE, "pod": _POD},
        summary=f"Events wait 8s for their commit on {_POD}",
    ),
    Scenario(
        name="events waited for a moment",
        alert="UrgentryIngestBacklog",
        series={f"ingest_oldest_event_seconds{{{_ONE}}}": "8 0x10"},
        at="3m",
        fires=False,
    ),
    Scenario(
        name="the volume is 85 % full",
        alert="UrgentryVolumeFilling",
        series=_volume("85x3000", "15x3000"),
        at="11m",
        fires=True,
        labels={"namespace": NAMESPACE, "persistentvolumeclaim": "urgentry-data"},
        summary="Volume urgentry-data is 85% full",
    ),
    Scenario(
        name="the volume is 75 % full",
        alert="UrgentryVolumeFilling",
        series=_volume("75x3000", "25x3000"),
        at="11m",
        fires=False,
    ),
    Scenario(
        name="a hundredth of the volume an hour",
        alert="UrgentryVolumeFullSoon",
        series=_volume("5000+1x3000", "5000-1x3000", size=10000),
        at="30h",
        fires=True,
        labels={"namespace": NAMESPACE, "persistentvolumeclaim": "urgentry-data"},
    ),
    Scenario(
        name="a volume that stays",
        alert="UrgentryVolumeFullSoon",
        series=_volume("7000x3000", "3000x3000", size=10000),
        at="30h",
        fires=False,
    ),
    Scenario(
        name="bytes wait for the database",
        alert="UrgentrySpoolInUse",
        series={f"ingest_spool_bytes{{{_ONE}}}": "0x2 4096x20"},
        at="9m",
        fires=True,
        labels={"namespace": NAMESPACE, "pod": _POD},
        summary=f"4kiB wait on {_POD} for the database",
    ),
    Scenario(
        name="the spool is written again",
        alert="UrgentrySpoolInUse",
        series={f"ingest_spool_bytes{{{_ONE}}}": "4096x3 0x20"},
        at="9m",
        fires=False,
    ),
    Scenario(
        name="a file of the spool is damaged",
        alert="UrgentrySpoolDamaged",
        series={f"ingest_spool_damaged_files_total{{{_ONE}}}": "0x10 1x60"},
        at="20m",
        fires=True,
        labels={"namespace": NAMESPACE, "pod": _POD},
        summary=f"events that waited on the volume of {_POD} could not be read",
    ),
    Scenario(
        name="the spool is whole",
        alert="UrgentrySpoolDamaged",
        series={f"ingest_spool_damaged_files_total{{{_ONE}}}": "0x60"},
        at="20m",
        fires=False,
    ),
    Scenario(
        name="the server sees its disk fill",
        alert="UrgentryBlobSpaceRunsOut",
        series={f"blob_free_bytes{{{_ONE}}}": "5000-1x3000"},
        at="30h",
        fires=True,
        labels={"namespace": NAMESPACE, "service": RELEASE},
    ),
    Scenario(
        name="the space that is free stays",
        alert="UrgentryBlobSpaceRunsOut",
        series={f"blob_free_bytes{{{_ONE}}}": "5000x3000"},
        at="30h",
        fires=False,
    ),
    Scenario(
        name="the kubelet sees the disk fill",
        alert="UrgentryBlobSpaceRunsOut",
        series={
            f"blob_free_bytes{{{_ONE}}}": "5000-1x3000",
            **_volume("5000+1x3000", "5000-1x3000", size=10000),
        },
        at="30h",
        fires=False,
    ),
    Scenario(
        name="a server waits for a migration",
        alert="UrgentryMigrationPending",
        series={f"schema_migration_pending{{{_ONE}}}": "1x10"},
        at="6m",
        fires=True,
        labels={"namespace": NAMESPACE, "pod": _POD},
        summary=f"{_POD} waits for somebody to migrate the database",
    ),
    Scenario(
        name="a server waited while the job ran",
        alert="UrgentryMigrationPending",
        series={f"schema_migration_pending{{{_ONE}}}": "1x3 0x10"},
        at="6m",
        fires=False,
    ),
    Scenario(
        name="no round trip for two hours",
        alert="UrgentryRoundTripFailing",
        series={_TRIP: "0x200"},
        at="2h",
        fires=True,
        labels={"namespace": NAMESPACE, "cronjob": "urgentry-round-trip"},
        summary="No event was sent to urgentry monitoring/urgentry and read back for 2h 0m 0s",
    ),
    Scenario(
        name="a round trip a quarter of an hour ago",
        alert="UrgentryRoundTripFailing",
        series={_TRIP: "0x80 6000x200"},
        at="115m",
        fires=False,
    ),
)
