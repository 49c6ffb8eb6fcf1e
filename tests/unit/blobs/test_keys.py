"""What blobs are called, and that nothing else passes for it."""

import pytest

from urgentry.blobs.keys import (
    checked_key,
    checked_prefix,
    day_folder,
    expiring_key,
    folder_day,
    kept_key,
)

DIGEST = "ab" * 32


def test_keys_begin_with_the_day_of_expiry() -> None:
    assert expiring_key("attachments", 12, DIGEST, expires_day=20_863) == (
        f"20270214/attachments/12/{DIGEST}"
    )
    assert kept_key("debug_files", 3, DIGEST) == f"kept/debug_files/3/{DIGEST}"


@pytest.mark.parametrize("day", [0, 1, 19_782, 20_863, 40_000])
def test_a_folder_tells_its_day(day: int) -> None:
    assert folder_day(day_folder(day)) == day


@pytest.mark.parametrize("folder", ["kept", "20271301", "2027021", "", "202702140", "abcdefgh"])
def test_other_folders_have_no_day(folder: str) -> None:
    assert folder_day(folder) is None


@pytest.mark.parametrize(
    ("kind", "digest"),
    [("a/b", DIGEST), ("..", DIGEST), ("", DIGEST), ("files", "../x"), ("files", DIGEST.upper())],
)
def test_no_key_is_made_of_what_a_client_may_choose(kind: str, digest: str) -> None:
    with pytest.raises(ValueError, match="no key can be made"):
        kept_key(kind, 1, digest)


@pytest.mark.parametrize("end", ["\n", "/", "/..", "\0", " "])
def test_what_follows_a_key_makes_it_none(end: str) -> None:
    key = kept_key("files", 1, DIGEST)
    assert checked_key(key) == key
    with pytest.raises(ValueError, match="not a blob's key"):
        checked_key(key + end)


def test_prefixes_end_where_parts_end() -> None:
    for prefix in ("", "20270214/", "kept/files/", "kept/files/12/"):
        assert checked_prefix(prefix) == prefix
    for prefix in ("kept", "kept/files", "kept/files/12", "kept/../", "x/"):
        with pytest.raises(ValueError, match="not a prefix"):
            checked_prefix(prefix)
