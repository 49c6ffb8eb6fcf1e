-- name: list_counts
-- Sessions by span of hours and by what is asked for; what is not is told as one.
SELECT
    counted.hour / CAST(:width AS integer) AS bucket,
    CASE WHEN CAST(:by_project AS integer) = 1 THEN counted.project_id END AS project_id,
    CASE WHEN CAST(:by_release AS integer) = 1 THEN release.version END AS release,
    CASE WHEN CAST(:by_environment AS integer) = 1 THEN environment.name END AS environment,
    CAST(SUM(counted.started) AS bigint) AS started,
    CAST(SUM(counted.errored) AS bigint) AS errored,
    CAST(SUM(counted.crashed) AS bigint) AS crashed,
    CAST(SUM(counted.abnormal) AS bigint) AS abnormal,
    CAST(SUM(counted.unhandled) AS bigint) AS unhandled
FROM session_hour AS counted
JOIN release ON release.id = counted.release_id
JOIN environment ON environment.id = counted.environment_id
WHERE counted.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND counted.hour >= :from_hour AND counted.hour < :until_hour
    AND release.organization_id = :organization_id
    AND {condition}
GROUP BY 1, 2, 3, 4
LIMIT :limit

-- name: list_user_sets
-- The sets of users of the same, in spans of hours or of days.
SELECT
    counted.span * counted.width / CAST(:bucket_width AS integer) AS bucket,
    CASE WHEN CAST(:by_project AS integer) = 1 THEN counted.project_id END AS project_id,
    CASE WHEN CAST(:by_release AS integer) = 1 THEN release.version END AS release,
    CASE WHEN CAST(:by_environment AS integer) = 1 THEN environment.name END AS environment,
    counted.kind,
    counted.users
FROM session_user_set AS counted
JOIN release ON release.id = counted.release_id
JOIN environment ON environment.id = counted.environment_id
WHERE counted.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND counted.width = :width
    AND counted.span >= :from_span AND counted.span < :until_span
    AND counted.kind IN (SELECT CAST(j.value AS integer) FROM json_each(CAST(:kinds AS text)) AS j)
    AND release.organization_id = :organization_id
    AND {condition}
LIMIT :limit
