"""Documentation agrees with the code: generated pages, links, change log, opening commands."""

import re
from pathlib import Path

import pytest

from scripts.generated_pages import DOCS, PAGES
from tests.style.tree import ROOT, text_files

LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#]+)(#[^)]*)?\)")
CHANGE_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Schema"}


def pages() -> dict[Path, str]:
    return {path: text for path, text in text_files().items() if path.suffix == ".md"}


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run scripts/docs"


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page}: {link[1]}"
        for page, text in pages().items()
        for link in LINK.finditer(text)
        if not (ROOT / page.parent / link[1]).exists()
    ]
    assert not broken


def test_every_page_can_be_found_from_the_index() -> None:
    seen: set[Path] = set()
    queue = [DOCS / "index.md"]
    while queue:
        page = queue.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = LINK.finditer(page.read_text(encoding="utf-8"))
        queue += [(page.parent / link[1]).resolve() for link in links]
    assert {ROOT / page for page in pages() if page.parts[0] == "docs"} <= seen


def test_readme_opens_with_the_two_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    commands = [line.split()[0] for line in block[1].splitlines() if line]
    assert commands == ["scripts/serve", "scripts/test"]
    assert all((ROOT / command).stat().st_mode & 0o111 for command in commands)


def test_change_log_keeps_its_form() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text().splitlines()
    releases = [line for line in lines if line.startswith("## ")]
    assert lines[0] == "# Changelog"
    assert releases[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", r) for r in releases[1:])
    assert {line[4:] for line in lines if line.startswith("### ")} <= CHANGE_KINDS


def test_change_log_names_every_migration() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    numbers = {path.name[:4] for path in (ROOT / "migrations").glob("*.sql")}
    assert not [number for number in sorted(numbers) if f"migration {number}" not in text]


def test_decisions_are_numbered_without_gaps() -> None:
    files = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]


def test_decisions_tell_context_choice_and_price() -> None:
    for path in (DOCS / "decisions").glob("[0-9]*.md"):
        headings = re.findall(r"^## (.*)$", path.read_text(), re.MULTILINE)
        assert headings == ["Context", "Choice", "Price"], path.name
