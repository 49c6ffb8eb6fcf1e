-- name: insert_key
-- Makes a key of a project.
INSERT INTO project_key (
    project_id, public_key, secret_key, label, rate_limit_count, rate_limit_window, loader,
    created_at
)
VALUES (
    :project_id, :public_key, :secret_key, :label, :rate_limit_count, :rate_limit_window, :loader,
    :created_at
)
RETURNING *

-- name: find_key
-- A project's key by its public part.
SELECT * FROM project_key WHERE project_id = :project_id AND public_key = :public_key

-- name: list_keys
-- The keys of projects, oldest first.
SELECT * FROM project_key
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY project_id, id

-- name: update_key
-- Replaces what can be set of a key.
UPDATE project_key SET
    label = :label,
    is_active = :is_active,
    rate_limit_count = :rate_limit_count,
    rate_limit_window = :rate_limit_window,
    loader = :loader,
    routing = :routing
WHERE id = :id

-- name: delete_key
-- Removes a key.
DELETE FROM project_key WHERE id = :id
