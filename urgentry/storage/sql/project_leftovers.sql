-- name: list_deleted_projects
-- Projects that went before a time and of which something is left.
SELECT project_id FROM deleted_project WHERE deleted_at < :before ORDER BY project_id

-- name: list_hashes
-- A chunk of the hashes of a project.
SELECT id FROM hash WHERE project_id = :project_id ORDER BY hash LIMIT :limit

-- name: abandon_hashes
-- Leaves events and roll-ups of hashes to the job that removes what deleted issues leave.
INSERT INTO deleted_hash (hash_id, project_id, deleted_at)
SELECT CAST(j.value AS bigint), CAST(:project_id AS bigint), CAST(:at AS bigint)
FROM json_each(CAST(:ids AS text)) AS j
WHERE 1 = 1
ON CONFLICT (hash_id) DO NOTHING

-- name: delete_hashes
-- Hashes.
DELETE FROM hash
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_issues
-- A chunk of the issues of a project.
SELECT id FROM issue WHERE project_id = :project_id ORDER BY short_id LIMIT :limit

-- name: delete_activities
-- The logs of issues.
DELETE FROM activity
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_bookmarks
-- The bookmarks of issues.
DELETE FROM bookmark
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_views
-- Who saw issues.
DELETE FROM issue_viewed
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_issues
-- Issues.
DELETE FROM issue
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_redirects
-- A chunk of the marks of merged issues.
DELETE FROM issue_redirect
WHERE project_id = :project_id
    AND short_id IN (
        SELECT short_id FROM issue_redirect
        WHERE project_id = :project_id
        ORDER BY short_id
        LIMIT :limit
    )

-- name: delete_users
-- A chunk of the users of events.
DELETE FROM event_user
WHERE project_id = :project_id
    AND user_key IN (
        SELECT user_key FROM event_user
        WHERE project_id = :project_id
        ORDER BY user_key
        LIMIT :limit
    )

-- name: delete_tagsets
-- A chunk of the tag sets of events.
DELETE FROM tagset
WHERE project_id = :project_id
    AND digest IN (
        SELECT digest FROM tagset WHERE project_id = :project_id ORDER BY digest LIMIT :limit
    )

-- name: delete_releases
-- A chunk of what the project saw of releases.
DELETE FROM release_project
WHERE project_id = :project_id
    AND release_id IN (
        SELECT release_id FROM release_project
        WHERE project_id = :project_id
        ORDER BY release_id
        LIMIT :limit
    )

-- name: delete_environments
-- A chunk of its environments.
DELETE FROM environment
WHERE project_id = :project_id
    AND name IN (
        SELECT name FROM environment WHERE project_id = :project_id ORDER BY name LIMIT :limit
    )

-- name: delete_outcomes
-- A chunk of hours of what became of its items.
DELETE FROM outcome_hour
WHERE project_id = :project_id
    AND hour IN (
        SELECT hour FROM outcome_hour WHERE project_id = :project_id ORDER BY hour LIMIT :limit
    )

-- name: delete_open_sessions
-- A chunk of its sessions.
DELETE FROM open_session
WHERE project_id = :project_id
    AND sid IN (
        SELECT sid FROM open_session WHERE project_id = :project_id ORDER BY sid LIMIT :limit
    )

-- name: delete_session_hours
-- A chunk of the hourly counts of its sessions.
DELETE FROM session_hour
WHERE project_id = :project_id
    AND hour IN (
        SELECT hour FROM session_hour WHERE project_id = :project_id ORDER BY hour LIMIT :limit
    )

-- name: delete_user_sets
-- A chunk of the sets of their users.
DELETE FROM session_user_set
WHERE project_id = :project_id
    AND (width, span) IN (
        SELECT width, span FROM session_user_set
        WHERE project_id = :project_id
        ORDER BY width, span
        LIMIT :limit
    )

-- name: forget
-- Nothing of this project is left.
DELETE FROM deleted_project WHERE project_id = :project_id
