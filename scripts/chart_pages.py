"""The pages of the Helm chart that are made: its README, from the comments in values.yaml, and the
names in values.schema.json that the program's settings give. `generated_pages` writes both.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from urgentry.config import describe

CHART = Path(__file__).resolve().parent.parent / "deploy" / "helm" / "urgentry"

README_HEAD = """\
# The chart urgentry

[Run it on Kubernetes](../../../docs/how-to/kubernetes.md) tells what to install when, and how to go
on from there. This page lists the values; it is written by `scripts/docs` from the comments in
`values.yaml`. `values-prod.yaml` is a worked example for production, `values-staging.yaml` one for
a single replica. A name that is not listed here stops the installation.

| Value | Default | Meaning |
|---|---|---|
"""

_KEY = re.compile(r"^( *)([A-Za-z0-9]+):( .*)?$")
_OWN = re.compile(r"\bURGENTRY_[A-Z_0-9]*[A-Z0-9]\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value that has a comment: where it is, what it is at first, and what it means."""

    path: tuple[str, ...]
    default: Any
    about: str


def values() -> Iterator[Value]:
    """The values of values.yaml that have a comment, in their order."""
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    path: list[str] = []
    comment: list[str] = []
    for line in text.splitlines():
        key = _KEY.match(line)
        if key:
            path[len(key[1]) // 2 :] = [key[2]]
            if comment:
                yield Value(path=tuple(path), default=_at(defaults, path), about=" ".join(comment))
        comment = [*comment, line.strip()[2:]] if line.lstrip().startswith("# ") else []


def readme() -> str:
    """The table of values."""
    return README_HEAD + "".join(
        f"| `{'.'.join(value.path)}` | {_shown(value.default)} | {_cell(value.about)} |\n"
        for value in values()
    )


def schema() -> str:
    """values.schema.json as it is, with the settings that the program has now."""
    path = CHART / "values.schema.json"
    text: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    text["properties"]["settings"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            setting.name: {"type": ["string", "integer", "boolean"], "description": setting.about}
            for setting in describe()
            if _is_free(setting.name) and not setting.secret
        },
    }
    text["definitions"]["variableName"] = {
        "description": "Of the names that begin with URGENTRY_ only those that are settings.",
        "anyOf": [
            {"type": "string", "not": {"pattern": "^URGENTRY_"}},
            {"enum": [setting.name for setting in describe()]},
        ],
    }
    return json.dumps(text, indent=2) + "\n"


def names_in_templates() -> set[str]:
    """The settings that the chart itself gives to the program."""
    paths = [path for path in (CHART / "templates").rglob("*") if path.suffix in (".tpl", ".yaml")]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return {name for text in texts for name in _OWN.findall(text)}


def _is_free(name: str) -> bool:
    """Whether a setting is left to `settings`: the others have values of their own."""
    return name not in names_in_templates() and not name.startswith("URGENTRY_BOOTSTRAP_")


def _at(values: Any, path: list[str]) -> Any:
    for key in path:
        values = values[key]
    return values


def _shown(default: Any) -> str:
    if default in ("", [], {}):
        return "–"
    text = default if isinstance(default, str) else json.dumps(default)
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
