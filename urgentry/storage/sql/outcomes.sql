-- name: list_hours
-- What became of the items of a project by hour, for some outcomes and categories.
SELECT hour, SUM(quantity) AS quantity FROM outcome_hour
WHERE project_id = :project_id
    AND hour >= :from_hour AND hour < :until_hour
    AND outcome IN (SELECT CAST(j.value AS integer) FROM json_each(CAST(:outcomes AS text)) AS j)
    AND category IN (
        SELECT CAST(j.value AS integer) FROM json_each(CAST(:categories AS text)) AS j
    )
GROUP BY hour
ORDER BY hour

-- name: list_reasons
-- The reasons that occur in hours of projects.
WITH v(project_id, hour) AS (VALUES (CAST(:project_id AS bigint), CAST(:hour AS bigint)))
SELECT DISTINCT v.project_id, v.hour, outcome_hour.reason
FROM v
JOIN outcome_hour ON outcome_hour.project_id = v.project_id AND outcome_hour.hour = v.hour

-- name: sum_reasons
-- Why the items of a project ended in one way, for some categories, since an hour.
SELECT reason, SUM(quantity) AS quantity FROM outcome_hour
WHERE project_id = :project_id
    AND hour >= :from_hour
    AND outcome = :outcome
    AND category IN (
        SELECT CAST(j.value AS integer) FROM json_each(CAST(:categories AS text)) AS j
    )
GROUP BY reason

-- name: list_sums
-- What became of the items of projects, by span of hours and by what is asked for; what is not is
-- told as one.
SELECT
    hour / CAST(:width AS integer) AS bucket,
    CASE WHEN CAST(:by_project AS integer) = 1 THEN project_id END AS project_id,
    CASE WHEN CAST(:by_category AS integer) = 1 THEN category END AS category,
    CASE WHEN CAST(:by_outcome AS integer) = 1 THEN outcome END AS outcome,
    CASE WHEN CAST(:by_reason AS integer) = 1 THEN reason END AS reason,
    CAST(SUM(quantity) AS bigint) AS quantity
FROM outcome_hour
WHERE project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND hour >= :from_hour AND hour < :until_hour
    AND outcome IN (SELECT CAST(j.value AS integer) FROM json_each(CAST(:outcomes AS text)) AS j)
    AND category IN (
        SELECT CAST(j.value AS integer) FROM json_each(CAST(:categories AS text)) AS j
    )
    AND {reasons}
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1
LIMIT :limit

-- fragment: reasons_all
1 = 1

-- fragment: reasons_named
reason IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:reasons AS text)) AS j)
