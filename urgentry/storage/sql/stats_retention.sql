-- name: delete_open_sessions
-- A chunk of the sessions of which nothing is taken any more.
DELETE FROM open_session
WHERE (project_id, sid) IN (
    SELECT project_id, sid FROM open_session
    WHERE expires_day <= :day
    ORDER BY expires_day
    LIMIT :limit
)

-- name: delete_session_hours
-- A chunk of the hourly counts of sessions that are older than their project keeps things.
DELETE FROM session_hour
WHERE (project_id, hour, release_id, environment_id) IN (
    SELECT old.project_id, old.hour, old.release_id, old.environment_id
    FROM project
    JOIN session_hour AS old
        ON old.project_id = project.id AND old.hour < :hour - project.retention_days * 24
    LIMIT :limit
)

-- name: delete_user_sets
-- A chunk of the sets of users of such sessions.
DELETE FROM session_user_set
WHERE (project_id, width, span, release_id, environment_id, kind) IN (
    SELECT
        old.project_id, old.width, old.span, old.release_id, old.environment_id, old.kind
    FROM project
    JOIN session_user_set AS old
        ON old.project_id = project.id
        AND old.width = :width
        AND old.span < (:hour - project.retention_days * 24) / CAST(:width AS integer)
    LIMIT :limit
)

-- name: delete_outcomes
-- A chunk of what became of items long ago.
DELETE FROM outcome_hour
WHERE (project_id, hour, key_id, category, outcome, reason) IN (
    SELECT old.project_id, old.hour, old.key_id, old.category, old.outcome, old.reason
    FROM project
    JOIN outcome_hour AS old ON old.project_id = project.id AND old.hour < :hour
    LIMIT :limit
)
