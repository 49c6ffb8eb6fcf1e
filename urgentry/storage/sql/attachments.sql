-- name: insert_attachments
-- Writes attachments that their events do not have yet.
INSERT INTO attachment (
    expires_day, id, project_id, event_id, kind, name, content_type, size, sha1, blob_key, hash_id
)
VALUES (
    :expires_day, :id, :project_id, :event_id, :kind, :name, :content_type, :size, :sha1, :blob_key,
    :hash_id
)
ON CONFLICT (project_id, event_id, name, blob_key) DO NOTHING
RETURNING id

-- name: count_reports
-- How many crash reports hashes have.
SELECT hash_id, count(*) AS reports FROM attachment
WHERE hash_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:hash_ids AS text)) AS j)
GROUP BY hash_id

-- name: list_attachments
-- The attachments of an event, the oldest first.
SELECT id, project_id, event_id, kind, name, content_type, size, sha1, blob_key
FROM attachment
WHERE project_id = :project_id AND event_id = :event_id AND expires_day > :today
ORDER BY id

-- name: get_attachment
-- One attachment of an event.
SELECT id, project_id, event_id, kind, name, content_type, size, sha1, blob_key
FROM attachment
WHERE project_id = :project_id AND event_id = :event_id AND id = :id AND expires_day > :today

-- name: delete_attachment
-- Removes one.
DELETE FROM attachment WHERE project_id = :project_id AND id = :id

-- name: delete_of_event
-- Removes those of an event.
DELETE FROM attachment WHERE project_id = :project_id AND event_id = :event_id

-- name: list_expired
-- A chunk of those whose retention is over.
SELECT expires_day, id FROM attachment
WHERE expires_day <= :today
ORDER BY expires_day, id
LIMIT :limit

-- name: delete_expired
-- Removes some of a day that is over.
DELETE FROM attachment
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_named
-- Which of these blobs are named.
SELECT DISTINCT blob_key FROM attachment
WHERE blob_key IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:keys AS text)) AS j)

-- name: delete_of_project
-- A chunk of those of a project.
DELETE FROM attachment
WHERE project_id = :project_id
    AND (event_id, name, blob_key) IN (
        SELECT event_id, name, blob_key FROM attachment
        WHERE project_id = :project_id
        ORDER BY event_id, name, blob_key
        LIMIT :limit
    )
