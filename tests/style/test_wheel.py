"""The wheel works where there is no checkout: it holds the program, its texts and migrations."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.style.tree import ROOT, tracked_files
from urgentry import __version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_every_file_of_the_program(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    program = {str(path) for path in tracked_files() if path.parts[0] == "urgentry"}
    migrations = {f"urgentry/{path}" for path in tracked_files() if path.parts[0] == "migrations"}
    assert program | migrations <= held
    assert not [name for name in held if name.startswith(("tests/", "bench/", "scripts/"))]


def test_it_runs_outside_a_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*install, "--no-index", "--no-deps", str(wheel)], check=True)
    # Dependencies are borrowed. The checkout is not: .pth files of a borrowed folder do not count.
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(*arguments: str) -> str:
        command = [str(home / "bin" / "urgentry"), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env={}, capture_output=True, check=True, text=True
        ).stdout

    assert __version__ in run("--version")
    run("migrate")
    assert (tmp_path / "data" / "urgentry.sqlite").exists()
