-- name: find_by_event_id (sqlite)
-- The event that has a client's id in one of some projects, whichever day it was received. The
-- texts part because PostgreSQL goes by the key for an array, where for a list that it reads it can
-- choose to scan all event ids.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM event_id AS taken
JOIN event ON event.expires_day = taken.expires_day AND event.id = taken.event_row
JOIN hash ON hash.id = event.hash_id
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE taken.slice IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:slices AS text)) AS j
    )
    AND taken.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND taken.event_id = :event_id
    AND hash.issue_id IS NOT NULL
ORDER BY event.timestamp DESC
LIMIT 1

-- name: find_by_event_id (postgres)
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM event_id AS taken
JOIN event ON event.expires_day = taken.expires_day AND event.id = taken.event_row
JOIN hash ON hash.id = event.hash_id
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE taken.slice = ANY(CAST(translate(CAST(:slices AS text), '[]', '{}') AS integer[]))
    AND taken.project_id = ANY(
        CAST(translate(CAST(:project_ids AS text), '[]', '{}') AS bigint[])
    )
    AND taken.event_id = :event_id
    AND hash.issue_id IS NOT NULL
ORDER BY event.timestamp DESC
LIMIT 1

-- name: list_at
-- Events by their places in the table.
WITH v(expires_day, id) AS (VALUES (CAST(:expires_day AS bigint), CAST(:id AS bigint)))
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM v
JOIN event ON event.expires_day = v.expires_day AND event.id = v.id
JOIN hash ON hash.id = event.hash_id
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE hash.issue_id IS NOT NULL

-- name: list_newest (sqlite)
-- Events of an issue, newest first, from a place on. Each hash of the issue gives
-- its own by its index, so that the cost does not grow with the events of an issue that has many
-- hashes. The texts part because SQLite has no LATERAL, and PostgreSQL asks for the bound of a hash
-- anew for each event.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM hash
JOIN event
    ON event.hash_id = hash.id
    AND event.timestamp >= COALESCE((
        SELECT event.timestamp FROM event
        WHERE event.hash_id = hash.id AND {condition} AND {place}
        ORDER BY event.timestamp DESC, event.id DESC
        LIMIT 1 OFFSET :offset
    ), 0)
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE hash.issue_id = :issue_id AND {condition} AND {place}
ORDER BY event.timestamp DESC, event.id DESC
LIMIT :limit

-- name: list_newest (postgres)
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM (
    SELECT event.* FROM hash
    CROSS JOIN LATERAL (
        SELECT event.* FROM event
        WHERE event.hash_id = hash.id AND {condition} AND {place}
        ORDER BY event.timestamp DESC, event.id DESC
        LIMIT CAST(:offset AS bigint) + 1
    ) AS event
    WHERE hash.issue_id = :issue_id
    ORDER BY event.timestamp DESC, event.id DESC
    LIMIT :limit
) AS event
JOIN hash ON hash.id = event.hash_id
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
ORDER BY event.timestamp DESC, event.id DESC

-- name: list_oldest (sqlite)
-- Events of an issue, oldest first, from a place on. Each hash of the issue gives
-- its own by its index, so that the cost does not grow with the events of an issue that has many
-- hashes. The texts part because SQLite has no LATERAL, and PostgreSQL asks for the bound of a hash
-- anew for each event.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM hash
JOIN event
    ON event.hash_id = hash.id
    AND event.timestamp <= COALESCE((
        SELECT event.timestamp FROM event
        WHERE event.hash_id = hash.id AND {condition} AND {place}
        ORDER BY event.timestamp, event.id
        LIMIT 1 OFFSET :offset
    ), 9223372036854775807)
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE hash.issue_id = :issue_id AND {condition} AND {place}
ORDER BY event.timestamp, event.id
LIMIT :limit

-- name: list_oldest (postgres)
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM (
    SELECT event.* FROM hash
    CROSS JOIN LATERAL (
        SELECT event.* FROM event
        WHERE event.hash_id = hash.id AND {condition} AND {place}
        ORDER BY event.timestamp, event.id
        LIMIT CAST(:offset AS bigint) + 1
    ) AS event
    WHERE hash.issue_id = :issue_id
    ORDER BY event.timestamp, event.id
    LIMIT :limit
) AS event
JOIN hash ON hash.id = event.hash_id
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
ORDER BY event.timestamp, event.id

-- name: list_of_project
-- Events of a project, newest first, from a place on.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM event
JOIN hash ON hash.id = event.hash_id AND hash.issue_id IS NOT NULL
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE event.project_id = :project_id AND {condition} AND {place}
ORDER BY event.timestamp DESC, event.id DESC
LIMIT :limit

-- name: list_of_project_oldest
-- The same against the order.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM event
JOIN hash ON hash.id = event.hash_id AND hash.issue_id IS NOT NULL
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE event.project_id = :project_id AND {condition} AND {place}
ORDER BY event.timestamp, event.id
LIMIT :limit

-- name: list_latest_of_hashes
-- The newest event of each hash.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event.event_id, event.timestamp,
    event.environment_id, event.release_id, event.level, hash.issue_id,
    event_body.codec, event_body.body, packed_event.block_id, packed_event.place
FROM hash
JOIN event
    ON event.hash_id = hash.id
    AND event.timestamp = (
        SELECT MAX(newest.timestamp) FROM event AS newest WHERE newest.hash_id = hash.id
    )
LEFT JOIN event_body ON event_body.expires_day = event.expires_day AND event_body.id = event.id
LEFT JOIN packed_event
    ON packed_event.expires_day = event.expires_day AND packed_event.id = event.id
WHERE hash.id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:hash_ids AS text)) AS j)
ORDER BY event.timestamp DESC, event.id DESC

-- fragment: place_any
1 = 1

-- fragment: place_before
(event.timestamp, event.id) < (CAST(:at AS bigint), CAST(:row_id AS bigint))

-- fragment: place_after
(event.timestamp, event.id) > (CAST(:at AS bigint), CAST(:row_id AS bigint))
