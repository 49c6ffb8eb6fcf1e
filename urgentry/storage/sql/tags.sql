-- name: list_keys
-- The tags of an issue, and how many events have each.
SELECT tag_key, CAST(SUM(events) AS bigint) AS events
FROM (
    SELECT hash_tag.tag_key, hash_tag.events
    FROM hash
    JOIN hash_tag ON hash_tag.hash_id = hash.id
    WHERE hash.issue_id = :issue_id
    UNION ALL
    SELECT hash_tag_key.tag_key, hash_tag_key.other_events
    FROM hash
    JOIN hash_tag_key ON hash_tag_key.hash_id = hash.id
    WHERE hash.issue_id = :issue_id
) AS counted
GROUP BY tag_key
ORDER BY tag_key

-- name: list_top_values
-- The most frequent values of each tag of an issue.
SELECT tag_key, tag_value, events, first_seen, last_seen, value_count
FROM (
    SELECT
        counted.*,
        ROW_NUMBER() OVER (
            PARTITION BY counted.tag_key ORDER BY counted.events DESC, counted.tag_value
        ) AS place,
        COUNT(*) OVER (PARTITION BY counted.tag_key) AS value_count
    FROM (
        SELECT
            hash_tag.tag_key,
            hash_tag.tag_value,
            CAST(SUM(hash_tag.events) AS bigint) AS events,
            MIN(hash_tag.first_seen) AS first_seen,
            MAX(hash_tag.last_seen) AS last_seen
        FROM hash
        JOIN hash_tag ON hash_tag.hash_id = hash.id
        WHERE hash.issue_id = :issue_id
        GROUP BY hash_tag.tag_key, hash_tag.tag_value
    ) AS counted
) AS ranked
WHERE place <= :limit
ORDER BY tag_key, place

-- name: count_values
-- How many values a tag of an issue has, and how many events they stand in.
SELECT
    COUNT(DISTINCT hash_tag.tag_value) AS value_count,
    CAST(COALESCE(SUM(hash_tag.events), 0) AS bigint) AS events
FROM hash
JOIN hash_tag ON hash_tag.hash_id = hash.id AND hash_tag.tag_key = :key
WHERE hash.issue_id = :issue_id

-- name: list_values
-- The values of a tag of an issue, in the order of a sort.
SELECT * FROM (
    SELECT
        hash_tag.tag_value,
        CAST(SUM(hash_tag.events) AS bigint) AS events,
        MIN(hash_tag.first_seen) AS first_seen,
        MAX(hash_tag.last_seen) AS last_seen
    FROM hash
    JOIN hash_tag ON hash_tag.hash_id = hash.id AND hash_tag.tag_key = :key
    WHERE hash.issue_id = :issue_id
    GROUP BY hash_tag.tag_value
) AS found
ORDER BY {sort} DESC, tag_value
LIMIT :limit OFFSET :offset

-- name: list_users
-- The users of an issue, in the order of a sort: the values of its tag "user".
SELECT * FROM (
    SELECT
        hash_user.ident AS tag_value,
        CAST(SUM(hash_user.events) AS bigint) AS events,
        MIN(hash_user.first_seen) AS first_seen,
        MAX(hash_user.last_seen) AS last_seen
    FROM hash
    JOIN hash_user ON hash_user.hash_id = hash.id
    WHERE hash.issue_id = :issue_id
    GROUP BY hash_user.ident
) AS found
ORDER BY {sort} DESC, tag_value
LIMIT :limit OFFSET :offset

-- name: count_users
-- How many users of an issue are known by name, and how many events they had.
SELECT
    COUNT(DISTINCT hash_user.user_key) AS value_count,
    CAST(COALESCE(SUM(hash_user.events), 0) AS bigint) AS events
FROM hash
JOIN hash_user ON hash_user.hash_id = hash.id
WHERE hash.issue_id = :issue_id

-- fragment: sort_count
events

-- fragment: sort_date
last_seen

-- fragment: sort_age
first_seen

-- name: list_project_keys
-- The tag keys that projects know, with how many events have each.
SELECT tag_key, CAST(SUM(events) AS bigint) AS events
FROM (
    SELECT hash.project_id, hash.issue_id, hash_tag.tag_key, hash_tag.events
    FROM hash
    JOIN hash_tag ON hash_tag.hash_id = hash.id
    UNION ALL
    SELECT hash.project_id, hash.issue_id, hash_tag_key.tag_key, hash_tag_key.other_events
    FROM hash
    JOIN hash_tag_key ON hash_tag_key.hash_id = hash.id
) AS counted
WHERE project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND issue_id IS NOT NULL
GROUP BY tag_key
ORDER BY events DESC, tag_key
LIMIT :limit

-- name: list_project_values
-- The values of a tag that projects know and that match a pattern, most frequent first.
SELECT
    tag_value,
    CAST(SUM(events) AS bigint) AS events,
    MIN(first_seen) AS first_seen,
    MAX(last_seen) AS last_seen
FROM hash_tag
WHERE project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND tag_key = :key
    AND lower(tag_value) LIKE :pattern ESCAPE '\'
GROUP BY tag_value
ORDER BY events DESC, tag_value
LIMIT :limit OFFSET :offset

-- name: count_project_values
-- In how many events of a project values occur.
WITH v(tag_key, tag_value) AS (VALUES (CAST(:tag_key AS text), CAST(:tag_value AS text)))
SELECT v.tag_key, v.tag_value, CAST(SUM(hash_tag.events) AS bigint) AS events
FROM v
JOIN hash_tag ON hash_tag.project_id = :project_id
    AND hash_tag.tag_key = v.tag_key AND hash_tag.tag_value = v.tag_value
GROUP BY v.tag_key, v.tag_value

-- name: count_project_events
-- How many events the issues of a project have had.
SELECT CAST(COALESCE(SUM(times_seen), 0) AS bigint) AS events FROM hash
WHERE project_id = :project_id AND issue_id IS NOT NULL
