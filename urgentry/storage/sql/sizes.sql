-- name: database_bytes (sqlite)
-- The bytes of the database, but for pages that are free. Each database tells its size in its own
-- way.
SELECT (pages.page_count - free.freelist_count) * size.page_size
FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size

-- name: database_bytes (postgres)
-- The bytes of the database. Each database tells its size in its own way.
SELECT pg_database_size(current_database())

-- name: measure_loose_events
-- The bytes of the payloads that stand by themselves, by project.
SELECT event.project_id, 1 AS kind, CAST(SUM(LENGTH(event_body.body)) AS bigint) AS bytes
FROM event_body
JOIN event ON event.expires_day = event_body.expires_day AND event.id = event_body.id
GROUP BY event.project_id

-- name: measure_event_blocks
-- The bytes of the payloads in blocks, by project.
SELECT project_id, 1 AS kind, CAST(SUM(LENGTH(body)) AS bigint) AS bytes
FROM event_block
GROUP BY project_id

-- name: measure_signals
-- The bytes of spans (1), logs (2) and metrics (3), by project.
SELECT
    block.project_id,
    block.kind + 1 AS kind,
    CAST(
        SUM(
            LENGTH(body.body) + LENGTH(block.directory) + LENGTH(block.traces)
            + LENGTH(block.bloom)
        ) AS bigint
    ) AS bytes
FROM telemetry_block AS block
JOIN telemetry_body AS body ON body.expires_day = block.expires_day AND body.id = block.id
GROUP BY block.project_id, block.kind

-- name: measure_transactions
-- The bytes of what transactions say beside their spans, by project.
SELECT project_id, 5 AS kind, CAST(SUM(LENGTH(body)) AS bigint) AS bytes
FROM transaction_payload
GROUP BY project_id

-- name: measure_attachments
-- The bytes of attachments, by project.
SELECT project_id, 6 AS kind, CAST(SUM(size) AS bigint) AS bytes
FROM attachment
GROUP BY project_id

-- name: measure_replays
-- The bytes of replays, by project.
SELECT project_id, 7 AS kind, CAST(SUM(size) AS bigint) AS bytes
FROM replay_segment
GROUP BY project_id

-- name: measure_profiles
-- The bytes of profiles, by project.
SELECT project_id, 8 AS kind, CAST(SUM(size) AS bigint) AS bytes
FROM profile
GROUP BY project_id

-- name: put_samples
-- What was measured last on a day.
INSERT INTO size_sample (day, project_id, kind, bytes)
VALUES (:day, :project_id, :kind, :bytes)
ON CONFLICT (day, project_id, kind) DO UPDATE SET bytes = excluded.bytes

-- name: clear_day
-- Forgets what was measured on a day.
DELETE FROM size_sample WHERE day = :day

-- name: list_latest
-- What was measured on the last day on which anything was.
SELECT day, project_id, kind, bytes FROM size_sample
WHERE day = (SELECT MAX(day) FROM size_sample)

-- name: list_of_database
-- The size of the whole database on days, the oldest first.
SELECT day, project_id, kind, bytes FROM size_sample
WHERE project_id = 0 AND kind = 0 AND day >= :since
ORDER BY day

-- name: delete_samples
-- A chunk of what was measured long ago.
DELETE FROM size_sample
WHERE (day, project_id, kind) IN (
    SELECT day, project_id, kind FROM size_sample WHERE day < :before LIMIT :limit
)
