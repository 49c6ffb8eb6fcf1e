"""The sum that `scripts/test` ends with: nothing that failed is missed."""

from pathlib import Path

import pytest

from scripts.tally import main

SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


def report(folder: Path, name: str, *counts: int) -> None:
    (folder / f"{name}.xml").write_text(SUITE.format(*counts))


def test_suites_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(tmp_path, "unit", 10, 0, 0, 1)
    report(tmp_path, "server", 5, 0, 0, 0)
    assert main(tmp_path, ["unit", "server"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["1 skipped", "14 passed, 0 failed"]


def test_failures_and_errors_both_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(tmp_path, "unit", 10, 2, 1, 0)
    assert main(tmp_path, ["unit"]) == 1
    assert capsys.readouterr().out.endswith("\n7 passed, 3 failed\n")


@pytest.mark.parametrize("content", [None, "", "<testsuites>"])
def test_a_suite_without_a_report_has_failed(tmp_path: Path, content: str | None) -> None:
    report(tmp_path, "unit", 10, 0, 0, 0)
    if content is not None:
        (tmp_path / "server.xml").write_text(content)
    assert main(tmp_path, ["unit", "server"]) == 1


def test_nothing_run_is_not_success(tmp_path: Path) -> None:
    report(tmp_path, "unit", 0, 0, 0, 0)
    assert main(tmp_path, ["unit"]) == 1
