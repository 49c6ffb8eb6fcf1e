-- name: advance_head
-- Reserves the next numbers of the log; concurrent writers wait here for each other's commit.
WITH v(count) AS (VALUES (CAST(:count AS bigint)))
UPDATE feed SET head = feed.head + v.count FROM v WHERE feed.id = 1

-- name: insert_entries
-- Appends entries under the numbers that were reserved, counted back from the last.
WITH v(back, at, kind, organization_id, project_id, issue_id, detail) AS (
    VALUES (
        CAST(:back AS bigint), CAST(:at AS bigint), CAST(:kind AS text),
        CAST(:organization_id AS bigint), CAST(:project_id AS bigint), CAST(:issue_id AS bigint),
        CAST(:detail AS text)
    )
)
INSERT INTO feed_entry (seq, at, kind, organization_id, project_id, issue_id, detail)
SELECT feed.head - v.back, v.at, v.kind, v.organization_id, v.project_id, v.issue_id, v.detail
FROM v JOIN feed ON feed.id = 1

-- name: get_head
-- The number of the newest entry.
SELECT head FROM feed WHERE id = 1

-- name: list_after
-- What happened after an entry, oldest first.
SELECT seq, at, kind, organization_id, project_id, issue_id, detail
FROM feed_entry
WHERE seq > :seq
ORDER BY seq
LIMIT :limit

-- name: delete_before
-- Forgets a chunk of what is older than a time.
DELETE FROM feed_entry
WHERE seq IN (SELECT seq FROM feed_entry WHERE at < :at ORDER BY seq LIMIT :limit)
