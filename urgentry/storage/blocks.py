"""Blocks of payloads: like events, some seconds after they came, share one compressed body, a third
or a tenth of what each takes alone. `packed_event` says where the payload of an event is.

A block holds events that expire on one day, so that it goes with them. When an event is deleted
before, the block is written anew without its payload; the places of the others stay.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from urgentry.domain.event import new_row_id, received_of
from urgentry.errors import StorageError
from urgentry.storage.bodies import CODEC_ZSTD, pack_block, unpack_block, unpacked
from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers

BlockKey = tuple[int, int]
"""Day of expiry and id."""


class LooseEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose payload is in a row of its own."""

    expires_day: int
    id: int
    project_id: int
    hash_id: int
    codec: int
    body: bytes

    def payload(self) -> bytes:
        """The normalised event as JSON."""
        return unpacked(self.codec, self.body)


class PayloadTaken(StorageError):
    """Somebody else packed or deleted a payload first."""

    def __init__(self) -> None:
        super().__init__("a payload is no longer in a row of its own")


class NewBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one day of expiry in the order of their places, and their payloads as one body."""

    expires_day: int
    project_id: int
    event_ids: Sequence[int]
    body: bytes


async def read_blocks(tx: Transaction, keys: Iterable[BlockKey]) -> dict[int, list[bytes]]:
    """The payloads of blocks by place, by block id."""
    by_day: dict[int, list[int]] = {}
    for expires_day, block_id in sorted(keys):
        by_day.setdefault(expires_day, []).append(block_id)
    found = {}
    for expires_day, ids in by_day.items():
        for row in await tx.all("blocks.list_blocks", expires_day=expires_day, ids=integers(ids)):
            found[row["id"]] = unpack_block(row["codec"], bytes(row["body"]))
    return found


async def count_loose(tx: Transaction, *, before: int, most: int) -> tuple[int, int]:
    """How many events that were received before a time (microseconds) are loose, counted up to
    `most`, and when the first of them was received (0 when there is none)."""
    row = await tx.one("blocks.count_loose", before=new_row_id(before), limit=most)
    if row is None or not row["events"]:
        return 0, 0
    return row["events"], received_of(row["first_id"])


async def list_loose(tx: Transaction, *, before: int, limit: int) -> list[LooseEvent]:
    """The oldest loose events that were received before a time."""
    rows = await tx.all("blocks.list_loose", before=new_row_id(before), limit=limit)
    return [
        LooseEvent(
            expires_day=row["expires_day"],
            id=row["id"],
            project_id=row["project_id"],
            hash_id=row["hash_id"],
            codec=row["codec"],
            body=bytes(row["body"]),
        )
        for row in rows
    ]


async def insert_block(tx: Transaction, block: NewBlock, *, at: int) -> None:
    """Moves payloads into a block. PayloadTaken when an event was deleted or packed meanwhile: the
    transaction must be undone."""
    taken = await tx.run(
        "blocks.delete_loose", expires_day=block.expires_day, ids=integers(block.event_ids)
    )
    if taken != len(block.event_ids):
        raise PayloadTaken
    block_id = new_row_id(at)
    tx.defer(
        "blocks.insert_block",
        [
            {
                "expires_day": block.expires_day,
                "id": block_id,
                "project_id": block.project_id,
                "events": len(block.event_ids),
                "codec": CODEC_ZSTD,
                "body": block.body,
            }
        ],
    )
    tx.defer(
        "blocks.insert_packed",
        [
            {
                "expires_day": block.expires_day,
                "id": event_id,
                "block_id": block_id,
                "place": place,
            }
            for place, event_id in enumerate(block.event_ids)
        ],
    )


async def delete_payloads(tx: Transaction, *, expires_day: int, event_ids: Collection[int]) -> None:
    """Takes events of one day of expiry out of their blocks; a block that is empty goes."""
    rows = await tx.all(
        "blocks.delete_packed", expires_day=expires_day, ids=integers(sorted(event_ids))
    )
    gone: dict[int, set[int]] = {}
    for row in rows:
        gone.setdefault(row["block_id"], set()).add(row["place"])
    for block_id, places in sorted(gone.items()):
        await _empty_places(tx, expires_day, block_id, places)


async def _empty_places(
    tx: Transaction, expires_day: int, block_id: int, places: Collection[int]
) -> None:
    key = {"expires_day": expires_day, "id": block_id}
    row = await tx.one("blocks.hold_block", **key)
    if row is None:
        return
    left = row["events"] - len(places)
    if left <= 0:
        await tx.run("blocks.delete_block", **key)
        return
    payloads = unpack_block(row["codec"], bytes(row["body"]))
    kept = [b"" if place in places else each for place, each in enumerate(payloads)]
    await tx.run("blocks.replace_block", **key, events=left, body=pack_block(kept))
