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

-- name: count_of_issue
-- How often something was said about the events of an issue. Each line looks for its event by the
-- key, on its own day of receipt and some before.
SELECT count(*) FROM (
    SELECT (
        SELECT named.issue_id FROM event_id AS taken
        JOIN event AS found
            ON found.expires_day = taken.expires_day AND found.id = taken.event_row
        JOIN hash AS named ON named.id = found.hash_id
        WHERE taken.slice = said.id / CAST(:rows_a_day AS bigint) - CAST(age.value AS bigint)
            AND taken.project_id = said.project_id
            AND taken.event_id = said.event_id
    ) AS issue_id
    FROM (
        SELECT id, project_id, event_id FROM feedback
        WHERE project_id = :project_id AND expires_day > :today
        ORDER BY id DESC
        LIMIT :limit
    ) AS said
    CROSS JOIN json_each(CAST(:ages AS text)) AS age
) AS owned
WHERE owned.issue_id = CAST(:issue_id AS bigint)

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
