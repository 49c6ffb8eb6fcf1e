-- name: insert_payloads
-- Writes what transactions said beside their spans.
INSERT INTO transaction_payload (
    expires_day, id, project_id, event_id, trace_id, span_id, timestamp, codec, body
)
VALUES (
    :expires_day, :id, :project_id, :event_id, :trace_id, :span_id, :timestamp, :codec, :body
)

-- name: find_by_event_id (sqlite)
-- The transaction that has a client's id in one of some projects, whichever day it was received.
-- The texts part because PostgreSQL goes by the key for an array, where for a list that it reads it
-- can choose to scan all event ids.
SELECT
    found.id, found.project_id, found.event_id, found.trace_id, found.span_id, found.timestamp,
    found.codec, found.body
FROM event_id AS taken
JOIN transaction_payload AS found
    ON found.expires_day = taken.expires_day AND found.id = taken.event_row
WHERE taken.slice IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:slices AS text)) AS j
    )
    AND taken.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND taken.event_id = :event_id
    AND found.expires_day > :today
ORDER BY found.timestamp DESC
LIMIT 1

-- name: find_by_event_id (postgres)
SELECT
    found.id, found.project_id, found.event_id, found.trace_id, found.span_id, found.timestamp,
    found.codec, found.body
FROM event_id AS taken
JOIN transaction_payload AS found
    ON found.expires_day = taken.expires_day AND found.id = taken.event_row
WHERE taken.slice = ANY(CAST(translate(CAST(:slices AS text), '[]', '{}') AS integer[]))
    AND taken.project_id = ANY(
        CAST(translate(CAST(:project_ids AS text), '[]', '{}') AS bigint[])
    )
    AND taken.event_id = :event_id
    AND found.expires_day > :today
ORDER BY found.timestamp DESC
LIMIT 1

-- name: list_expired (sqlite)
-- A chunk of payloads whose day has come. The texts part because on PostgreSQL partitions are
-- dropped whole: there only what stands in none of them goes row by row.
SELECT id, expires_day, project_id, event_id FROM transaction_payload
WHERE expires_day <= :today
LIMIT :limit

-- name: list_expired (postgres)
SELECT id, expires_day, project_id, event_id FROM transaction_payload_default
WHERE expires_day <= :today
LIMIT :limit

-- name: list_of_project
-- A chunk of a project's payloads.
SELECT id, expires_day, project_id, event_id FROM transaction_payload
WHERE project_id = :project_id
ORDER BY id
LIMIT :limit

-- name: delete_payloads
-- Takes payloads away.
DELETE FROM transaction_payload
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_event_ids
-- Frees the ids of transactions; each was taken on the day of its receipt or beside it.
WITH v(first_slice, project_id, event_id) AS (
    VALUES (CAST(:first_slice AS bigint), CAST(:project_id AS bigint), CAST(:event_id AS bytea))
)
DELETE FROM event_id
WHERE EXISTS (
    SELECT 1 FROM v
    WHERE event_id.slice IN (v.first_slice, v.first_slice + 1)
        AND event_id.project_id = v.project_id
        AND event_id.event_id = v.event_id
)

-- name: insert_trace_events
-- Says to which traces events belong.
INSERT INTO trace_event (expires_day, trace_id, event_row, project_id)
VALUES (:expires_day, :trace_id, :event_row, :project_id)

-- name: list_events_of_trace
-- The events of a trace in some projects, of what is kept until one of some days.
SELECT expires_day, event_row, project_id FROM trace_event
WHERE expires_day IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:expires_days AS text)) AS j
    )
    AND trace_id = :trace_id
    AND project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
ORDER BY event_row
LIMIT :limit

-- name: count_events_of_trace
-- How many events a trace has in some projects within a time, of what is kept until one of some
-- days.
SELECT count(*) FROM trace_event AS named
JOIN event AS found ON found.expires_day = named.expires_day AND found.id = named.event_row
WHERE named.expires_day IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:expires_days AS text)) AS j
    )
    AND named.trace_id = :trace_id
    AND named.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND found.timestamp >= :start AND found.timestamp < :end

-- name: delete_trace_events
-- Takes away to which trace events belonged.
DELETE FROM trace_event
WHERE project_id = :project_id
    AND event_row IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_expired_trace_events (sqlite)
-- A chunk of those whose day has come. The texts part because on PostgreSQL partitions are dropped
-- whole: there only what stands in none of them goes row by row.
DELETE FROM trace_event
WHERE (expires_day, trace_id, event_row) IN (
    SELECT expires_day, trace_id, event_row FROM trace_event
    WHERE expires_day <= :today
    LIMIT :limit
)

-- name: delete_expired_trace_events (postgres)
DELETE FROM trace_event_default
WHERE (expires_day, trace_id, event_row) IN (
    SELECT expires_day, trace_id, event_row FROM trace_event_default
    WHERE expires_day <= :today
    LIMIT :limit
)
