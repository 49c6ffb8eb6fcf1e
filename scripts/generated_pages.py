"""Writes the pages that are made from code; `scripts/docs` calls it, a test compares."""

import inspect
from collections.abc import Callable
from pathlib import Path

from scripts import chart_pages, ingest_page
from urgentry.access.scopes import ROLE_MEANING, role_matrix
from urgentry.api.routes import ENDPOINTS
from urgentry.config import describe
from urgentry.metrics import Metrics
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

{count} named queries have one text for SQLite and another for PostgreSQL, or are for one of them
alone; all others are one text for both. Fewer is better: each needs its reason and a contract test.
This page is written by `scripts/docs`.

| Query | Why |
|---|---|
"""


METRICS_HEAD = """\
# Metrics

What `/metrics` answers, in Prometheus' text format. A histogram is a family of `_bucket`, `_sum`
and `_count`. What a metric is counted *by* is a label. This page is written by `scripts/docs`.

| Name | Kind | Meaning |
|---|---|---|
"""


ROLES_HEAD = """\
# Roles and scopes

Each member of an organization has one role there. A role gives scopes, and an API token gives those
of its scopes that its owner's role gives too. An instance admin is an owner in every organization.

Members see all projects of their organization while its open membership is on, which is the
default; else only those of their teams. Managers and owners always see all of them. What someone
may not see answers 404, what they see but may not do answers 403. This page is written by
`scripts/docs`.

"""


OPERATIONS_HEAD = """\
# Operations of the web API

All paths are below `/api/0`; [how to call them](api.md). This page is written by `scripts/docs`.

| Method | Path | What it does |
|---|---|---|
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
    head = DIALECTS_HEAD.format(count=len(report.overrides))
    return head + "".join(
        f"| `{name}` | {library().get(name).description} |\n" for name in report.overrides
    )


def metrics_page() -> str:
    """Every metric of a server, of its process and of its Python."""
    return METRICS_HEAD + "".join(
        f"| `{family.name}{'_total' * (family.type == 'counter')}` | {family.type} "
        f"| {family.documentation.rstrip('.')}. |\n"
        for family in Metrics().registry.collect()
    )


def roles_page() -> str:
    """What each role means, and the table of roles and scopes."""
    meanings = "".join(f"- **{role.value}**: {text}\n" for role, text in ROLE_MEANING.items())
    return f"{ROLES_HEAD}{meanings}\n{role_matrix()}"


def operations_page() -> str:
    """Every operation, told by the first paragraph of its handler's docstring."""
    return OPERATIONS_HEAD + "".join(
        f"| {method} | `{endpoint.path}` | {_first_paragraph(handler)} |\n"
        for endpoint in ENDPOINTS
        for method, handler in endpoint.methods.items()
    )


def _first_paragraph(described: object) -> str:
    paragraph = (inspect.getdoc(described) or "").partition("\n\n")[0]
    return paragraph.replace("\n", " ").replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "reference/dialects.md": dialects_page,
    "reference/ingest.md": ingest_page.ingest_page,
    "reference/operations.md": operations_page,
    "reference/roles.md": roles_page,
    "reference/metrics.md": metrics_page,
    "../deploy/helm/urgentry/README.md": chart_pages.readme,
    "../deploy/helm/urgentry/values.schema.json": chart_pages.schema,
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
