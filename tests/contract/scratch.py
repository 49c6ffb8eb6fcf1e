"""A table and queries of the storage contract's own: what `database.py` promises does not depend on
the schema of the program.
"""

from urgentry.storage.database import Transaction
from urgentry.storage.queries import Library, parse

QUERIES = Library(
    parse(
        "scratch",
        """
-- name: create (sqlite)
-- The types differ, as in the migrations.
CREATE TABLE scratch (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE, n INTEGER, body BLOB)
-- name: create (postgres)
CREATE TABLE scratch (id BIGINT PRIMARY KEY, label TEXT NOT NULL UNIQUE, n BIGINT, body BYTEA)
-- name: drop
DROP TABLE IF EXISTS scratch
-- name: add
INSERT INTO scratch (id, label, n, body) VALUES (:id, :label, :n, :body)
-- name: add_many
INSERT INTO scratch (id, label, n) VALUES (:id, :label, :n) RETURNING id, label
-- name: count_up
INSERT INTO scratch (id, label, n) VALUES (:id, :label, 1)
ON CONFLICT (label) DO UPDATE SET n = scratch.n + :step RETURNING id, n
-- name: get
SELECT id, label, n, body FROM scratch WHERE id = :id
-- name: list
SELECT id, label, n, body FROM scratch ORDER BY id
-- name: list_of
SELECT id FROM scratch
WHERE id IN (SELECT CAST(j.value AS BIGINT) FROM json_each(CAST(:ids AS TEXT)) AS j) ORDER BY id
-- name: labels_like
SELECT label FROM scratch WHERE label LIKE :pattern ESCAPE '\\' ORDER BY label
-- name: count
SELECT count(*) FROM scratch
-- name: add_to
UPDATE scratch SET n = n + :k WHERE id = :id
-- name: remove_below
DELETE FROM scratch WHERE id < :id
-- name: slow (sqlite)
-- Works for some seconds; neither database has the other's way.
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 200000000)
SELECT count(*) FROM c
-- name: slow (postgres)
SELECT pg_sleep(20)
-- name: broken
SELECT nothing FROM nowhere
-- name: filtered
SELECT id FROM scratch WHERE {where} ORDER BY id
-- fragment: above
id > :low
-- fragment: labelled
label = :label
""",
    )
)


async def create(tx: Transaction) -> None:
    """Makes the table anew."""
    await tx.run("scratch.drop")
    await tx.run("scratch.create")


def add_rows(count: int, first: int = 1) -> list[dict[str, object]]:
    """Rows for `add_many`."""
    return [{"id": i, "label": f"label {i}", "n": i} for i in range(first, first + count)]
