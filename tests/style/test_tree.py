"""What must not stand in the repository, and what its lock files must."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.style.tree import ROOT, text_files

# Put together here, so that this file does not contain what it looks for.
SPLIT = (
    *("registry .npmjs", "pypi .org", "crates .io", "proxy .golang", "sum .golang", "deb .debian"),
    *("python hosted", "/wo rk/", "/ro ot/", "/fa rm/"),
)
FORBIDDEN = tuple(word.replace(" ", "") for word in SPLIT)
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-build.txt")


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_registry_and_no_private_path_is_named(word: str) -> None:
    assert not [str(path) for path, text in text_files().items() if word in text]


def npm_locks() -> list[Path]:
    return [path for path in text_files() if path.name == "package-lock.json"]


def test_npm_locks_hold_no_addresses() -> None:
    assert not [str(path) for path in npm_locks() if '"resolved"' in text_files()[path]]


def test_npm_would_not_write_addresses_into_locks() -> None:
    for path in npm_locks():
        settings = (ROOT / path.parent / ".npmrc").read_text()
        assert "omit-lockfile-registry-resolved=true" in settings.splitlines(), path


@pytest.mark.parametrize("name", LOCKS)
def test_python_locks_hold_versions_and_hashes_only(name: str) -> None:
    entry = re.compile(r"[a-z0-9._-]+==[^\s;]+( ; [^\\]+)? \\")
    for line in (ROOT / name).read_text().splitlines():
        assert entry.fullmatch(line) or re.fullmatch(
            r"    --hash=sha256:[0-9a-f]{64}( \\)?", line
        ), line


def test_locks_cover_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    declared = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-test.txt": [name for name in groups["dev"] if isinstance(name, str)],
        "requirements-build.txt": groups["build"],
    }
    for lock, requirements in declared.items():
        locked = re.findall(r"^([a-z0-9._-]+)==", (ROOT / lock).read_text(), re.MULTILINE)
        wanted = {re.split(r"[<>=!~ ]", requirement)[0].lower() for requirement in requirements}
        assert wanted <= set(locked), f"{lock}: run scripts/lock"


def test_one_version_of_each_package() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in re.findall(r"^(\S+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
            versions.setdefault(name, set()).add(version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
