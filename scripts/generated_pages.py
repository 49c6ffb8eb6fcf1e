"""Writes the pages of `docs/` that are made from code; `scripts/docs` calls it, a test compares."""

from collections.abc import Callable
from pathlib import Path

from urgentry.config import describe
from urgentry.storage.queries import library

DOCS = Path(__file__).resolve().parent.parent / "docs"

SETTINGS_HEAD = """\
# Settings

All settings come from environment variables and are read once at the start. An unknown name that
begins with `URGENTRY_`, or a value that makes no sense, stops the start with a message that names
it; an empty value counts as not set. The variables that Kubernetes makes for a Service named
`urgentry` are no settings and are ignored. This page is written by `scripts/docs`.

| Name | Default | Meaning |
|---|---|---|
"""

DIALECTS_HEAD = """\
# Queries that differ by database

{parted} of {texts} named queries have one text for SQLite and another for PostgreSQL; the others
are one text for both. Fewer is better: each needs its reason and a contract test. This page is
written by `scripts/docs`.

| Query | Why |
|---|---|
"""


def settings_page() -> str:
    """Every setting with its default and meaning."""
    return SETTINGS_HEAD + "".join(
        f"| `{setting.name}` | {setting.default or '–'} | {setting.about} |\n"
        for setting in describe()
    )


def dialects_page() -> str:
    """The queries that have a text for each database, and why."""
    report = library().report()
    head = DIALECTS_HEAD.format(parted=len(report.overrides), texts=report.texts)
    return head + "".join(
        f"| `{name}` | {library().get(name).description} |\n" for name in report.overrides
    )


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "reference/dialects.md": dialects_page,
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
