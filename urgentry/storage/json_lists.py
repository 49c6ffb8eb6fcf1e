"""The one portable way to give a query a list: a JSON text that it reads with `json_each`."""

from collections.abc import Iterable, Iterator, Sequence

import orjson

from urgentry.storage.database import Row


def integers(values: Iterable[int]) -> str:
    """A list of whole numbers."""
    return f"[{','.join(map(str, values))}]"


def texts(values: Iterable[str]) -> str:
    """A list of texts."""
    return orjson.dumps(list(values)).decode()


def ids_by_day(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The ids of rows, a list for each day on which they expire: the keys of what expires begin
    with that day."""
    for day in sorted({row["expires_day"] for row in rows}):
        yield day, integers(row["id"] for row in rows if row["expires_day"] == day)
