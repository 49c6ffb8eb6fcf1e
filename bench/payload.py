"""Envelope bodies for the load generator, gzipped as SDKs gzip them and cheap to make.

Two kinds. `numbers`: every number of an event that is the event's own differs from all others.
`ids`: bodies differ in ids, time and user alone; their unchanging rest is compressed once, so that
one costs microseconds.
"""

import gzip
import random
import re
import struct
import uuid
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import orjson

from bench.template import MARK, event_template

Kind = Literal["numbers", "ids"]

SDK_GZIP_LEVEL = 9
USERS = 2_000
POOL = 4_096
_MARK = re.compile(rb"888888(\d{4})")
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One compressed envelope and the id of its event in 32 hex digits."""

    event_id: str
    gzipped: bytes


class Template:
    """The constant part of one issue's events, cut at the numbers that vary."""

    def __init__(self, issue: int, *, day: str) -> None:
        text = orjson.dumps(event_template(issue, day=day))[1:]
        parts = _MARK.split(text)
        self._texts = parts[0::2]
        self._widths = [int(width) for width in parts[1::2]]
        self.rest = self.fill(random.Random(issue))  # noqa: S311 - repeatable, not secret
        squeezer = zlib.compressobj(SDK_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self.deflated_rest = squeezer.compress(self.rest) + squeezer.flush()

    def fill(self, rng: random.Random) -> bytes:
        """The text with a fresh number for each mark."""
        chunks = [self._texts[0]]
        offset = rng.randrange(POOL)
        for index, width in enumerate(self._widths, 1):
            chunks.append(_NUMBERS[width][(offset + index * 7) % POOL])
            chunks.append(self._texts[index])
        return b"".join(chunks)


class Payloads:
    """Makes bodies of one kind, going round the issues. `seed` fixes all but ids and times."""

    def __init__(self, *, kind: Kind, issues: int, seed: int, first_issue: int = 0) -> None:
        self._kind = kind
        self._rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
        day = datetime.now(UTC).strftime("%Y-%m-%d")
        numbers = range(first_issue, first_issue + issues)
        self._templates = [Template(number, day=day) for number in numbers]
        self._made = 0

    def make(self, timestamp_us: int) -> Body:
        """One body whose event happened at `timestamp_us`."""
        template = self._templates[self._made % len(self._templates)]
        self._made += 1
        event_id = uuid.uuid4().hex
        unique = self._unique(event_id, timestamp_us)
        if self._kind == "numbers":
            event = unique + template.fill(self._rng)
            gzipped = gzip.compress(_head(event_id, len(event)) + event, SDK_GZIP_LEVEL, mtime=0)
            return Body(event_id=event_id, gzipped=gzipped)
        head = _head(event_id, len(unique) + len(template.rest)) + unique
        return Body(event_id=event_id, gzipped=_join(head, template))

    def batch(self, count: int, *, first_us: int, step_us: float) -> list[Body]:
        """`count` bodies, one event each `step_us` from `first_us` on."""
        return [self.make(first_us + int(index * step_us)) for index in range(count)]

    def _unique(self, event_id: str, timestamp_us: int) -> bytes:
        user = self._rng.randrange(USERS)
        moment = datetime.fromtimestamp(timestamp_us / 1_000_000, UTC)
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return (
            f'{{"event_id":"{event_id}","timestamp":"{stamp}","user":{{"id":"{user}",'
            f'"email":"user{user}@example.com","ip_address":"10.0.{user % 250}.{user % 199}"}},'
        ).encode()


def _head(event_id: str, length: int) -> bytes:
    return (
        f'{{"event_id":"{event_id}","sdk":{{"name":"sentry.python","version":"2.75.0"}}}}\n'
        f'{{"type":"event","content_type":"application/json","length":{length}}}\n'
    ).encode()


def _join(head: bytes, template: Template) -> bytes:
    """One gzip member of a fresh head and the template's ready deflate blocks."""
    squeezer = zlib.compressobj(SDK_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    front = squeezer.compress(head) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    crc = zlib.crc32(template.rest, zlib.crc32(head))
    trailer = struct.pack("<II", crc, len(head) + len(template.rest))
    return _GZIP_HEADER + front + template.deflated_rest + trailer


def _number_pool() -> dict[int, list[bytes]]:
    rng = random.Random(0)  # noqa: S311 - repeatable, not secret
    return {
        width: [b"%d" % rng.randrange(10 ** (width - 1), 10**width) for _ in range(POOL)]
        for width in range(1, 11)
    }


_NUMBERS = _number_pool()
assert len(str(MARK)) == 10  # noqa: S101, PLR2004 - the mark and its pattern belong together
