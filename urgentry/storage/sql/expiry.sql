-- name: list_events (sqlite)
-- Events whose day of expiry has come, the oldest first. The texts part because on PostgreSQL
-- partitions are dropped whole: there only what stands in none of them goes row by row.
SELECT expires_day, id, project_id, event_id FROM event
WHERE expires_day <= :today
ORDER BY expires_day, id
LIMIT :limit

-- name: list_events (postgres)
SELECT expires_day, id, project_id, event_id FROM event_default
WHERE expires_day <= :today
ORDER BY expires_day, id
LIMIT :limit

-- name: delete_blocks
-- Blocks of payloads.
DELETE FROM event_block
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_event_ids
-- What finds events by their clients' ids.
WITH v(slice, project_id, event_id) AS (
    VALUES (CAST(:slice AS integer), CAST(:project_id AS bigint), CAST(:event_id AS bytea))
)
DELETE FROM event_id
WHERE (slice, project_id, event_id) IN (SELECT v.slice, v.project_id, v.event_id FROM v)

-- name: longest_retention
-- The most days for which a project keeps events.
SELECT MAX(retention_days) FROM project

-- name: list_silent_issues
-- Issues without an event for as long as their project keeps events, and a day.
SELECT project.organization_id, issue.id
FROM project
JOIN issue
    ON issue.project_id = project.id
    AND issue.last_seen
        < CAST(:now AS bigint) - (project.retention_days + 1) * CAST(86400000000 AS bigint)
ORDER BY issue.id
LIMIT :limit

-- name: delete_hours
-- A chunk of the hours of hashes before an hour.
DELETE FROM hash_hour
WHERE (hash_id, environment_id, hour) IN (
    SELECT hash_id, environment_id, hour FROM hash_hour WHERE hour < :before LIMIT :limit
)

-- name: delete_tagsets
-- A chunk of the sets of tags that were last used before a day.
DELETE FROM tagset
WHERE id IN (SELECT id FROM tagset WHERE last_day < :before LIMIT :limit)

-- name: list_users
-- Users from a place on, and whether an issue has them.
SELECT
    event_user.project_id, event_user.user_key, event_user.first_seen,
    EXISTS (
        SELECT 1 FROM hash_user
        WHERE hash_user.project_id = event_user.project_id
            AND hash_user.user_key = event_user.user_key
    ) AS is_known
FROM event_user
WHERE (event_user.project_id, event_user.user_key)
    > (CAST(:project_id AS bigint), CAST(:user_key AS bigint))
ORDER BY event_user.project_id, event_user.user_key
LIMIT :limit

-- name: delete_users
-- Users.
WITH v(project_id, user_key) AS (
    VALUES (CAST(:project_id AS bigint), CAST(:user_key AS bigint))
)
DELETE FROM event_user
WHERE (project_id, user_key) IN (SELECT v.project_id, v.user_key FROM v)
