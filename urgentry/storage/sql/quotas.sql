-- name: list_for_key
-- What holds for what comes by a key: its own quotas, its project's and its organization's.
SELECT project_id, key_id, categories, window_seconds, quantity FROM quota
WHERE organization_id = :organization_id
    AND project_id IN (0, :project_id)
    AND key_id IN (0, :key_id)
ORDER BY key_id DESC, project_id DESC, categories, window_seconds

-- name: list_of_owner
-- The quotas of an organization (the other ids are 0), of a project (the key's is) or of a key.
SELECT project_id, key_id, categories, window_seconds, quantity FROM quota
WHERE organization_id = :organization_id AND project_id = :project_id AND key_id = :key_id
ORDER BY categories, window_seconds

-- name: delete_of_owner
-- The same go.
DELETE FROM quota
WHERE organization_id = :organization_id AND project_id = :project_id AND key_id = :key_id

-- name: insert
-- New quotas of one owner.
INSERT INTO quota (
    organization_id, project_id, key_id, categories, window_seconds, quantity
)
VALUES (
    :organization_id, :project_id, :key_id, :categories, :window_seconds, :quantity
)

-- name: list_hourly
-- What came to a project by hour and category, what limits refused among it.
SELECT hour, category, CAST(SUM(quantity) AS bigint) AS quantity FROM outcome_hour
WHERE project_id = :project_id
    AND hour >= :from_hour AND hour < :until_hour
    AND outcome IN (SELECT CAST(j.value AS integer) FROM json_each(CAST(:outcomes AS text)) AS j)
GROUP BY hour, category
