"""The chart as helm renders it: `scripts/setup --with tests` builds that."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "urgentry"
CI_FILES = sorted((CHART / "ci").glob("*.yaml"))
VALUES_FILES = [*CI_FILES, *sorted(CHART.glob("values-*.yaml"))]
RELEASE = "urgentry"
NAMESPACE = "monitoring"

Json = dict[str, Any]

POSTGRES: Json = {"postgres": {"host": "db.example.internal"}}
SHARED: Json = {**POSTGRES, "persistence": {"accessMode": "ReadWriteMany"}}
"""The least that several replicas need."""


class Refusal(Exception):
    """Helm's message when a chart is not rendered."""


class Rendered:
    """The objects of one rendering, found by kind and name."""

    def __init__(self, objects: Sequence[Json]) -> None:
        self.objects = objects

    def __iter__(self) -> Iterator[Json]:
        return iter(self.objects)

    def kinds(self) -> list[str]:
        """The kinds, each as often as it occurs."""
        return sorted(found["kind"] for found in self.objects)

    def has(self, kind: str, name: str = RELEASE) -> bool:
        return any(_is(found, kind, name) for found in self.objects)

    def get(self, kind: str, name: str = RELEASE) -> Json:
        """The one object of a kind and a name."""
        (found,) = [found for found in self.objects if _is(found, kind, name)]
        return found

    def pod(self, kind: str = "Deployment", name: str = RELEASE) -> Json:
        """The pod template's spec of a workload."""
        spec: Json = self.get(kind, name)["spec"]["template"]["spec"]
        return spec

    def container(self, kind: str = "Deployment", name: str = RELEASE) -> Json:
        """The first container of a workload."""
        container: Json = self.pod(kind, name)["containers"][0]
        return container

    def settings(self) -> dict[str, str]:
        """The variables of the ConfigMap."""
        data: dict[str, str] = self.get("ConfigMap")["data"]
        return data


def _is(found: Json, kind: str, name: str) -> bool:
    return (found["kind"], found["metadata"]["name"]) == (kind, name)


def pods_of(rendered: Rendered) -> Iterator[tuple[Json, Json]]:
    """Every pod spec with the object that holds it."""
    for found in rendered:
        spec = found.get("spec", {})
        if found["kind"] == "Pod":
            yield found, spec
        elif found["kind"] == "CronJob":
            yield found, spec["jobTemplate"]["spec"]["template"]["spec"]
        elif "template" in spec:
            yield found, spec["template"]["spec"]


def render(
    values: Json | None = None,
    *files: Path,
    release: str = RELEASE,
    namespace: str = NAMESPACE,
    upgrade: bool = False,
) -> Rendered:
    """Renders with values on top of values files. `Refusal` when helm refuses."""
    return _rendered(json.dumps(values or {}), files, release, namespace, upgrade)


@cache
def _rendered(
    values: str, files: tuple[Path, ...], release: str, namespace: str, upgrade: bool
) -> Rendered:
    options = [part for file in files for part in ("--values", str(file))]
    if upgrade:
        options.append("--is-upgrade")
    output = helm(
        *("template", release, str(CHART), "--namespace", namespace, *options, "--values", "-"),
        given=values,
    )
    return Rendered([found for found in yaml.safe_load_all(output) if found])


def refusal(values: Json, *files: Path) -> str:
    """What helm says when it refuses these values."""
    try:
        render(values, *files)
    except Refusal as refused:
        return str(refused)
    raise AssertionError(f"rendered without a word: {values}")


def notes(values: Json | None = None, *files: Path) -> str:
    """What the installation tells people at its end."""
    options = [part for file in files for part in ("--values", str(file))]
    output = helm(
        *("install", RELEASE, str(CHART), "--namespace", NAMESPACE, "--dry-run=client"),
        *(*options, "--values", "-"),
        given=json.dumps(values or {}),
    )
    return output.partition("NOTES:\n")[2]


@cache
def tools() -> Path:
    """The folder with helm and the schemas; building it takes minutes where setup did not."""
    command = [str(ROOT / "scripts" / "chart-tools")]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return Path(done.stdout.strip())


def helm(*arguments: str, given: str = "") -> str:
    """Runs helm; what it prints. `Refusal` with its complaint when it fails."""
    done = subprocess.run(
        [str(tools() / "helm"), *arguments],
        input=given,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        raise Refusal(done.stdout + done.stderr)
    return done.stdout


def merged(*parts: Json) -> Json:
    """Values on top of values, as Helm merges them."""
    whole: Json = {}
    for part in parts:
        for key, value in part.items():
            inner = whole.get(key)
            if isinstance(value, dict) and isinstance(inner, dict):
                value = merged(inner, value)  # noqa: PLW2901 - what stays is the merged one
            whole[key] = value
    return whole


def at(path: str, value: Any) -> Json:
    """The values that set one path, such as `image.tag`."""
    whole: Any = value
    for key in reversed(path.split(".")):
        whole = {key: whole}
    made: Json = whole
    return made
