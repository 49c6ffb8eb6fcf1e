"""The one portable way to give a query a list: a JSON text that it reads with `json_each`."""

from collections.abc import Iterable

import orjson


def integers(values: Iterable[int]) -> str:
    """A list of whole numbers."""
    return f"[{','.join(map(str, values))}]"


def texts(values: Iterable[str]) -> str:
    """A list of texts."""
    return orjson.dumps(list(values)).decode()
