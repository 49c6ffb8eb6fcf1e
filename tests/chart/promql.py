"""Which metrics and labels a PromQL expression names, and those that there are."""

import re

from urgentry.metrics import Metrics

FOREIGN = {
    "up",
    "kube_cronjob_status_last_successful_time",
    "kube_deployment_spec_replicas",
    "kube_deployment_status_replicas_available",
    "kube_pod_container_status_restarts_total",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
    "kubelet_volume_stats_used_bytes",
}
"""Of Prometheus itself, kube-state-metrics and the kubelet."""

TARGET_LABELS = {"namespace", "service", "pod", "container"}
FOREIGN_LABELS = {"deployment", "cronjob", "persistentvolumeclaim"}

_SELECTOR = re.compile(r"\{[^}]*\}")
_STRING = re.compile(r'"[^"]*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_NAME = re.compile(r"\b[a-z_][a-z0-9_]*\b(?!\s*\()")
_MATCHER = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")
_WORDS = {"and", "or", "unless", "bool", "offset", "sum", "max", "min"}


def metrics_in(expression: str) -> set[str]:
    """The names of metrics in an expression."""
    bare = _GROUPING.sub("", _RANGE.sub("", _SELECTOR.sub("", _STRING.sub("", expression))))
    return set(_NAME.findall(bare)) - _WORDS


def labels_in(expression: str) -> set[str]:
    """The labels that an expression selects or groups by."""
    selectors = [_STRING.sub("", part) for part in _SELECTOR.findall(expression)]
    matched = {label for part in selectors for label in _MATCHER.findall(part)}
    groups = [match[1] for match in _GROUPING.findall(expression)]
    grouped = {label.strip() for group in groups for label in group.split(",")}
    return matched | grouped


def own_metrics() -> set[str]:
    """Every name of a series that a server has."""
    names = set()
    for family in Metrics().registry.collect():
        if family.type == "histogram":
            names |= {f"{family.name}_{part}" for part in ("bucket", "sum", "count")}
        else:
            names.add(f"{family.name}{'_total' * (family.type == 'counter')}")
    return names


def own_labels() -> set[str]:
    """Every label that a metric of ours is counted by."""
    collectors = vars(Metrics()).values()
    return {
        label for collector in collectors for label in getattr(collector, "_labelnames", ())
    } | {"le"}
