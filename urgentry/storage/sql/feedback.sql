-- name: insert_feedback
-- Writes feedback that is not there yet.
INSERT INTO feedback (
    expires_day, id, project_id, event_id, feedback_id, name, email, comments
)
VALUES (:expires_day, :id, :project_id, :event_id, :feedback_id, :name, :email, :comments)
ON CONFLICT (project_id, feedback_id) DO NOTHING
RETURNING id

-- name: list_of_event
-- What was said about an event, the newest first.
SELECT id, project_id, event_id, feedback_id, name, email, comments
FROM feedback
WHERE project_id = :project_id AND event_id = :event_id AND expires_day > :today
ORDER BY id DESC
LIMIT :limit

-- name: list_of_project
-- What was said in a project, the newest first.
SELECT id, project_id, event_id, feedback_id, name, email, comments
FROM feedback
WHERE project_id = :project_id AND id < :before AND expires_day > :today
ORDER BY id DESC
LIMIT :limit

-- name: delete_of_event
-- Removes what was said about an event, or by it.
DELETE FROM feedback
WHERE project_id = :project_id AND (event_id = :event_id OR feedback_id = :event_id)

-- name: list_expired
-- A chunk of those whose retention is over.
SELECT expires_day, id FROM feedback
WHERE expires_day <= :today
ORDER BY expires_day, id
LIMIT :limit

-- name: delete_expired
-- Removes some of a day that is over.
DELETE FROM feedback
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_of_project
-- A chunk of those of a project.
DELETE FROM feedback
WHERE project_id = :project_id
    AND feedback_id IN (
        SELECT feedback_id FROM feedback
        WHERE project_id = :project_id
        ORDER BY feedback_id
        LIMIT :limit
    )
