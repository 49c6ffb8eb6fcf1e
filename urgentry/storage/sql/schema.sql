-- name: has_history (sqlite)
-- Whether the table of applied migrations exists. Each database keeps its catalogue elsewhere.
SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration')

-- name: has_history (postgres)
SELECT to_regclass('schema_migration') IS NOT NULL

-- name: create_history
-- The table of applied migrations; `reverse` lets an older program go back.
CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    oldest_program TEXT NOT NULL,
    loses TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    reverse TEXT NOT NULL
)

-- name: add_lock_row
-- Version 0 is no migration: it is the row that a migrating transaction holds.
INSERT INTO schema_migration (version, name, phase, oldest_program, loses, applied_at, reverse)
VALUES (0, 'lock', 'lock', '0', '', :at, '')
ON CONFLICT (version) DO NOTHING

-- name: take_lock
-- Waits until no other process migrates; held until the end of the transaction.
UPDATE schema_migration SET applied_at = :at WHERE version = 0

-- name: list_applied
-- The migrations that this database has, oldest first.
SELECT version, name, phase, oldest_program, loses, applied_at, reverse
FROM schema_migration WHERE version > 0 ORDER BY version

-- name: add_applied
-- Notes a migration as applied.
INSERT INTO schema_migration (version, name, phase, oldest_program, loses, applied_at, reverse)
VALUES (:version, :name, :phase, :oldest_program, :loses, :applied_at, :reverse)

-- name: remove_applied
-- Notes a migration as taken back.
DELETE FROM schema_migration WHERE version = :version

-- name: is_restoring
-- Whether a backup is being restored. Version -1 is no migration either: no program that looks for
-- migrations meets it.
SELECT EXISTS (SELECT 1 FROM schema_migration WHERE version = -1)

-- name: begin_restoring
-- Notes that a backup is being restored.
INSERT INTO schema_migration (version, name, phase, oldest_program, loses, applied_at, reverse)
VALUES (-1, 'restoring', 'restoring', '0', '', :at, '')
ON CONFLICT (version) DO NOTHING

-- name: end_restoring
-- Notes that everything was restored.
DELETE FROM schema_migration WHERE version = -1
