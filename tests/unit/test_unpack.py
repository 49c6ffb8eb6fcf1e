"""Content codings, whole and in pieces, honest and hostile."""

import gzip
import random
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.unpack import UnpackLimits, content_codings, unpack_gzip, unpacking
from urgentry.protocol.limits import MIB
from urgentry.protocol.outcome import Rejected

LIMITS = UnpackLimits()


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zstd_stream(data: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", bare_deflate),
    ("br", lambda data: bytes(brotli.compress(data, quality=4))),
    ("zstd", zstandard.ZstdCompressor().compress),
    ("zstd", zstd_stream),
]


def unpack(data: bytes, coding: str, *, limits: UnpackLimits = LIMITS, piece: int = 2**30) -> bytes:
    kept: list[bytes] = []
    stages = unpacking(content_codings(coding), limits, kept.append)
    for start in range(0, len(data), piece):
        stages[0].feed(data[start : start + piece])
    for stage in stages:
        stage.finish()
    return b"".join(kept)


def refusal(data: bytes, coding: str, *, limits: UnpackLimits = LIMITS) -> Rejected:
    with pytest.raises(Rejected) as caught:
        unpack(data, coding, limits=limits)
    return caught.value


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        (None, ()),
        ("", ()),
        ("utf-8", ()),
        ("identity", ()),
        (" GZip ", ("gzip",)),
        ("gzip, br", ("gzip", "br")),
        ("gzip, identity, , br", ("gzip", "br")),
    ],
)
def test_codings(header: str | None, codings: tuple[str, ...]) -> None:
    assert content_codings(header) == codings


@pytest.mark.parametrize("header", ["lzma", "gzip, snappy", "gzip, gzip, gzip", "gzip;q=1"])
def test_unknown_codings(header: str) -> None:
    with pytest.raises(Rejected) as caught:
        content_codings(header)
    assert caught.value.status == 415


@pytest.mark.parametrize(("coding", "pack"), PACKERS)
@given(data=st.binary(max_size=3000), piece=st.integers(1, 500))
def test_unpacks_in_any_pieces(
    coding: str, pack: Callable[[bytes], bytes], data: bytes, piece: int
) -> None:
    assert unpack(pack(data), coding, piece=piece) == data


@pytest.mark.parametrize(("coding", "pack"), PACKERS)
def test_unpacks_more_than_a_step(coding: str, pack: Callable[[bytes], bytes]) -> None:
    data = random.Random(1).randbytes(7000) * 600  # noqa: S311 - only has to be long
    repetitive = b"0123456789abcdef" * (3 * MIB // 16)
    for long in (data, repetitive):
        assert unpack(pack(long), coding) == long


@pytest.mark.parametrize(("coding", "pack"), PACKERS)
def test_cut_short(coding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(range(256)) * 20)
    for end in (1, len(packed) // 2, len(packed) - 1):
        rejected = refusal(packed[:end], coding)
        assert (rejected.status, rejected.reason) == (400, "invalid_compression")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@given(data=st.binary(min_size=1))
def test_whatever_comes_is_unpacked_or_rejected(coding: str, data: bytes) -> None:
    try:
        unpack(data, coding, piece=7)
    except Rejected as rejected:
        assert rejected.status == 400  # noqa: PT017 - either way is right


@pytest.mark.parametrize(("coding", "pack"), [p for p in PACKERS if p[0] in ("deflate", "br")])
def test_something_behind_the_stream(coding: str, pack: Callable[[bytes], bytes]) -> None:
    assert refusal(pack(b"abc") + b"xyz", coding).status == 400


@pytest.mark.parametrize(("coding", "pack"), [p for p in PACKERS if p[0] in ("gzip", "zstd")])
def test_several_members(coding: str, pack: Callable[[bytes], bytes]) -> None:
    joined = pack(b"abc") + pack(b"") + pack(b"def")
    assert unpack(joined, coding) == b"abcdef"
    assert unpack(joined, coding, piece=1) == b"abcdef"


def test_padding_behind_gzip() -> None:
    assert unpack(gzip.compress(b"abc") + bytes(9), "gzip", piece=3) == b"abc"


@pytest.mark.parametrize(("outer", "pack_outer"), PACKERS)
@pytest.mark.parametrize(("inner", "pack_inner"), PACKERS)
def test_stacked(
    inner: str,
    pack_inner: Callable[[bytes], bytes],
    outer: str,
    pack_outer: Callable[[bytes], bytes],
) -> None:
    assert unpack(pack_outer(pack_inner(b"abc")), f"{inner}, {outer}", piece=2) == b"abc"


def test_nothing_is_not_corrupt() -> None:
    assert unpack(b"", "gzip") == b""


@pytest.mark.parametrize(("coding", "pack"), PACKERS)
def test_bomb(coding: str, pack: Callable[[bytes], bytes]) -> None:
    kept = 0

    def keep(data: bytes) -> None:
        nonlocal kept
        kept += len(data)

    limits = UnpackLimits(unpacked_bytes=200 * MIB, ratio=256, free_bytes=MIB)
    stages = unpacking((coding,), limits, keep)
    bomb = pack(bytes(40 * MIB))
    with pytest.raises(Rejected) as caught:
        stages[0].feed(bomb)

    assert (caught.value.status, caught.value.reason) == (413, "request_too_large")
    assert kept <= max(MIB, 256 * len(bomb))


def test_bomb_in_the_middle_stage() -> None:
    members = gzip.compress(b"") * 200_000
    limits = UnpackLimits(unpacked_bytes=MIB, ratio=10_000, free_bytes=MIB)
    assert refusal(gzip.compress(members), "gzip, gzip", limits=limits).status == 413


@given(st.binary(max_size=3000))
def test_the_short_way_is_the_long_way(data: bytes) -> None:
    packed = gzip.compress(data)
    assert unpack_gzip(packed, LIMITS) == unpack(packed, "gzip") == data


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense",
        gzip.compress(b"abc")[:-1],
        gzip.compress(b"abc") + b"x",
        gzip.compress(b"abc") * 2,
        gzip.compress(bytes(8 * MIB)),
    ],
    ids=["nonsense", "cut off", "more behind", "two members", "large"],
)
def test_the_short_way_leaves_the_rest_to_the_long(data: bytes) -> None:
    assert unpack_gzip(data, LIMITS) is None
