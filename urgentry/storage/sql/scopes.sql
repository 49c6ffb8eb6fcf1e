-- name: get_scope
-- What ingest needs to know of a key and its project.
SELECT
    project.organization_id, project.id AS project_id, project_key.id AS key_id,
    project_key.rate_limit_count, project_key.rate_limit_window, project_key.loader,
    project.retention_days,
    project.grouping_config, project.settings, organization.settings AS organization_settings
FROM project_key
JOIN project ON project.id = project_key.project_id
JOIN organization ON organization.id = project.organization_id
WHERE project_key.public_key = :public_key AND project_key.is_active
