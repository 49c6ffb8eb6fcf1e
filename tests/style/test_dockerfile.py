"""The image is built elsewhere; here its recipe is held against the tree and against its rules."""

import json
import re
import tomllib

from tests.style.tree import ROOT
from urgentry.config import Settings

TEXT = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
STAGES = [stage.splitlines() for stage in re.split(r"^(?=FROM )", TEXT, flags=re.MULTILINE)[1:]]
BUILD, LAST = STAGES


def arguments(stage: list[str], instruction: str) -> list[str]:
    return [
        line.removeprefix(instruction).strip()
        for line in stage
        if line.startswith(instruction + " ")
    ]


def copied() -> set[str]:
    """What the build stage takes from the tree."""
    return {name for line in arguments(BUILD, "COPY") for name in line.split()[:-1]}


def test_every_copied_path_exists() -> None:
    assert copied()
    assert all((ROOT / name).exists() for name in copied())


def test_the_build_context_lets_through_exactly_what_is_copied() -> None:
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert allowed[0] == "*"
    assert {line[1:] for line in allowed if line.startswith("!")} == copied()


def test_the_wheel_finds_everything_it_is_made_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {project["project"]["readme"], *project["project"]["license-files"]}
    assert needed | set(wheel["packages"]) | set(wheel["force-include"]) <= copied()


def test_packages_come_from_the_lock() -> None:
    installs = [
        part
        for line in arguments(BUILD, "RUN")
        for part in line.split("&&")
        if re.search(r"\bpip\b.* install ", part)
    ]
    assert len(installs) == 3
    assert all("--require-hashes" in part or "--no-index" in part for part in installs)


def test_it_starts_the_program_that_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (entry,) = arguments(LAST, "ENTRYPOINT")
    (command,) = arguments(LAST, "CMD")
    assert set(json.loads(entry)) == set(project["project"]["scripts"])
    assert json.loads(command) == ["serve"]


def test_python_is_one_that_the_project_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (version,) = re.findall(r"^ARG PYTHON=(\d+\.\d+)$", TEXT, re.MULTILINE)
    assert f">={version}" == project["project"]["requires-python"]
    assert all(stage[0].startswith("FROM python:${PYTHON}-slim") for stage in STAGES)


def test_it_runs_as_a_fixed_user_on_a_read_only_root() -> None:
    assert arguments(LAST, "USER") == ["10001:10001"]
    assert arguments(LAST, "VOLUME") == ["/var/lib/urgentry"]
    environment = dict(pair.split("=", 1) for pair in arguments(LAST, "ENV")[0].split())
    assert environment["URGENTRY_DATA_DIR"] == "/var/lib/urgentry"
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert any("compileall" in line for line in arguments(BUILD, "RUN"))


def test_the_last_stage_cannot_build_or_install() -> None:
    (run,) = arguments(LAST, "RUN")
    assert "pip uninstall --yes --quiet pip" in run
    assert not re.search(r"apt-get|gcc|pip install|pip --python", "\n".join(LAST))


def test_it_exposes_the_ports_that_are_served() -> None:
    usual = Settings()
    ports = (usual.port, usual.otlp_http_port, usual.otlp_grpc_port)
    assert arguments(LAST, "EXPOSE") == [" ".join(map(str, ports))]
