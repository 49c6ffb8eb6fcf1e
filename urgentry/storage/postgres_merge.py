"""Several statements that change rows as one, by common table expressions: PostgreSQL alone.

A round trip costs more than most statements of a batch, and without prepared statements each costs
two. `postgres.py` calls this for what was deferred.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from urgentry.storage.statement import MAX_PARAMETERS, Batch

_TARGET = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+(\w+)", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Merged:
    """Batches that run as one statement, in their order."""

    batches: list[Batch]

    def takes(self, batch: Batch) -> bool:
        """Whether one more can join. The parts of one statement do not see each other's rows, so
        none may name the table that another changes."""
        size = sum(len(other.values) for other in self.batches) + len(batch.values)
        return size <= MAX_PARAMETERS and not any(_meet(batch, other) for other in self.batches)

    @property
    def name(self) -> str:
        return " + ".join(batch.query for batch in self.batches)

    @property
    def values(self) -> list[Any]:
        return [value for batch in self.batches for value in batch.values]

    def text(self) -> str:
        """One statement. The server runs its parts from the last to the first."""
        if len(self.batches) == 1:
            return self.batches[0].text()
        parts: list[str] = []
        above = 0
        for number, batch in enumerate(self.batches):
            parts.append(f"part_{number} AS ({batch.text(above)})")
            above += len(batch.values)
        return f"WITH {', '.join(reversed(parts))} SELECT 1 WHERE FALSE"


def merged(batches: Sequence[Batch]) -> list[Merged]:
    """The batches in as few statements as their tables allow."""
    groups: list[Merged] = []
    for batch in batches:
        if groups and groups[-1].takes(batch):
            groups[-1].batches.append(batch)
        else:
            groups.append(Merged([batch]))
    return groups


def _meet(one: Batch, other: Batch) -> bool:
    target, words = _tables(one.template.head, one.template.row, one.template.tail)
    others_target, others_words = _tables(
        other.template.head, other.template.row, other.template.tail
    )
    return not target or not others_target or target in others_words or others_target in words


@lru_cache(maxsize=256)
def _tables(head: str, row: str, tail: str) -> tuple[str, frozenset[str]]:
    """The table that a statement changes, and every word in it: other tables are among them."""
    text = f"{head} {row} {tail}".lower()
    found = _TARGET.search(text)
    return (found[1] if found else ""), frozenset(_WORD.findall(text))
