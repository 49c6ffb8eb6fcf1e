-- name: claim
-- Finds or makes the rows of hashes and locks them in key order, so that two replicas that meet a
-- new hash at once agree on one issue, and a merge cannot slip in between.
INSERT INTO hash (project_id, hash, first_seen, last_seen)
VALUES (:project_id, :hash, :seen, :seen)
ON CONFLICT (project_id, hash) DO UPDATE SET project_id = excluded.project_id
RETURNING id, project_id, hash, issue_id, users_seen

-- name: attach
-- Gives hashes to an issue.
WITH v(id, issue_id) AS (VALUES (CAST(:id AS bigint), CAST(:issue_id AS bigint)))
UPDATE hash SET issue_id = v.issue_id FROM v WHERE hash.id = v.id

-- name: count_events
-- Adds a batch's events and users to the hashes that decided them.
WITH v(id, events, users, first_seen, last_seen) AS (
    VALUES (
        CAST(:id AS bigint), CAST(:events AS bigint), CAST(:users AS bigint),
        CAST(:first_seen AS bigint), CAST(:last_seen AS bigint)
    )
)
UPDATE hash SET
    times_seen = hash.times_seen + v.events,
    users_seen = hash.users_seen + v.users,
    first_seen = CASE
        WHEN hash.times_seen = 0 OR v.first_seen < hash.first_seen
        THEN v.first_seen ELSE hash.first_seen
    END,
    last_seen = CASE WHEN v.last_seen > hash.last_seen THEN v.last_seen ELSE hash.last_seen END
FROM v
WHERE hash.id = v.id

-- name: count_unstored
-- Adds a batch's events that are not stored to the hashes that decided them.
WITH v(id, events) AS (VALUES (CAST(:id AS bigint), CAST(:events AS bigint)))
UPDATE hash SET unstored = hash.unstored + v.events FROM v WHERE hash.id = v.id

-- name: list_recent
-- Hashes of the issues of a project that were seen last.
SELECT hash.id FROM issue
JOIN hash ON hash.issue_id = issue.id
WHERE issue.project_id = :project_id
ORDER BY issue.last_seen DESC, hash.last_seen DESC
LIMIT :limit

-- name: find_owners
-- The issues that hashes lead to.
WITH v(hash) AS (VALUES (CAST(:hash AS bytea)))
SELECT v.hash, hash.issue_id FROM v
JOIN hash ON hash.project_id = :project_id AND hash.hash = v.hash
WHERE hash.issue_id IS NOT NULL

-- name: list_of_issues
-- The hashes of issues, those that were seen last come last.
SELECT id, issue_id FROM hash
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:issue_ids AS text)) AS j)
    AND times_seen > 0
ORDER BY last_seen, id
