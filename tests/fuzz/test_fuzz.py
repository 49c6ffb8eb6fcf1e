"""Every parser stands what was found before, and some seconds of what a fuzzer thinks of.

The thoughts are the same ones each time, so that a run can be repeated. `scripts/fuzz` has new ones
and goes on for longer; what it finds is put into `corpus/`, where it stays.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, run

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 10
SEED = 1
AT_ONCE = 2
KEPT = sorted(CORPUS.glob("*/*"))
has_fuzzer = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="the fuzzer is not made for this platform"
)


def test_every_target_has_inputs_to_begin_with() -> None:
    assert {path.parent.name for path in KEPT} == TARGETS.keys()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_kept_harms_nobody(path: Path) -> None:
    run(path.parent.name, path.read_bytes())


Fuzzed = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def fuzzed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Fuzzed]]]:
    """The runs of all targets that are asked for, some at once."""
    asked = {name for name in TARGETS if any(f"[{name}]" in i.name for i in request.session.items)}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        places = {name: tmp_path_factory.mktemp(name) for name in sorted(asked)}
        yield {name: pool.submit(_fuzz, name, place) for name, place in places.items()}


def _fuzz(target: str, found: Path) -> Fuzzed:
    command = [sys.executable, "-m", "tests.fuzz.driver", target, str(found), str(CORPUS / target)]
    options = [f"-seed={SEED}", f"-max_total_time={SECONDS}", f"-artifact_prefix={found}/failed-"]
    return subprocess.run(
        [*command, *options],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS + 120,
        check=False,
    )


@has_fuzzer
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_fuzzer_finds_nothing(fuzzed: dict[str, Future[Fuzzed]], target: str) -> None:
    done = fuzzed[target].result()
    assert done.returncode == 0, done.stderr[-4000:]
