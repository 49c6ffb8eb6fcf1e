-- name: add_keys
-- Events by hash and tag key; answers how many values of the key are kept so far.
INSERT INTO hash_tag_key (hash_id, tag_key, events, value_count)
VALUES (:hash_id, :tag_key, :events, 0)
ON CONFLICT (hash_id, tag_key) DO UPDATE SET events = hash_tag_key.events + excluded.events
RETURNING hash_id, tag_key, value_count

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
-- The same for values that are known to be kept, and for keys that have as many as are kept: values
-- that have no row stay uncounted ("other").
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

-- name: add_value_counts
-- Values of a tag key that a hash had not met.
WITH v(hash_id, tag_key, value_count) AS (
    VALUES (CAST(:hash_id AS bigint), CAST(:tag_key AS text), CAST(:value_count AS bigint))
)
UPDATE hash_tag_key SET value_count = hash_tag_key.value_count + v.value_count
FROM v
WHERE hash_tag_key.hash_id = v.hash_id AND hash_tag_key.tag_key = v.tag_key
