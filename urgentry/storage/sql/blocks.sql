-- name: list_blocks
-- Blocks of payloads of one day of expiry.
SELECT id, codec, body FROM event_block
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: count_loose
-- Events whose payload has a row of its own, up to so many, and the oldest of them.
SELECT COUNT(*) AS events, MIN(loose.id) AS first_id FROM (
    SELECT id FROM event_body WHERE id < :before ORDER BY id LIMIT :limit
) AS loose

-- name: list_loose (sqlite)
-- The oldest of them with their payloads. The texts part by the key in whose order rows come without
-- being sorted: on SQLite a payload is found by its id alone.
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event_body.codec, event_body.body
FROM event_body
JOIN event ON event.expires_day = event_body.expires_day AND event.id = event_body.id
WHERE event_body.id < :before
ORDER BY event_body.id
LIMIT :limit

-- name: list_loose (postgres)
SELECT
    event.expires_day, event.id, event.project_id, event.hash_id, event_body.codec, event_body.body
FROM event_body
JOIN event ON event.expires_day = event_body.expires_day AND event.id = event_body.id
WHERE event_body.id < :before
ORDER BY event_body.expires_day, event_body.id
LIMIT :limit

-- name: delete_loose
-- Payloads that move into a block, each from its own row.
DELETE FROM event_body
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: insert_block
-- A block.
INSERT INTO event_block (expires_day, id, project_id, events, codec, body)
VALUES (:expires_day, :id, :project_id, :events, :codec, :body)

-- name: insert_packed
-- Where in a block the payloads of events are.
INSERT INTO packed_event (expires_day, id, block_id, place)
VALUES (:expires_day, :id, :block_id, :place)

-- name: delete_packed
-- Forgets where the payloads of events are, and says it.
DELETE FROM packed_event
WHERE expires_day = :expires_day
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
RETURNING block_id, place

-- name: hold_block (sqlite)
-- A block that is to be written anew. The texts part because SQLite has one writer and no FOR UPDATE.
SELECT events, codec, body FROM event_block WHERE expires_day = :expires_day AND id = :id

-- name: hold_block (postgres)
SELECT events, codec, body FROM event_block WHERE expires_day = :expires_day AND id = :id FOR UPDATE

-- name: replace_block
-- A block without the payloads of events that were deleted.
UPDATE event_block SET events = :events, body = :body
WHERE expires_day = :expires_day AND id = :id

-- name: delete_block
-- A block of which no event is left.
DELETE FROM event_block WHERE expires_day = :expires_day AND id = :id
