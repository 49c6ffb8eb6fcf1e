"""Official SDKs in several major versions, unmodified: each tells all that it can, and all of it is
read back through the web API.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.server.exported import Exported, exported_by
from tests.server.official_sdks import PROGRAMS, output_of, served, title_of, tool
from tests.server.real_browser import RealBrowser
from tests.server.running_server import ROOT, RunningServer

VERSIONS = PROGRAMS / "versions"
OLDER_PYTHON = ROOT / ".venv/sentry-sdk-1/bin/python"
PATIENCE_S = 15.0

Run = Callable[[str, Path, RealBrowser], str]
"""Takes a DSN, a scratch directory and a browser; answers what the program told of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A major version of an SDK."""

    sdk: str
    major: str
    run: Run
    sends: frozenset[str]
    """All kinds of data that it can tell beside errors."""
    error: str = "RangeError: no stock left"
    function: str = "reserveStock"
    email: str

    @property
    def name(self) -> str:
        return f"{self.sdk}-{self.major}"


_TRACED = frozenset({"attachment", "transaction", "span"})


def _from(major: int, firsts: Mapping[int, str]) -> frozenset[str]:
    """What a major version can tell, by the first one that could."""
    return frozenset(kind for first, kind in firsts.items() if major >= first)


def _node(major: int) -> Version:
    def run(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
        return output_of([tool("node"), "node.cjs", str(major)], VERSIONS, dsn)

    return Version(
        sdk="node",
        major=str(major),
        run=run,
        sends=_TRACED
        | {"session", "checkIn"}
        | _from(major, {8: "feedback", 9: "log", 10: "metric"}),
        email="crab@example.com",
    )


def _browser(major: int) -> Version:
    def run(dsn: str, scratch: Path, browser: RealBrowser) -> str:
        bundle = scratch / "bundles" / f"browser-{major}.js"
        sentry = (f"--alias:sentry=sentry-browser-{major}", f"--define:MAJOR={major}")
        bundled = ("--bundle", "--format=esm", "--log-level=error", f"--outfile={bundle}")
        esbuild = str(VERSIONS / "node_modules/.bin/esbuild")
        output_of([esbuild, "browser.mjs", *sentry, *bundled], VERSIONS, dsn)
        shutil.copy(VERSIONS / "index.html", scratch)
        with served(scratch) as url:
            return title_of(f"{url}/index.html", f"browser-{major}", dsn, browser)

    return Version(
        sdk="browser",
        major=str(major),
        run=run,
        sends=_TRACED
        | {"session", "feedback", "replay", "profile"}
        | _from(major, {9: "log", 10: "metric"}),
        email="fox@example.com",
    )


def _python(major: int) -> Version:
    """Version 1 is in an environment of its own."""
    python = OLDER_PYTHON if major == 1 else sys.executable

    def run(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
        return output_of([str(python), "program.py"], VERSIONS, dsn)

    return Version(
        sdk="python",
        major=str(major),
        run=run,
        sends=_TRACED
        | {"session", "profile", "checkIn"}
        | ({"log", "metric"} if major > 1 else frozenset()),
        error="ValueError: no stock left",
        function="reserve_stock",
        email="snake@example.com",
    )


def _java(version: str) -> Version:
    """The program is made of what all majors have and what theirs has."""
    major = version.partition(".")[0]
    source, own = PROGRAMS / "java", "newer" if int(major) > 7 else "older"

    def run(dsn: str, scratch: Path, _browser: RealBrowser) -> str:
        sdks = output_of([str(ROOT / "scripts/java-sdks")], ROOT, dsn)
        archive = f"{sdks}/sentry-{version}.jar"
        compiled = ["-d", str(scratch), "-classpath", archive]
        output_of([tool("javac"), *compiled, "Program.java", f"{own}/Extra.java"], source, dsn)
        run = ["-classpath", f"{scratch}:{archive}", "Program", major]
        return output_of([tool("java"), *run], source, dsn)

    return Version(
        sdk="java",
        major=major,
        run=run,
        sends=_TRACED | {"session", "checkIn", "feedback"} | _from(int(major), {8: "log"}),
        error="IllegalStateException: no stock left",
        email="bean@example.com",
    )


def _rust(name: str) -> Version:
    def run(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
        if not shutil.which("cargo"):
            pytest.skip("Rust is not installed")
        program = output_of([str(ROOT / "scripts/rust-sdk")], ROOT, dsn)
        return output_of([program, name], ROOT, dsn)

    return Version(
        sdk="rust",
        major=name,
        run=run,
        sends=_TRACED | ({"session", "log"} if name == "current" else {"session"}),
        error="OutOfStock: no stock left",
        function="capture_with_attachment",
        email="rusty@example.com",
    )


def _raven_python() -> Version:
    def run(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
        return output_of([str(OLDER_PYTHON), "raven_program.py"], VERSIONS, dsn)

    return Version(
        sdk="raven",
        major="python",
        run=run,
        sends=frozenset(),
        error="ValueError: no stock left",
        function="reserve_stock",
        email="snake@example.com",
    )


def _go(name: str) -> Version:
    """Each version is a module: the program that all share, and what only that one can."""
    source = PROGRAMS / "go-versions"

    def run(dsn: str, scratch: Path, _browser: RealBrowser) -> str:
        module = scratch / name
        shutil.copytree(source / name, module)
        shutil.copy(source / "main.go", module)
        output_of([tool("go"), "build", "-buildvcs=false", "-o", "program", "."], module, dsn)
        return output_of([str(module / "program"), name], module, dsn)

    return Version(
        sdk="go",
        major=name,
        run=run,
        sends=_TRACED | ({"checkIn", "log", "metric"} if name == "current" else {"checkIn"}),
        error="*errors.errorString: no stock left",
        function="captureWithAttachment",
        email="gopher@example.com",
    )


def _ruby(name: str, program: str, sends: frozenset[str]) -> Version:
    """Of the distribution's packages."""

    def run(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
        return output_of([tool("ruby"), program], PROGRAMS / "ruby", dsn)

    sdk, _, major = name.partition("-")
    return Version(
        sdk=sdk,
        major=major,
        run=run,
        sends=sends,
        error="OutOfStock: no stock left",
        function="reserve_stock",
        email="gem@example.com",
    )


JAVASCRIPT = range(7, 12)
JAVA = ("6.34.0", "7.22.6", "8.20.0")
ALL = (
    *map(_node, JAVASCRIPT),
    *map(_browser, JAVASCRIPT),
    *map(_python, (1, 2)),
    *map(_java, JAVA),
    *map(_rust, ("older", "current")),
    *map(_go, ("older", "current")),
    _ruby("ruby-5", "program.rb", frozenset({"transaction", "span"})),
    _ruby("raven-ruby", "raven.rb", frozenset()),
    _raven_python(),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A program has run; its project holds only what it sent."""

    version: Version
    error: str
    sent: frozenset[str]
    api: Exported

    def of_project(self, path: str, **query: Any) -> Any:
        made = self.api.made
        return self.api.get(f"/projects/{made.organization}/{made.project}{path}", **query)

    def eventually(self, read: Callable[[], Any]) -> Any:
        """What is read, as soon as there is something: SDKs send some things late."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := read()):
            assert time.monotonic() < deadline, "nothing came"
            time.sleep(0.1)
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """On SQLite: what is tried here is what comes over the wire."""
    with RunningServer(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module", params=ALL, ids=lambda version: version.name)
def told(
    request: pytest.FixtureRequest,
    server: RunningServer,
    browser: RealBrowser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Told]:
    version: Version = request.param
    made = server.bootstrap(project=version.name)
    *_logged, told = version.run(made.dsn, tmp_path_factory.mktemp("program"), browser).splitlines()
    answer = json.loads(told)
    with exported_by(server, made) as api:
        yield Told(version, answer["error"].replace("-", ""), frozenset(answer["sent"]), api)


def test_the_error(told: Told) -> None:
    event = told.of_project(f"/events/{told.error}/")
    assert event["title"] == told.version.error
    assert event["user"]["email"] == told.version.email
    assert {"key": "checkout.step", "value": "payment"}.items() <= next(
        tag for tag in event["tags"] if tag["key"] == "checkout.step"
    ).items()
    entries = {entry["type"]: entry["data"] for entry in event["entries"]}
    (exception,) = entries["exception"]["values"]
    stack = exception["stacktrace"] or _of_thread(entries)
    functions = [frame["function"] for frame in stack["frames"]]
    assert any(told.version.function in (function or "") for function in functions)
    crumbs = entries["breadcrumbs"]["values"]
    assert "added SKU-7 to the cart" in [crumb["message"] for crumb in crumbs]
    assert event["release"]["version"] == f"{told.version.name}@1.0.0"


def its_attachment(told: Told) -> None:
    (attachment,) = told.of_project(f"/events/{told.error}/attachments/")
    assert (attachment["name"], attachment["size"]) == ("cart.txt", len("SKU-7 twice"))
    made = told.api.made
    place = f"/projects/{made.organization}/{made.project}/events/{told.error}/attachments"
    answer = told.api.api.get(f"{place}/{attachment['id']}/", params={"download": "1"})
    assert answer.text == "SKU-7 twice"


def the_transaction_with_its_span(told: Told) -> None:
    found = told.eventually(
        lambda: told.api.rows("spans", "span.op", "transaction", query="is_transaction:false")
    )
    assert "place order" in [row["transaction"] for row in found]
    (row,) = told.api.rows("spans", "trace", query='is_transaction:true transaction:"place order"')
    event = told.of_project(f"/events/{told.error}/")
    assert event["contexts"]["trace"]["trace_id"] == row["trace"]


def sessions(told: Told) -> None:
    answer = told.eventually(lambda: _sessions(told))
    assert sum(answer.values()) >= 1
    assert answer["crashed"] == 0


def check_ins(told: Told) -> None:
    (monitor,) = told.api.of_organization("/monitors/")
    config = monitor["config"]
    assert (config["schedule"], config["timezone"]) == ("0 * * * *", "Europe/Vienna")
    (check_in,) = told.api.of_organization(f"/monitors/{monitor['slug']}/checkins/")
    assert (check_in["status"], check_in["duration"]) == ("ok", 1500)


def feedback(told: Told) -> None:
    found = told.eventually(lambda: _feedback(told))
    assert found == [("it does not sell", told.version.email)]


def logs(told: Told) -> None:
    found = told.eventually(lambda: told.api.rows("logs", "message", "severity", "currency"))
    assert found == [{"message": "priced the order", "severity": "info", "currency": "EUR"}]


def metrics(told: Told) -> None:
    found = told.eventually(lambda: told.api.rows("tracemetrics", "metric.name", "sum(value)"))
    assert found == [{"metric.name": "orders.priced", "sum(value)": 2}]


def the_replay(told: Told) -> None:
    """Its first segment may come before the one that tells of the error."""
    (replay,) = told.eventually(
        lambda: [one for one in told.api.of_organization("/replays/")["data"] if one["error_ids"]]
    )
    assert replay["error_ids"] == [told.error]
    segments = told.of_project(f"/replays/{replay['id']}/recording-segments/", download="true")
    assert "sold out" in json.dumps(segments)


def the_profile(told: Told) -> None:
    """A whole one belongs to its transaction, the pieces of a continuous one to their profiler."""
    profile = told.eventually(lambda: _profile(told))
    functions = {frame.get("function") for frame in profile["frames"]}
    assert "busy" in functions
    assert len(profile["samples"]) > 1
    assert all(sample["stack_id"] < len(profile["stacks"]) for sample in profile["samples"])


CHECKS: Mapping[str, Callable[[Told], None]] = {
    "attachment": its_attachment,
    "transaction": the_transaction_with_its_span,
    "span": the_transaction_with_its_span,
    "session": sessions,
    "checkIn": check_ins,
    "feedback": feedback,
    "log": logs,
    "metric": metrics,
    "replay": the_replay,
    "profile": the_profile,
}


def test_all_that_it_sends_besides(told: Told) -> None:
    assert told.sent == told.version.sends
    for kind in sorted(told.sent):
        CHECKS[kind](told)


def test_all_of_it_was_accepted(told: Told) -> None:
    answer = told.api.of_organization(
        "/stats_v2/",
        field="sum(quantity)",
        groupBy=["category", "outcome", "reason"],
        statsPeriod="1d",
    )
    others = [group["by"] for group in answer["groups"] if group["by"]["outcome"] != "accepted"]
    assert others == []


def _of_thread(entries: dict[str, Any]) -> Any:
    """Rust's SDK tells where an error was captured, as errors there have no stack of their own."""
    (thread,) = entries["threads"]["values"]
    return thread["stacktrace"]


def _feedback(told: Told) -> list[tuple[str, str]]:
    """Of either kind: an older one tells of an event, a newer one is an issue."""
    older = [(one["comments"], one["email"]) for one in told.of_project("/user-feedback/")]
    issues = told.api.of_organization("/issues/", query="issue.category:feedback")
    newer = [(one["metadata"]["message"], one["metadata"]["contact_email"]) for one in issues]
    return sorted({*older, *newer})


def _sessions(told: Told) -> dict[str, int]:
    answer = told.api.of_organization(
        "/sessions/", field="sum(session)", groupBy="session.status", statsPeriod="1d"
    )
    return {
        group["by"]["session.status"]: group["totals"]["sum(session)"] for group in answer["groups"]
    }


def _profile(told: Told) -> dict[str, Any] | None:
    """As soon as it can be read."""
    made, api = told.api.made, told.api.api
    query = 'is_transaction:true transaction:"place order"'
    rows = told.api.rows("spans", "profile.id", "profiler.id", query=query)
    if not rows:
        return None
    if profile_id := rows[0]["profile.id"]:
        folder = f"/projects/{made.organization}/{made.project}/profiling/profiles"
        answer = api.get(f"{folder}/{profile_id}/")
    else:
        pieces = f"/organizations/{made.organization}/profiling/chunks/"
        asked = {"profiler_id": rows[0]["profiler.id"], "project": made.project_id}
        answer = api.get(pieces, params=asked)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    assert answer.status_code == HTTPStatus.OK, answer.text
    told_profile = answer.json()
    profile: dict[str, Any] = told_profile.get("chunk", told_profile)["profile"]
    return profile
