-- name: list_environments
-- The environments of projects by name.
SELECT * FROM environment
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY name, project_id

-- name: find_environment
-- A project's environment by name.
SELECT * FROM environment WHERE project_id = :project_id AND name = :name

-- name: set_hidden
-- Hides environments of a project from pickers, or shows them again.
UPDATE environment SET is_hidden = :is_hidden
WHERE project_id = :project_id
    AND name IN (SELECT j.value FROM json_each(CAST(:names AS text)) AS j)
