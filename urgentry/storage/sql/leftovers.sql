-- name: list_deleted_hashes
-- Hashes whose events and roll-ups are still to be removed, the oldest first.
SELECT hash_id FROM deleted_hash ORDER BY deleted_at, hash_id LIMIT :limit

-- name: list_events
-- A chunk of the events of a hash.
SELECT expires_day, id, project_id, event_id FROM event
WHERE hash_id = :hash_id
ORDER BY timestamp, id
LIMIT :limit

-- name: delete_bodies
-- The payloads of events.
DELETE FROM event_body
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_events
-- Events.
DELETE FROM event
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_event_id
-- What finds an event by its client's id.
DELETE FROM event_id
WHERE slice >= :first_slice
    AND slice <= :last_slice
    AND project_id = :project_id
    AND event_id = :event_id

-- name: delete_hours
-- A chunk of the hours of a hash.
DELETE FROM hash_hour
WHERE hash_id = :hash_id
    AND hour IN (
        SELECT hour FROM hash_hour WHERE hash_id = :hash_id ORDER BY hour LIMIT :limit
    )

-- name: delete_tags
-- A chunk of the tag values of a hash.
DELETE FROM hash_tag
WHERE hash_id = :hash_id
    AND (tag_key, tag_value) IN (
        SELECT tag_key, tag_value FROM hash_tag
        WHERE hash_id = :hash_id
        ORDER BY tag_key, tag_value
        LIMIT :limit
    )

-- name: delete_users
-- A chunk of the users of a hash.
DELETE FROM hash_user
WHERE hash_id = :hash_id
    AND user_key IN (
        SELECT user_key FROM hash_user WHERE hash_id = :hash_id ORDER BY user_key LIMIT :limit
    )

-- name: delete_environments
-- The environments of a hash.
DELETE FROM hash_environment WHERE hash_id = :hash_id

-- name: delete_releases
-- The releases of a hash.
DELETE FROM hash_release WHERE hash_id = :hash_id

-- name: delete_tag_keys
-- The tag keys of a hash.
DELETE FROM hash_tag_key WHERE hash_id = :hash_id

-- name: delete_sketch
-- The sketch of users of a hash.
DELETE FROM hash_user_sketch WHERE hash_id = :hash_id

-- name: forget
-- Nothing of this hash is left.
DELETE FROM deleted_hash WHERE hash_id = :hash_id
