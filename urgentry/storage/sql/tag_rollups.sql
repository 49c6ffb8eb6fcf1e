-- name: hold_keys
-- Finds or makes the rows of tag keys and locks them; answers how many values are kept so far.
INSERT INTO hash_tag_key (hash_id, tag_key)
VALUES (:hash_id, :tag_key)
ON CONFLICT (hash_id, tag_key) DO UPDATE SET tag_key = excluded.tag_key
RETURNING hash_id, tag_key, value_count

-- name: add_others
-- Events of values that are not kept, since their key has as many as are.
WITH v(hash_id, tag_key, events) AS (
    VALUES (CAST(:hash_id AS bigint), CAST(:tag_key AS text), CAST(:events AS bigint))
)
UPDATE hash_tag_key SET other_events = hash_tag_key.other_events + v.events
FROM v
WHERE hash_tag_key.hash_id = v.hash_id AND hash_tag_key.tag_key = v.tag_key

-- name: add_values
-- Events by hash, tag key and value; a row whose events equal what was added is new.
INSERT INTO hash_tag (hash_id, tag_key, tag_value, project_id, events, first_seen, last_seen)
VALUES (:hash_id, :tag_key, :tag_value, :project_id, :events, :first_seen, :last_seen)
ON CONFLICT (hash_id, tag_key, tag_value) DO UPDATE SET
    events = hash_tag.events + excluded.events,
    first_seen = CASE
        WHEN excluded.first_seen < hash_tag.first_seen
        THEN excluded.first_seen ELSE hash_tag.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > hash_tag.last_seen
        THEN excluded.last_seen ELSE hash_tag.last_seen
    END
RETURNING hash_id, tag_key, tag_value, events

-- name: add_known_values
-- The same for values that may have a row; answers those that have one.
WITH v(hash_id, tag_key, tag_value, events, first_seen, last_seen) AS (
    VALUES (
        CAST(:hash_id AS bigint), CAST(:tag_key AS text), CAST(:tag_value AS text),
        CAST(:events AS bigint), CAST(:first_seen AS bigint), CAST(:last_seen AS bigint)
    )
)
UPDATE hash_tag SET
    events = hash_tag.events + v.events,
    first_seen = CASE
        WHEN v.first_seen < hash_tag.first_seen THEN v.first_seen ELSE hash_tag.first_seen
    END,
    last_seen = CASE
        WHEN v.last_seen > hash_tag.last_seen THEN v.last_seen ELSE hash_tag.last_seen
    END
FROM v
WHERE hash_tag.hash_id = v.hash_id
    AND hash_tag.tag_key = v.tag_key
    AND hash_tag.tag_value = v.tag_value
RETURNING hash_tag.hash_id, hash_tag.tag_key, hash_tag.tag_value

-- name: add_value_counts
-- Values of a tag key that a hash had not met.
WITH v(hash_id, tag_key, value_count) AS (
    VALUES (CAST(:hash_id AS bigint), CAST(:tag_key AS text), CAST(:value_count AS bigint))
)
UPDATE hash_tag_key SET value_count = hash_tag_key.value_count + v.value_count
FROM v
WHERE hash_tag_key.hash_id = v.hash_id AND hash_tag_key.tag_key = v.tag_key
