-- name: list_columns (sqlite)
-- The columns of every table but that of migrations, in order: their types, and their places (from
-- 1, else 0) in the primary key. Each database keeps its catalogue elsewhere.
SELECT
    made.name AS table_name, held.name AS column_name, lower(held.type) AS type,
    held.pk AS key_place
FROM sqlite_master AS made
JOIN pragma_table_info(made.name) AS held
WHERE made.type = 'table' AND made.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND made.name <> 'schema_migration'
ORDER BY made.name, held.cid

-- name: list_columns (postgres)
SELECT
    CAST(made.relname AS text) AS table_name, CAST(held.attname AS text) AS column_name,
    format_type(held.atttypid, NULL) AS type,
    COALESCE(place.number, 0) AS key_place
FROM pg_class AS made
JOIN pg_namespace AS room ON room.oid = made.relnamespace AND room.nspname = current_schema()
JOIN pg_attribute AS held
    ON held.attrelid = made.oid AND held.attnum > 0 AND NOT held.attisdropped
JOIN pg_index AS keyed ON keyed.indrelid = made.oid AND keyed.indisprimary
LEFT JOIN LATERAL unnest(CAST(keyed.indkey AS smallint[])) WITH ORDINALITY
    AS place (attnum, number) ON place.attnum = held.attnum
WHERE made.relkind IN ('r', 'p') AND NOT made.relispartition AND made.relname <> 'schema_migration'
ORDER BY made.relname, held.attnum

-- name: list_last_ids (sqlite)
-- The last id that was given out for each table that counts them: those of deleted rows must not
-- come again. Each database counts in its own way.
SELECT name AS table_name, seq AS last_id FROM sqlite_sequence ORDER BY name

-- name: list_last_ids (postgres)
SELECT CAST(made.relname AS text) AS table_name,
    pg_sequence_last_value(CAST(pg_get_serial_sequence(
        quote_ident(made.relname), CAST(held.attname AS text)
    ) AS regclass)) AS last_id
FROM pg_class AS made
JOIN pg_namespace AS room ON room.oid = made.relnamespace AND room.nspname = current_schema()
JOIN pg_attribute AS held ON held.attrelid = made.oid AND held.attidentity <> ''
ORDER BY made.relname

-- name: forget_last_id (sqlite)
-- Makes room for `set_last_id`. SQLite's own table of them has no key; PostgreSQL needs none.
DELETE FROM sqlite_sequence WHERE name = :table_name

-- name: forget_last_id (postgres)
SELECT CAST(:table_name AS text)

-- name: set_last_id (sqlite)
-- Goes on counting a table's ids after one. Each database counts in its own way.
INSERT INTO sqlite_sequence (name, seq)
VALUES (CAST(:table_name AS text), CAST(:last_id AS bigint))

-- name: set_last_id (postgres)
SELECT setval(
    CAST(pg_get_serial_sequence(CAST(:table_name AS text), 'id') AS regclass),
    CAST(:last_id AS bigint)
)

-- name: has_people
-- Whether there is an organization or an account.
SELECT EXISTS (SELECT 1 FROM organization) OR EXISTS (SELECT 1 FROM account)

-- name: count_others (postgres)
-- Connections of other processes of this program that the server itself sees; one that lies behind
-- a pooler may stay unseen. Only PostgreSQL has any.
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'urgentry-%'
    AND application_name <> current_setting('application_name')
