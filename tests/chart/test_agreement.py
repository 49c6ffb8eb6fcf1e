"""Image, chart, compose file and unit run the same program in the same way."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.rendering import CHART, ROOT, Json, render
from urgentry import __version__
from urgentry.config import Settings

DEPLOY = ROOT / "deploy"
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).rpartition("\nFROM ")[2]
COMPOSE: Json = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVER: Json = COMPOSE["services"]["urgentry"]
UNIT = (DEPLOY / "systemd" / "urgentry.service").read_text()
SYSUSERS = (DEPLOY / "systemd" / "urgentry.sysusers").read_text()
UNIT_ENVIRONMENT = (DEPLOY / "systemd" / "urgentry.env").read_text()
LITESTREAM: Json = yaml.safe_load((DEPLOY / "litestream.yml").read_text())
CADDYFILE = (DEPLOY / "Caddyfile").read_text()


def instruction(name: str) -> str:
    """What the last stage of the image says under one name."""
    (found,) = re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)
    text: str = found
    return text


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in instruction("ENV").split())


def unit(name: str) -> list[str]:
    """The values of one name in the unit."""
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def unit_settings() -> Settings:
    lines = [*unit("Environment"), *UNIT_ENVIRONMENT.splitlines()]
    given = dict(line.split("=", 1) for line in lines if line.startswith("URGENTRY_"))
    return Settings.from_environment(given)


def test_all_run_the_same_command() -> None:
    (command,) = unit("ExecStart")
    entry = json.loads(instruction("ENTRYPOINT"))
    served = json.loads(instruction("CMD"))
    assert served == render().container()["args"] == SERVER["command"]
    assert "command" not in render().container()
    assert command.split() == [f"/opt/urgentry/bin/{entry[0]}", *served]


def test_all_run_as_the_same_user() -> None:
    pod = render().pod()["securityContext"]
    user = instruction("USER")
    assert user == f"{pod['runAsUser']}:{pod['runAsGroup']}"
    assert user == SERVER["user"] == COMPOSE["services"]["litestream"]["user"]
    assert pod["fsGroup"] == pod["runAsGroup"]
    assert f"u urgentry {user} " in SYSUSERS
    assert (unit("User"), unit("Group")) == (["urgentry"], ["urgentry"])


def test_all_keep_data_in_the_same_place() -> None:
    place = image_environment()["URGENTRY_DATA_DIR"]
    mounts = {one["name"]: one["mountPath"] for one in render().container()["volumeMounts"]}
    assert place == instruction("VOLUME") == instruction("WORKDIR") == mounts["data"]
    assert place == render().settings()["URGENTRY_DATA_DIR"] == str(unit_settings().data_dir)
    assert [f"/var/lib/{name}" for name in unit("StateDirectory")] == [place]
    assert f"data:{place}" in SERVER["volumes"]
    assert f"data:{place}" in COMPOSE["services"]["litestream"]["volumes"]
    (database,) = LITESTREAM["dbs"]
    assert unit_settings().database.dsn == f"sqlite:///{database['path']}"
    assert database["path"].startswith(place + "/")


def test_all_listen_on_the_same_port() -> None:
    port = instruction("EXPOSE").split()[0]
    assert render().container()["ports"][0]["containerPort"] == int(port)
    assert SERVER["expose"] == [port]
    assert str(unit_settings().port) == port
    assert f"{{$URGENTRY_UPSTREAM:127.0.0.1:{port}}}" in CADDYFILE
    assert COMPOSE["services"]["caddy"]["environment"]["URGENTRY_UPSTREAM"] == f"urgentry:{port}"
    assert f"127.0.0.1:{port}/ready" in str(SERVER["healthcheck"]["test"])


def test_all_log_for_machines() -> None:
    assert image_environment()["URGENTRY_LOG_FORMAT"] == "json"
    assert render().settings()["URGENTRY_LOG_FORMAT"] == unit_settings().log_format == "json"


def test_all_write_to_data_and_tmp_alone() -> None:
    assert render().container()["securityContext"]["readOnlyRootFilesystem"] is True
    assert SERVER["read_only"] is True
    assert SERVER["tmpfs"] == ["/tmp"]
    assert SERVER["cap_drop"] == ["ALL"]
    assert (unit("ProtectSystem"), unit("PrivateTmp")) == (["strict"], ["yes"])
    assert unit("CapabilityBoundingSet") == [""]


def test_all_give_the_server_the_same_time_to_stop() -> None:
    seconds = render().pod()["terminationGracePeriodSeconds"]
    assert unit("TimeoutStopSec") == [str(seconds)]
    assert SERVER["stop_grace_period"] == f"{seconds}s"
    assert seconds > unit_settings().shutdown_timeout_s


def test_all_are_of_one_version_and_image() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert SERVER["image"] == f"{values['image']['repository']}:{__version__}"
    assert render().container()["image"] == SERVER["image"]


def test_the_proxies_are_trusted_where_they_are() -> None:
    (network,) = COMPOSE["networks"]["web"]["ipam"]["config"]
    given = {**SERVER["environment"], "URGENTRY_BASE_URL": "https://errors.example.com"}
    trusted = Settings.from_environment(given).trusted_proxies
    assert [str(one) for one in trusted] == [network["subnet"]]
    assert [str(one) for one in unit_settings().trusted_proxies] == ["127.0.0.1/32", "::1/128"]
    assert unit_settings().host == "127.0.0.1"


def test_compose_names_only_what_it_declares() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source: str = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).is_file()
        assert set(service.get("networks", [])) <= COMPOSE["networks"].keys()
        assert set(service.get("depends_on", {})) <= COMPOSE["services"].keys()


def test_the_page_on_a_single_host_names_files_that_exist() -> None:
    page = (ROOT / "docs" / "how-to" / "single-host.md").read_text()
    named = set(re.findall(r"deploy/[\w./-]*\w", page))
    assert named
    assert all((ROOT / name).exists() for name in named)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = shutil.which("true")
    text = UNIT.replace("/opt/urgentry/bin/urgentry", str(program))
    (tmp_path / "urgentry.service").write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "urgentry.service")],
        capture_output=True,
        check=False,
        text=True,
    )
    said: Any = [line for line in done.stderr.splitlines() if "urgentry.service" in line]
    assert not said
