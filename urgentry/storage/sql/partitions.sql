-- name: list_partitions (postgres)
-- The partitions that exist. Only PostgreSQL has any.
SELECT CAST(child.relname AS text) AS name
FROM pg_inherits
JOIN pg_class AS parent ON parent.oid = pg_inherits.inhparent
JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
WHERE parent.relname IN (
    'event', 'event_body', 'event_block', 'packed_event', 'event_id',
    'telemetry_block', 'telemetry_body', 'trace', 'transaction_payload', 'trace_event'
)

-- name: limit_lock_wait (postgres)
-- Making a partition must not stand in the way of writers for long. Only PostgreSQL has any.
SET LOCAL lock_timeout = '2s'
