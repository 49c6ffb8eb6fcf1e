"""Which blobs rows name, and since when others are known to be named by none.

A table that names blobs has a column `blob_key` (with an index) and its query in `NAMING`; a test
compares. Otherwise the sweeper would take its blobs for left over and remove them.
"""

from collections.abc import Iterable, Mapping

import orjson

from urgentry.storage.database import Transaction

NAMING: tuple[str, ...] = (
    "attachments.list_named",
    "profiles.list_named",
    "replays.list_named",
)
"""Queries that answer which of `:keys` (a JSON list) the rows of a table name."""


async def list_named(tx: Transaction, keys: Iterable[str]) -> set[str]:
    """Which of these keys some row names."""
    asked = _listed(keys)
    return {row["blob_key"] for query in NAMING for row in await tx.all(query, keys=asked)}


async def list_marked(tx: Transaction, keys: Iterable[str]) -> dict[str, int]:
    """Which of these keys were found unnamed before, and when."""
    rows = await tx.all("blob_names.list_marked", keys=_listed(keys))
    return {row["key"]: row["found_at"] for row in rows}


async def mark(tx: Transaction, keys: Iterable[str], *, at: int) -> None:
    """Remembers that no row names these keys; those that are marked keep their time."""
    await tx.many("blob_names.mark", [{"key": key, "found_at": at} for key in sorted(keys)])


async def unmark(tx: Transaction, keys: Iterable[str]) -> None:
    """Forgets marks."""
    await tx.run("blob_names.unmark", keys=_listed(keys))


async def delete_marks(tx: Transaction, folder: str, *, limit: int) -> int:
    """Forgets up to `limit` marks of a folder's keys; how many it forgot."""
    span: Mapping[str, str] = {"first": f"{folder}/", "end": f"{folder}0"}  # "0" follows "/"
    return await tx.run("blob_names.delete_marks", **span, limit=limit)


def _listed(keys: Iterable[str]) -> str:
    return orjson.dumps(sorted(keys)).decode()
