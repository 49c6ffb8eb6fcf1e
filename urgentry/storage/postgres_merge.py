"""Several statements that change rows as one, by common table expressions: PostgreSQL alone.

A round trip costs more than most statements of a batch, and without prepared statements each costs
two. `postgres.py` calls this for what was deferred.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from urgentry.storage.postgres_rows import Columns, ColumnTemplate, Types

_TARGET = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+(\w+)", re.IGNORECASE)
_TEXTS_KEPT = 500
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Merged:
    """Statements that run as one, in their order."""

    parts: list[Columns]

    def takes(self, part: Columns) -> bool:
        """Whether one more can join. The parts of one statement do not see each other's rows, so
        none may name the table that another changes."""
        return not any(_meet(part.template, other.template) for other in self.parts)

    @property
    def name(self) -> str:
        return " + ".join(part.template.query.name for part in self.parts)

    @property
    def values(self) -> list[Any]:
        return [value for part in self.parts for value in part.values]

    @property
    def templates(self) -> tuple[ColumnTemplate, ...]:
        return tuple(part.template for part in self.parts)


class Texts:
    """The statements that a process sends, once they were put together."""

    def __init__(self) -> None:
        self._types: dict[ColumnTemplate, Types] = {}
        self._texts: dict[tuple[ColumnTemplate, ...], str] = {}

    def needs_types(self, template: ColumnTemplate) -> bool:
        """Whether `learn_types` has to be called before `of`."""
        return template not in self._types

    def learn_types(self, template: ColumnTemplate, types: Types) -> None:
        """Takes what the server said."""
        self._types[template] = types

    def of(self, templates: tuple[ColumnTemplate, ...]) -> str:
        """One statement. The server runs its parts from the last to the first."""
        text = self._texts.get(templates)
        if text is None:
            if len(self._texts) >= _TEXTS_KEPT:
                self._texts.clear()
            text = self._texts[templates] = self._put_together(templates)
        return text

    def _put_together(self, templates: tuple[ColumnTemplate, ...]) -> str:
        if len(templates) == 1:
            return templates[0].text(self._types[templates[0]])
        parts: list[str] = []
        above = 0
        for number, template in enumerate(templates):
            parts.append(f"part_{number} AS ({template.text(self._types[template], above)})")
            above += len(template.row_names) + len(template.outer_names)
        return f"WITH {', '.join(reversed(parts))} SELECT 1 WHERE FALSE"


def merged(parts: Sequence[Columns]) -> list[Merged]:
    """The statements in as few as their tables allow."""
    groups: list[Merged] = []
    for part in parts:
        if groups and groups[-1].takes(part):
            groups[-1].parts.append(part)
        else:
            groups.append(Merged([part]))
    return groups


@lru_cache(maxsize=4096)
def _meet(one: ColumnTemplate, other: ColumnTemplate) -> bool:
    target, words = _tables(one)
    others_target, others_words = _tables(other)
    return not target or not others_target or target in others_words or others_target in words


def _tables(template: ColumnTemplate) -> tuple[str, frozenset[str]]:
    """The table that a statement changes, and every word in it: other tables are among them."""
    text = template.query.postgres.lower()
    found = _TARGET.search(text)
    return (found[1] if found else ""), frozenset(_WORD.findall(text))
