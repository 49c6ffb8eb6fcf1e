"""Fills a database of our own with many events through the server's own store stage, without the
wire, so that a million take minutes. One event of each issue goes the whole path; its copies differ
in id, time and user. Called by `scenario` while the server is stopped.
"""

import gc
import gzip
import random
import secrets
import time
import uuid
from collections.abc import Sequence

import msgspec
import orjson
import zstandard

from bench.payload import USERS, Payloads
from urgentry import clock
from urgentry.domain.event import EventUser, PreparedEvent, day_of, expires_day, user_key
from urgentry.domain.scope import Scope
from urgentry.ingest.envelope import parse_envelope
from urgentry.ingest.items.event import prepare
from urgentry.ingest.names import KnownNames
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scopes import Scopes
from urgentry.ingest.store.batch import Batch, Written, write_batch
from urgentry.ingest.store.context import ZSTD_LEVEL
from urgentry.protocol.auth import Credentials, Source
from urgentry.storage import partitions
from urgentry.storage.database import Database, Transaction

SPAN = 14 * clock.DAY
BATCH = 500
ISSUES_A_BATCH = 25
"""Errors come in bursts: at one time few of all issues have events. More where there are so many
that all would not have their turn."""
_OWN = ("event_id", "timestamp", "received", "user")
"""What tells the events of an issue apart."""


async def fill(database: Database, public_key: str, *, events: int, issues: int) -> float:
    """Stores `events` events spread over the last two weeks; the seconds it took."""
    began = time.perf_counter()
    scope = await Scopes(database).find(public_key)
    if scope is None:
        raise RuntimeError("the key of the DSN is not known to the database")
    first = clock.now() - SPAN
    await _prepare_partitions(database, scope, first)
    writer, originals = _Writer(database), _originals(scope, issues)
    at_once = max(ISSUES_A_BATCH, -(-issues * BATCH // events))
    for start in range(0, events, BATCH):
        count = min(BATCH, events - start)
        times = [first + SPAN * (start + index) // events for index in range(count)]
        turn = start // BATCH * at_once
        chosen = [originals[(turn + index % at_once) % issues] for index in range(count)]
        copies = [_copy(original, at) for original, at in zip(chosen, times, strict=True)]
        await writer.write(copies, at=times[-1])
    return time.perf_counter() - began


async def _prepare_partitions(database: Database, scope: Scope, first: int) -> None:
    days = range(first, first + SPAN + clock.DAY, clock.DAY)
    await partitions.prepare(
        database,
        expiry_days=[expires_day(at, scope.retention_days) for at in days],
        slices=[day_of(at) for at in days],
    )


class _Writer:
    """Compresses and commits batches as the pipeline does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = KnownNames()
        self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)

    async def write(self, events: Sequence[PreparedEvent], *, at: int) -> None:
        frames = self._compressor.multi_compress_to_buffer([event.payload for event in events])
        bodies = [frames[index].tobytes() for index in range(len(frames))]
        batch = Batch(ids=[secrets.token_bytes(16)], at=at, records=events, bodies=bodies)

        async def body(tx: Transaction) -> Written:
            return await write_batch(tx, batch, self._names)

        written = await self._database.write(body)
        for learn in written.context.on_commit:
            learn()


def _originals(scope: Scope, issues: int) -> list[PreparedEvent]:
    """One event of each issue as it came out of the whole path; its payload begins behind what is
    each copy's own."""
    payloads = Payloads(kind="numbers", issues=issues, seed=1)
    credentials = Credentials(public_key=scope.public_key, source=Source.SENTRY_HEADER)
    made = []
    for _ in range(issues):
        body = payloads.make(clock.now())
        receipt = Receipt(
            scope=scope,
            credentials=credentials,
            received=clock.now(),
            event_id=bytes.fromhex(body.event_id),
        )
        (item,) = parse_envelope(gzip.decompress(body.gzipped)).items
        event = prepare(item.payload, receipt)
        tree = orjson.loads(event.payload)
        shared = {name: value for name, value in tree.items() if name not in _OWN}
        made.append(msgspec.structs.replace(event, payload=orjson.dumps(shared)[1:]))
    gc.freeze()  # or looking through them for garbage would take longer than all else
    return made


def _copy(original: PreparedEvent, at: int) -> PreparedEvent:
    user, event_id = _user(), uuid.uuid4()
    seconds = at / clock.SECOND
    told = {"id": user.user_id, "email": user.email, "sentry_user": user.ident}
    own = orjson.dumps(dict(zip(_OWN, (event_id.hex, seconds, seconds, told), strict=True)))
    return msgspec.structs.replace(
        original,
        event_id=event_id.bytes,
        timestamp=at,
        received=at,
        user=user,
        payload=own[:-1] + b"," + original.payload,
    )


def _user() -> EventUser:
    number = random.randrange(USERS)  # noqa: S311 - anybody will do
    ident = f"id:{number}"
    return EventUser(
        ident=ident,
        key=user_key(ident),
        user_id=str(number),
        email=f"user{number}@example.com",
    )
