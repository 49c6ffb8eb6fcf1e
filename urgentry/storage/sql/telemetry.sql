-- name: insert_blocks
-- What is known of new blocks.
INSERT INTO telemetry_block (
    expires_day, id, organization_id, project_id, kind, slice, min_at, max_at, signals, is_open,
    directory, traces, bloom
)
VALUES (
    :expires_day, :id, :organization_id, :project_id, :kind, :slice, :min_at, :max_at, :signals,
    :is_open, :directory, :traces, :bloom
)

-- name: insert_bodies
-- The bodies of new blocks.
INSERT INTO telemetry_body (expires_day, id, body) VALUES (:expires_day, :id, :body)

-- name: extend_traces
-- Notes when a trace was seen in a project.
INSERT INTO trace (expires_day, trace_id, project_id, min_at, max_at)
VALUES (:expires_day, :trace_id, :project_id, :min_at, :max_at)
ON CONFLICT (expires_day, trace_id, project_id) DO UPDATE SET
    min_at = CASE WHEN excluded.min_at < trace.min_at THEN excluded.min_at ELSE trace.min_at END,
    max_at = CASE WHEN excluded.max_at > trace.max_at THEN excluded.max_at ELSE trace.max_at END

-- name: claim_spans
-- Adds ids of spans to those that came of a trace in this hour; all of them, the new ones last. Of
-- a trace without end the oldest are forgotten, so that a claim never grows beyond 64 KB.
INSERT INTO span_claim (slice, project_id, trace_id, spans)
VALUES (:slice, :project_id, :trace_id, :spans)
ON CONFLICT (slice, project_id, trace_id) DO UPDATE SET spans = CAST(
    CASE WHEN length(span_claim.spans) + length(excluded.spans) > 65536
        THEN substr(
            span_claim.spans, length(span_claim.spans) + length(excluded.spans) - 65536 + 1
        )
        ELSE span_claim.spans
    END || excluded.spans AS bytea)
RETURNING project_id, trace_id, spans

-- name: list_claims
-- The ids of spans that came of traces in other hours.
WITH v(slice, project_id, trace_id) AS (
    VALUES (CAST(:slice AS bigint), CAST(:project_id AS bigint), CAST(:trace_id AS bytea))
)
SELECT span_claim.project_id, span_claim.trace_id, span_claim.spans
FROM v
JOIN span_claim
    ON span_claim.slice = v.slice
    AND span_claim.project_id = v.project_id
    AND span_claim.trace_id = v.trace_id

-- name: note_attributes
-- Notes on which day attributes were last seen.
INSERT INTO telemetry_attribute (project_id, kind, name, type, last_day)
VALUES (:project_id, :kind, :name, :type, :last_day)
ON CONFLICT (project_id, kind, name, type) DO UPDATE SET
    last_day = CASE
        WHEN excluded.last_day > telemetry_attribute.last_day THEN excluded.last_day
        ELSE telemetry_attribute.last_day
    END

-- name: list_attributes
-- The attributes of signals of some projects, seen since a day.
SELECT name, type, MAX(last_day) AS last_day
FROM telemetry_attribute
WHERE kind = :kind
    AND last_day >= :since_day
    AND project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
GROUP BY name, type
ORDER BY name, type

-- name: list_noted
-- The attributes that are noted of one project.
SELECT name, type, last_day FROM telemetry_attribute
WHERE project_id = :project_id AND kind = :kind

-- name: list_newest_blocks
-- Blocks of some projects that may hold signals of a time, the newest first, from a place on. No
-- block is wider than an hour, which bounds the search on the side of time that is not its order.
SELECT
    id, expires_day, project_id, min_at, max_at, signals, directory, traces, bloom
FROM telemetry_block
WHERE organization_id = :organization_id
    AND kind = :kind
    AND max_at >= :start_at AND max_at < CAST(:end_at AS bigint) + 3600000000
    AND min_at < :end_at
    AND (max_at, id) < (CAST(:at AS bigint), CAST(:block_id AS bigint))
    AND expires_day > :today
    AND project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
ORDER BY max_at DESC, id DESC
LIMIT :limit

-- name: list_oldest_blocks
-- The same against the order.
SELECT
    id, expires_day, project_id, min_at, max_at, signals, directory, traces, bloom
FROM telemetry_block
WHERE organization_id = :organization_id
    AND kind = :kind
    AND min_at < :end_at AND min_at > CAST(:start_at AS bigint) - 3600000000
    AND max_at >= :start_at
    AND (min_at, id) > (CAST(:at AS bigint), CAST(:block_id AS bigint))
    AND expires_day > :today
    AND project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
ORDER BY min_at, id
LIMIT :limit

-- name: list_bodies (sqlite)
-- The bodies of blocks. The texts part because PostgreSQL needs the day to find the partition, and
-- goes by the key for arrays, where for a list that it reads it can choose to scan.
SELECT telemetry_body.id, telemetry_body.body
FROM json_each(CAST(:ids AS text)) AS j
JOIN telemetry_body ON telemetry_body.id = j.value
WHERE :expires_days IS NOT NULL

-- name: list_bodies (postgres)
SELECT id, body FROM telemetry_body
WHERE expires_day = ANY(CAST(translate(CAST(:expires_days AS text), '[]', '{}') AS integer[]))
    AND id = ANY(CAST(translate(CAST(:ids AS text), '[]', '{}') AS bigint[]))

-- name: list_extents
-- In which of some projects a trace was seen, and when; of what is kept until one of some days.
SELECT project_id, MIN(min_at) AS min_at, MAX(max_at) AS max_at
FROM trace
WHERE expires_day IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:expires_days AS text)) AS j
    )
    AND trace_id = :trace_id
    AND project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
GROUP BY project_id
ORDER BY project_id

-- name: list_open_slices
-- Hours of projects of which blocks should be joined: how many, of how many signals. Those of an
-- hour that is over wait until the first of them has waited.
SELECT project_id, kind, expires_day, slice, COUNT(*) AS blocks, SUM(signals) AS signals
FROM telemetry_block
WHERE is_open
GROUP BY project_id, kind, expires_day, slice
HAVING COUNT(*) >= :blocks
    OR SUM(signals) >= :signals
    OR (slice < :before_slice AND MIN(id) < :before_id)
ORDER BY project_id, kind, expires_day, slice
LIMIT :limit

-- name: list_open_blocks
-- The open blocks of an hour, with their bodies, the smallest first.
SELECT
    telemetry_block.id, telemetry_block.organization_id, telemetry_block.project_id,
    telemetry_block.min_at, telemetry_block.signals, telemetry_block.directory,
    telemetry_block.traces, telemetry_body.body
FROM telemetry_block
JOIN telemetry_body
    ON telemetry_body.expires_day = telemetry_block.expires_day
    AND telemetry_body.id = telemetry_block.id
WHERE telemetry_block.is_open
    AND telemetry_block.project_id = :project_id
    AND telemetry_block.kind = :kind
    AND telemetry_block.expires_day = :expires_day
    AND telemetry_block.slice = :slice
ORDER BY telemetry_block.signals, telemetry_block.id
LIMIT :limit

-- name: close_blocks
-- Says of blocks that they stay as they are.
UPDATE telemetry_block SET is_open = FALSE
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_blocks
-- Takes blocks away.
DELETE FROM telemetry_block
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_bodies
-- Takes bodies away.
DELETE FROM telemetry_body
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_expired_blocks (sqlite)
-- A chunk of blocks whose day has come. The texts part because on PostgreSQL partitions are dropped
-- whole: there only what stands in none of them goes row by row.
SELECT id, expires_day FROM telemetry_block WHERE expires_day <= :today LIMIT :limit

-- name: list_expired_blocks (postgres)
SELECT id, expires_day FROM telemetry_block_default WHERE expires_day <= :today LIMIT :limit

-- name: list_blocks_of_project
-- A chunk of a project's blocks.
SELECT id, expires_day, traces FROM telemetry_block
WHERE project_id = :project_id
ORDER BY id
LIMIT :limit

-- name: delete_expired_traces (sqlite)
-- A chunk of traces whose day has come. The texts part because on PostgreSQL partitions are dropped
-- whole: there only what stands in none of them goes row by row.
DELETE FROM trace
WHERE (expires_day, trace_id, project_id) IN (
    SELECT expires_day, trace_id, project_id FROM trace WHERE expires_day <= :today LIMIT :limit
)

-- name: delete_expired_traces (postgres)
DELETE FROM trace_default
WHERE (expires_day, trace_id, project_id) IN (
    SELECT expires_day, trace_id, project_id FROM trace_default
    WHERE expires_day <= :today
    LIMIT :limit
)

-- name: delete_traces
-- Takes away what is known of traces in a project.
WITH v(expires_day, trace_id) AS (
    VALUES (CAST(:expires_day AS bigint), CAST(:trace_id AS bytea))
)
DELETE FROM trace
WHERE project_id = :project_id
    AND (expires_day, trace_id) IN (SELECT v.expires_day, v.trace_id FROM v)

-- name: delete_claims_before
-- A chunk of claims of hours that are over.
DELETE FROM span_claim
WHERE (slice, project_id, trace_id) IN (
    SELECT slice, project_id, trace_id FROM span_claim WHERE slice < :slice LIMIT :limit
)

-- name: delete_attributes_before
-- A chunk of attributes that no signal has any more.
DELETE FROM telemetry_attribute
WHERE (project_id, kind, name, type) IN (
    SELECT project_id, kind, name, type FROM telemetry_attribute
    WHERE last_day < :day
    LIMIT :limit
)

-- name: delete_attributes_of_project
-- A chunk of a project's attributes.
DELETE FROM telemetry_attribute
WHERE (project_id, kind, name, type) IN (
    SELECT project_id, kind, name, type FROM telemetry_attribute
    WHERE project_id = :project_id
    LIMIT :limit
)
