-- name: get_scope
-- What ingest needs to know of a key and its project.
SELECT
    project.organization_id, project.id AS project_id, project_key.id AS key_id,
    project_key.rate_limit_count, project_key.rate_limit_window, project_key.loader,
    project_key.routing,
    project.retention_days,
    project.grouping_config, project.settings, organization.settings AS organization_settings
FROM project_key
JOIN project ON project.id = project_key.project_id
JOIN organization ON organization.id = project.organization_id
WHERE project_key.public_key = :public_key AND project_key.is_active

-- name: get_routed_scope
-- The same of another project of the organization, to which an active key leads.
SELECT
    project.organization_id, project.id AS project_id, project_key.id AS key_id,
    project_key.rate_limit_count, project_key.rate_limit_window, project_key.loader,
    project_key.routing,
    project.retention_days,
    project.grouping_config, project.settings, organization.settings AS organization_settings
FROM project_key
JOIN project AS own ON own.id = project_key.project_id
JOIN project ON project.organization_id = own.organization_id
JOIN organization ON organization.id = project.organization_id
WHERE project_key.public_key = :public_key AND project_key.is_active
    AND (project.id = :project_id OR project.slug = :slug)
