"""What `helm test` and the CronJob run, against a real server; and how the chart runs it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.chart.rendering import CHART, Json, Rendered, merged, render
from tests.server.running_server import Bootstrapped, RunningServer

PROGRAM = CHART / "programs" / "round_trip.py"
TOKEN: Json = {
    "roundTrip": {
        "organization": "acme",
        "project": "web",
        "existingSecret": "trip",
        "timeoutSeconds": 5,
        "schedule": {"enabled": True},
    }
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def made(server: RunningServer) -> Bootstrapped:
    return server.bootstrap()


def run(url: str, *, token: str = "", **other: str) -> subprocess.CompletedProcess[str]:
    """Runs the program as the pod does, with the variables that the chart gives it."""
    container = render(merged(TOKEN, {})).get("Pod", "urgentry-test")["spec"]["containers"][0]
    given = {one["name"]: one.get("value", token) for one in container["env"]}
    given |= {"ROUND_TRIP_URL": url, "ROUND_TRIP_INGEST_URL": url, **other}
    assert container["command"] == ["python", f"/programs/{PROGRAM.name}"]
    return subprocess.run(
        [sys.executable, "-I", str(PROGRAM)],
        env=given,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def test_an_event_goes_there_and_back(server: RunningServer, made: Bootstrapped) -> None:
    issues = set()
    for _ in range(2):
        done = run(server.base_url, token=made.auth_token)
        assert done.returncode == 0, done.stdout + done.stderr
        found = re.search(r"of issue (\d+)\.$", done.stdout.strip())
        assert found
        issues.add(found[1])
    (issue,) = issues
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    with httpx.Client(base_url=server.base_url, headers=headers) as client:
        answer = client.get(f"/api/0/organizations/acme/issues/{issue}/").json()
    assert (answer["count"], answer["status"]) == ("2", "ignored")


def test_without_a_token_it_asks_whether_the_server_is_ready(server: RunningServer) -> None:
    done = run(server.base_url)
    assert done.returncode == 0
    assert "The server is ready. No event was sent" in done.stdout


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"ROUND_TRIP_TOKEN": "wrong"}, "answers 401"),
        ({"ROUND_TRIP_PROJECT": "another"}, "answers 404"),
        ({"ROUND_TRIP_URL": "http://127.0.0.1:9"}, "refused"),
        ({"ROUND_TRIP_INGEST_URL": "http://127.0.0.1:9"}, "refused"),
    ],
)
def test_what_is_broken_is_told(
    server: RunningServer, made: Bootstrapped, other: dict[str, str], said: str
) -> None:
    short = {"ROUND_TRIP_TIMEOUT_SECONDS": "0.1"}
    done = run(server.base_url, token=made.auth_token, **short, **other)
    assert done.returncode == 1
    assert said in done.stderr


def mounted(rendered: Rendered, pod: Json) -> Iterator[tuple[str, str]]:
    for volume in pod["volumes"]:
        files = rendered.get("ConfigMap", volume["configMap"]["name"])["data"]
        for mount in pod["containers"][0]["volumeMounts"]:
            if mount["name"] == volume["name"]:
                for name, text in files.items():
                    yield f"{mount['mountPath']}/{name}", text


def test_helm_test_and_the_cron_job_run_this_program() -> None:
    rendered = render(TOKEN)
    test = rendered.get("Pod", "urgentry-test")
    cron = rendered.get("CronJob", "urgentry-round-trip")
    assert test["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert cron["spec"]["schedule"] == "*/15 * * * *"
    assert cron["spec"]["concurrencyPolicy"] == "Forbid"
    pod = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod == test["spec"]
    program = {f"/programs/{PROGRAM.name}": PROGRAM.read_text()}
    assert dict(mounted(rendered, pod)) == program
    urls = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
    assert urls["ROUND_TRIP_URL"] == "http://urgentry:8000"
    assert urls["ROUND_TRIP_INGEST_URL"] == "http://urgentry-ingest:8000"


def test_the_token_of_the_first_account_serves() -> None:
    rendered = render(None, CHART / "ci" / "sqlite-values.yaml")
    (container,) = rendered.get("Pod", "urgentry-test")["spec"]["containers"]
    (token,) = [one for one in container["env"] if one["name"] == "ROUND_TRIP_TOKEN"]
    assert token["valueFrom"]["secretKeyRef"] == {"name": "urgentry-bootstrap", "key": "auth-token"}


def test_it_needs_nothing_but_python() -> None:
    for line in Path(PROGRAM).read_text().splitlines():
        if line.startswith(("import ", "from ")):
            assert line.split()[1].split(".")[0] in sys.stdlib_module_names
