-- name: list_counts (sqlite)
-- Events of issues by span of hours. The texts part because PostgreSQL, which does not know the hours
-- when it makes a plan for all of them, takes any span for a short one and reads it for all issues.
SELECT
    hash.issue_id,
    hash_hour.hour / CAST(:width AS integer) AS bucket,
    CAST(SUM(hash_hour.events) AS bigint) AS events
FROM hash
JOIN hash_hour ON hash_hour.hash_id = hash.id
WHERE hash.issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
    AND hash_hour.hour >= :from_hour
    AND hash_hour.hour < :until_hour
    AND {environments}
GROUP BY hash.issue_id, hash_hour.hour / CAST(:width AS integer)

-- name: list_counts (postgres)
SELECT
    hash.issue_id,
    counted.hour / CAST(:width AS integer) AS bucket,
    CAST(SUM(counted.events) AS bigint) AS events
FROM hash
CROSS JOIN LATERAL (
    SELECT hash_hour.hour, hash_hour.events FROM hash_hour
    WHERE hash_hour.hash_id = hash.id
        AND hash_hour.hour >= :from_hour
        AND hash_hour.hour < :until_hour
        AND {environments}
    OFFSET 0
) AS counted
WHERE hash.issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
GROUP BY hash.issue_id, counted.hour / CAST(:width AS integer)

-- fragment: environments_all
1 = 1

-- fragment: environments_named
hash_hour.environment_id IN (
    SELECT environment.id FROM environment
    JOIN json_each(CAST(:environments AS text)) AS j ON j.value = environment.name
)

-- name: list_environment_counts
-- What issues have in some environments.
SELECT
    hash.issue_id,
    CAST(SUM(hash_environment.events) AS bigint) AS events,
    MIN(hash_environment.first_seen) AS first_seen,
    MAX(hash_environment.last_seen) AS last_seen
FROM hash
JOIN hash_environment ON hash_environment.hash_id = hash.id
WHERE hash.issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
    AND hash_environment.environment_id IN (
        SELECT environment.id FROM environment
        JOIN json_each(CAST(:environments AS text)) AS j ON j.value = environment.name
    )
GROUP BY hash.issue_id

-- name: list_release_seen
-- When an issue was first and last seen in each of its releases, the latest first.
SELECT
    hash_release.release_id,
    CAST(SUM(hash_release.events) AS bigint) AS events,
    MIN(hash_release.first_seen) AS first_seen,
    MAX(hash_release.last_seen) AS last_seen
FROM hash
JOIN hash_release ON hash_release.hash_id = hash.id
WHERE hash.issue_id = :issue_id
GROUP BY hash_release.release_id
ORDER BY last_seen DESC
LIMIT :limit
