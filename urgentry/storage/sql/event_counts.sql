-- name: count_groups
-- Events by what was asked to tell them apart, with how many there are and from when to when.
SELECT
    event.project_id,
    CASE WHEN CAST(:by_issue AS boolean) THEN hash.issue_id END AS issue_id,
    CASE WHEN CAST(:by_environment AS boolean) THEN event.environment_id END AS environment_id,
    CASE WHEN CAST(:by_release AS boolean) THEN event.release_id END AS release_id,
    CASE WHEN CAST(:by_level AS boolean) THEN event.level END AS level,
    CASE WHEN CAST(:by_tagset AS boolean) THEN event.tagset_id END AS tagset_id,
    CASE WHEN CAST(:by_user AS boolean) THEN event.user_key END AS user_key,
    CAST((event.timestamp - :start) / :width AS bigint) AS slot,
    CAST(COUNT(*) AS bigint) AS events,
    MIN(event.timestamp) AS first_seen,
    MAX(event.timestamp) AS last_seen
FROM event
JOIN hash ON hash.id = event.hash_id
WHERE event.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND event.timestamp >= :start AND event.timestamp < :end
    AND hash.issue_id IS NOT NULL AND {condition}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
LIMIT :most

-- name: list_tagsets
-- The tags of sets, as JSON.
SELECT id, tags FROM tagset
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
