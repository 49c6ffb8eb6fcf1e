-- name: advance_head
-- Reserves the next numbers of the log; concurrent writers wait here for each other's commit.
WITH v(count) AS (VALUES (CAST(:count AS bigint)))
UPDATE feed SET head = feed.head + v.count FROM v WHERE feed.id = 1 RETURNING feed.head

-- name: insert_entries
-- Appends entries under the numbers that were reserved.
INSERT INTO feed_entry (seq, at, kind, organization_id, project_id, issue_id, detail)
VALUES (:seq, :at, :kind, :organization_id, :project_id, :issue_id, :detail)

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
