"""The loader of named queries and the compiler of their parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.errors import StorageError
from urgentry.storage.postgres_rows import columns
from urgentry.storage.queries import Library, Query, all_of, any_of, library, negated, parse
from urgentry.storage.statement import MAX_PARAMETERS, row_template, statement

FILE = """
-- A comment before the first name says nothing.
-- name: get_thing
-- One thing by its id.
SELECT a, 'text with :colon and -- dashes' AS b, "odd:name", CAST(c AS TEXT) -- :comment
FROM thing /* :block
comment */ WHERE id = :id AND (a = :a OR a <> :a);

-- name: add_things (sqlite)
-- Adds things.
INSERT INTO thing (id, a) VALUES (:id, lower(:a))
-- name: add_things (postgres)
-- The other one casts.
INSERT INTO thing (id, a) VALUES (:id, lower(CAST(:a AS TEXT)))

-- name: look_inside (postgres)
-- Only one has an inside.
SELECT 1

-- name: list_things
SELECT id FROM thing WHERE {where} AND {also} ORDER BY id LIMIT :limit

-- fragment: named
name = :name AND owner = :owner
"""


@pytest.fixture
def things() -> Library:
    return Library(parse("things", FILE))


def one(text: str) -> Query:
    (query,) = parse("some", f"-- name: it\n{text}")
    return query


def batches(
    text: str, rows: Sequence[Mapping[str, Any]], **outer: Any
) -> list[tuple[str, list[Any]]]:
    found = row_template(one(text)).batches("it", rows, outer)
    return [(batch.text, batch.values) for batch in found]


def as_columns(
    text: str, rows: Sequence[Mapping[str, Any]], types: dict[str, str], **outer: Any
) -> tuple[str, list[Any]]:
    found = columns(one(text), rows, outer)
    assert found is not None
    return found.template.text(types), found.values


def test_comments_go_and_literals_stay(things: Library) -> None:
    query = things.get("things.get_thing")
    assert query.description == "One thing by its id."
    assert query.params == {"id", "a"}
    assert query.sqlite == query.postgres
    assert "'text with :colon and -- dashes'" in query.sqlite
    assert "comment" not in query.sqlite
    assert not query.sqlite.endswith(";")


def test_names_become_numbers_and_keep_them(things: Library) -> None:
    compiled = statement(things.get("things.get_thing"), "postgres")
    assert compiled.names == ("id", "a")
    assert compiled.text.endswith("WHERE id = $1 AND (a = $2 OR a <> $2)")
    assert statement(things.get("things.get_thing"), "sqlite").text.endswith(
        "WHERE id = ?1 AND (a = ?2 OR a <> ?2)"
    )
    assert compiled.bind("q", {"a": 5, "id": 7}) == [7, 5]


def test_casts_are_no_parameters() -> None:
    compiled = statement(one("SELECT :a::text, x::json"), "postgres")
    assert compiled.text == "SELECT $1::text, x::json"


@pytest.mark.parametrize("given", [{}, {"id": 1}, {"id": 1, "b": 2}, {"id": 1, "a": 2, "b": 3}])
def test_names_must_agree(things: Library, given: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="q: missing parameters"):
        statement(things.get("things.get_thing"), "sqlite").bind("q", given)


def test_dialects_part_where_they_say_so(things: Library) -> None:
    query = things.get("things.add_things")
    assert query.sqlite.endswith("lower(:a))")
    assert query.postgres.endswith("lower(CAST(:a AS TEXT)))")
    assert query.description == "Adds things. The other one casts."
    report = things.report()
    assert (report.texts, report.overrides) == (5, ("things.add_things", "things.look_inside"))
    assert report.share == pytest.approx(0.4)


def test_a_query_of_one_database_does_not_run_on_the_other(things: Library) -> None:
    query = things.get("things.look_inside")
    assert statement(query, "postgres").text == "SELECT 1"
    with pytest.raises(StorageError, match="does not exist for sqlite"):
        statement(query, "sqlite")


@pytest.mark.parametrize(
    "source",
    [
        "-- name: a\nSELECT 1\n-- name: a\nSELECT 2",
        "-- name: a (sqlite)\n-- why\nSELECT 1\n-- name: a\nSELECT 2",
        "-- name: a (oracle)\nSELECT 1",
        "-- name: Upper\nSELECT 1",
        "-- name: a\n-- only words\n",
        "-- name: a (sqlite)\n-- why\nSELECT :x\n-- name: a (postgres)\nSELECT :y",
        "-- name: a (sqlite)\nSELECT 1\n-- name: a (postgres)\nSELECT 2",
    ],
    ids=["twice", "mixed", "dialect", "case", "empty", "parameters", "reason"],
)
def test_unsound_files_are_refused(source: str) -> None:
    with pytest.raises(StorageError):
        Library(parse("area", source))


def test_two_files_may_not_share_a_name() -> None:
    with pytest.raises(StorageError, match="two queries"):
        Library([one("SELECT 1"), one("SELECT 2")])


def test_open_slots_and_fragments_do_not_run(things: Library) -> None:
    for name in ("things.list_things", "things.named"):
        with pytest.raises(TypeError, match="compose it first"):
            statement(things.get(name), "sqlite")


def test_slots_are_filled_by_conditions(things: Library) -> None:
    mine = things.fragment("things.named", prefix="p1", keep=["owner"])
    yours = things.fragment("things.named", prefix="p2", keep=["owner"])
    half = things.compose("things.list_things", where=any_of(mine, negated(yours)))
    assert half.slots == {"also"}
    query = things.compose("things.list_things", where=any_of(mine, negated(yours)), also=all_of())
    assert query.params == {"p1_name", "p2_name", "owner", "limit"}
    assert statement(query, "sqlite").text == (
        "SELECT id FROM thing WHERE (name = ?1 AND owner = ?2)"
        " OR (NOT (name = ?3 AND owner = ?2)) AND 1 = 1 ORDER BY id LIMIT ?4"
    )
    with pytest.raises(TypeError, match="no slot named order"):
        things.compose("things.list_things", order=mine)


def test_conditions_without_parts_are_constants() -> None:
    assert all_of().sqlite == "1 = 1"
    assert any_of().sqlite == "1 = 0"


def test_many_repeats_sqlites_tuple_with_places_that_have_no_number() -> None:
    text = (
        "INSERT INTO t (a, b) VALUES (:a, coalesce(:b, ('?' || :a)))"
        " ON CONFLICT (a) DO UPDATE SET b = :k"
    )
    ((sent, values),) = batches(text, [{"a": 1, "b": 2}, {"b": 4, "a": 3}], k=9)
    assert sent == (
        "INSERT INTO t (a, b) VALUES (?, coalesce(?, ('?' || ?))),(?, coalesce(?, ('?' || ?)))"
        " ON CONFLICT (a) DO UPDATE SET b = ?"
    )
    assert values == [1, 2, 1, 3, 4, 3, 9]


def test_many_takes_parameters_ahead_of_sqlites_tuple() -> None:
    text = "WITH w AS (SELECT :first AS x) INSERT INTO t (a) VALUES (:a) RETURNING :last"
    ((sent, values),) = batches(text, [{"a": 1}], first="f", last="l")
    assert sent == "WITH w AS (SELECT ? AS x) INSERT INTO t (a) VALUES (?) RETURNING ?"
    assert values == ["f", 1, "l"]


def test_many_sends_postgres_an_array_for_each_column() -> None:
    text = (
        "INSERT INTO t (a, b) VALUES (:a, coalesce(:b, ('?' || :a)))"
        " ON CONFLICT (a) DO UPDATE SET b = t.b % :k + :k"
    )
    types = {"a": "text", "b": "int8"}
    sent, values = as_columns(text, [{"a": 1, "b": 2}, {"b": None, "a": 3}], types, k=9)
    assert sent == (
        "INSERT INTO t (a, b) SELECT given.a, coalesce(given.b, ('?' || given.a))"
        " FROM unnest($1::text[], $2::int8[]) AS given(a, b)"
        " ON CONFLICT (a) DO UPDATE SET b = t.b % $3 + $3"
    )
    assert values == [[1, 3], [2, None], 9]


def test_many_takes_parameters_ahead_of_the_columns() -> None:
    text = "WITH w AS (SELECT :first AS x), v(a) AS (VALUES (:a)) SELECT :last, :first FROM v"
    sent, values = as_columns(text, [{"a": 1}], {"a": "int8"}, first="f", last="l")
    assert sent == (
        "WITH w AS (SELECT $2 AS x), v(a) AS (SELECT given.a FROM unnest($1::int8[]) AS given(a))"
        " SELECT $3, $2 FROM v"
    )
    assert values == [[1], "f", "l"]


def test_many_needs_values() -> None:
    for text in ("UPDATE t SET a = :a", "SELECT 'values (' || :a", "INSERT INTO t VALUES (1)"):
        with pytest.raises(TypeError, match="no VALUES"):
            row_template(one(text))


@given(rows=st.integers(0, 5000), width=st.integers(1, 40), outer=st.integers(0, 3))
def test_many_keeps_to_the_limit_and_to_every_row(rows: int, width: int, outer: int) -> None:
    columns = [f"c{i}" for i in range(width)]
    others = {f"o{i}": -i for i in range(outer)}
    row = ", ".join(f":{column}" for column in columns)
    text = " ".join(["INSERT INTO t VALUES (", row, ")", *(f":{name}" for name in others)])
    given_rows = [dict.fromkeys(columns, n) for n in range(rows)]
    sent = batches(text, given_rows, **others)
    assert all(len(values) <= MAX_PARAMETERS for _, values in sent)
    assert all(len(values) == sql.count("?") for sql, values in sent)
    kept = [value for _, values in sent for value in values[: len(values) - outer]]
    assert kept == [n for n in range(rows) for _ in columns]


@given(rows=st.integers(0, 2000))
def test_many_sends_sqlite_few_different_texts(rows: int) -> None:
    sent = batches("INSERT INTO t VALUES (:a)", [{"a": n} for n in range(rows)])
    assert [value for _, values in sent for value in values] == list(range(rows))
    sizes = [len(values) for _, values in sent]
    assert set(sizes) <= {1, 2, 4, 8, 16, 32, 64}
    assert len(sizes) <= rows // 64 + 6


def test_the_programs_own_queries_compile() -> None:
    for query in library():
        for dialect, text in (("sqlite", query.sqlite), ("postgres", query.postgres)):
            if text and not query.slots and not query.is_fragment:
                assert set(statement(query, dialect).names) == query.params
