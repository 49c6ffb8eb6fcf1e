-- name: add_usage
-- Counts what a batch took of quotas. Each server has rows of its own, so that none waits for
-- another, and each can tell the others' part.
INSERT INTO quota_usage (quota, begins, server, ends, taken)
VALUES (:quota, :begins, :server, :ends, :taken)
ON CONFLICT (quota, begins, server) DO UPDATE SET taken = quota_usage.taken + excluded.taken

-- name: list_others
-- What all other servers together took of the windows that are not over.
SELECT quota, begins, ends, CAST(SUM(taken) AS bigint) AS taken FROM quota_usage
WHERE ends > :at AND server <> :server
GROUP BY quota, begins, ends

-- name: list_of_quotas
-- What was taken of some quotas in the windows that are not over.
SELECT quota, begins, ends, CAST(SUM(taken) AS bigint) AS taken FROM quota_usage
WHERE ends > :at
    AND quota IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:quotas AS text)) AS j)
GROUP BY quota, begins, ends

-- name: delete_ended
-- Forgets a chunk of windows that are over.
DELETE FROM quota_usage
WHERE (quota, begins, server) IN (
    SELECT quota, begins, server FROM quota_usage WHERE ends <= :at ORDER BY ends LIMIT :limit
)

-- name: delete_key_usage
-- Forgets a chunk of the windows of keys' limits that servers of an older version wrote.
DELETE FROM key_usage
WHERE key_id IN (SELECT key_id FROM key_usage WHERE window_start < :at LIMIT :limit)
    AND window_start < :at
