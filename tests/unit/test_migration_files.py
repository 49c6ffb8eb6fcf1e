"""Migration files say what they are, or are refused."""

from pathlib import Path

import pytest

from urgentry.errors import SchemaMismatch
from urgentry.storage.migration import bundled, load, parse, serves

TEXT = """-- phase: expand
-- serves: 0.3.1
-- wal-heavy: rewrites event
-- loses: the colour of events

-- forward

ALTER TABLE event ADD colour TEXT;

-- reverse

ALTER TABLE event DROP COLUMN colour;
"""


def write(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_text(TEXT)
    return folder


def test_a_file_says_what_it_is() -> None:
    migration = parse(4, "colour", TEXT)
    assert (migration.version, migration.name, migration.phase) == (4, "colour", "expand")
    assert migration.oldest_program == "0.3.1"
    assert migration.wal_heavy == "rewrites event"
    assert migration.loses == "the colour of events"
    assert migration.forward == "ALTER TABLE event ADD colour TEXT;"
    assert migration.reverse == "ALTER TABLE event DROP COLUMN colour;"


def test_a_baseline_always_loses_everything() -> None:
    text = TEXT.replace("expand", "baseline").replace("-- loses: the colour of events\n", "")
    assert parse(1, "baseline", text).loses


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("-- phase: expand", ""),
        TEXT.replace("expand", "sideways"),
        TEXT.replace("0.3.1", "soon"),
        TEXT.replace("-- forward", "-- forwards"),
        TEXT.partition("-- reverse")[0],
    ],
)
def test_what_is_missing_is_refused(text: str) -> None:
    with pytest.raises(SchemaMismatch):
        parse(1, "some", text)


def test_each_dialect_finds_its_own_files(tmp_path: Path) -> None:
    write(tmp_path, "0001_a.sqlite.sql", "0001_a.postgres.sql", "0002_b.sql")
    for dialect in ("sqlite", "postgres"):
        assert [m.version for m in load(tmp_path, dialect)] == [1, 2]


@pytest.mark.parametrize(
    "names",
    [
        ["0001_a.sql", "0003_c.sql"],
        ["0002_b.sql"],
        ["0001_a.sql", "0001_b.sql"],
        ["0001_a.sql", "0001_a.sqlite.sql"],
        ["1_a.sql"],
        ["0001_a.sqlite.sql", "0002_b.postgres.sql", "0003_c.sql"],
    ],
)
def test_unsound_folders_are_refused(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(SchemaMismatch):
        load(write(tmp_path, *names), "sqlite")


def test_both_dialects_have_the_same_steps() -> None:
    lite, post = bundled("sqlite"), bundled("postgres")
    assert lite
    assert [(m.version, m.name, m.phase, m.oldest_program) for m in lite] == [
        (m.version, m.name, m.phase, m.oldest_program) for m in post
    ]


def test_versions_compare_as_numbers() -> None:
    assert serves("0.9", "0.10.0")
    assert serves("1", "1.0.0")
    assert not serves("1.0.1", "1.0")
    assert not serves("1.0", "unknown")
