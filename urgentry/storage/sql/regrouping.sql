-- name: move_hashes_of_issues
-- Gives every hash of some issues to another issue.
UPDATE hash SET issue_id = :target_id
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: move_hashes
-- Gives some hashes of an issue to another issue.
UPDATE hash SET issue_id = :target_id
WHERE issue_id = :source_id
    AND id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:hash_ids AS text)) AS j)

-- name: insert_redirects
-- The ids of merged issues lead to the one that stays.
INSERT INTO issue_redirect (issue_id, project_id, short_id, target_issue_id)
SELECT id, project_id, short_id, CAST(:target_id AS bigint) FROM issue
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: move_redirects
-- What led to merged issues leads to the one that stays.
UPDATE issue_redirect SET target_issue_id = :target_id
WHERE target_issue_id IN (
    SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j
)

-- name: copy_bookmarks
-- Whoever marked a merged issue marks the one that stays.
INSERT INTO bookmark (account_id, issue_id, created_at)
SELECT account_id, CAST(:target_id AS bigint), MIN(created_at) FROM bookmark
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
GROUP BY account_id
ON CONFLICT (account_id, issue_id) DO NOTHING

-- name: delete_bookmarks
-- Nobody marks these issues any more.
DELETE FROM bookmark
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_views
-- Nobody looked at these issues.
DELETE FROM issue_viewed
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_activity
-- The logs of these issues.
DELETE FROM activity
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_redirects
-- What leads to these issues.
DELETE FROM issue_redirect
WHERE target_issue_id IN (
    SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j
)

-- name: delete_issues
-- The issues themselves.
DELETE FROM issue
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: delete_hashes
-- Frees the hashes of issues: an event that comes with one makes a new issue.
DELETE FROM hash
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
RETURNING id, project_id

-- name: insert_deleted_hashes
-- Names hashes whose events and roll-ups are still to be removed.
INSERT INTO deleted_hash (hash_id, project_id, deleted_at)
VALUES (:hash_id, :project_id, :deleted_at)

-- name: lock_issue
-- Waits for whoever counts into an issue, and makes others wait.
UPDATE issue SET times_seen = times_seen WHERE id = :issue_id

-- name: sum_hashes
-- The counts, times and releases of an issue anew from its hashes.
UPDATE issue SET
    times_seen = (
        SELECT CAST(COALESCE(SUM(hash.times_seen), 0) AS bigint) FROM hash
        WHERE hash.issue_id = issue.id
    ),
    first_seen = COALESCE((
        SELECT MIN(hash.first_seen) FROM hash
        WHERE hash.issue_id = issue.id AND hash.times_seen > 0
    ), issue.first_seen),
    last_seen = COALESCE((
        SELECT MAX(hash.last_seen) FROM hash
        WHERE hash.issue_id = issue.id AND hash.times_seen > 0
    ), issue.last_seen),
    first_release_id = (
        SELECT hash_release.release_id FROM hash
        JOIN hash_release ON hash_release.hash_id = hash.id
        WHERE hash.issue_id = issue.id
        ORDER BY hash_release.first_seen, hash_release.release_id
        LIMIT 1
    ),
    last_release_id = (
        SELECT hash_release.release_id FROM hash
        JOIN hash_release ON hash_release.hash_id = hash.id
        WHERE hash.issue_id = issue.id
        ORDER BY hash_release.last_seen DESC, hash_release.release_id DESC
        LIMIT 1
    )
WHERE id = :issue_id

-- name: set_users
-- How many users an issue has.
UPDATE issue SET users_seen = :users_seen WHERE id = :issue_id

-- name: describe
-- What an issue is called, by its newest event.
UPDATE issue SET
    title = :title,
    culprit = :culprit,
    level = :level,
    metadata = :metadata,
    search_text = :search_text
WHERE id = :issue_id

-- name: count_users
-- The users of an issue that its hashes keep by name, each once.
SELECT COUNT(DISTINCT hash_user.user_key) FROM hash
JOIN hash_user ON hash_user.hash_id = hash.id
WHERE hash.issue_id = :issue_id

-- name: list_user_keys
-- The same users.
SELECT DISTINCT hash_user.user_key FROM hash
JOIN hash_user ON hash_user.hash_id = hash.id
WHERE hash.issue_id = :issue_id

-- name: list_sketches
-- The sketches of users of an issue's crowded hashes.
SELECT hash_user_sketch.registers FROM hash
JOIN hash_user_sketch ON hash_user_sketch.hash_id = hash.id
WHERE hash.issue_id = :issue_id
