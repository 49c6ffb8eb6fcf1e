-- name: insert_project
-- Makes a project; the slug must be free in the organization.
INSERT INTO project (
    organization_id, slug, name, platform, retention_days, settings, created_at
) VALUES (:organization_id, :slug, :name, :platform, :retention_days, :settings, :created_at)
RETURNING *

-- name: insert_counter
-- From where a project's short ids are counted.
INSERT INTO project_counter (project_id) VALUES (:project_id)

-- name: get_project
-- One project.
SELECT * FROM project WHERE id = :id

-- name: find_project
-- The project of a slug.
SELECT * FROM project WHERE organization_id = :organization_id AND slug = :slug

-- name: list_projects
-- The projects of an organization.
SELECT * FROM project WHERE organization_id = :organization_id ORDER BY slug

-- name: list_of_organizations
-- The projects of several organizations.
SELECT * FROM project
WHERE organization_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY slug, id

-- name: list_of_teams
-- The projects of any of several teams.
SELECT * FROM project
WHERE id IN (
    SELECT project_id FROM project_team
    WHERE team_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
)
ORDER BY slug, id

-- name: update_project
-- Replaces what can be set of a project.
UPDATE project SET
    slug = :slug, name = :name, platform = :platform, grouping_config = :grouping_config,
    settings = :settings
WHERE id = :id

-- name: link_team
-- Gives a project to a team.
INSERT INTO project_team (project_id, team_id)
VALUES (:project_id, :team_id)
ON CONFLICT (project_id, team_id) DO NOTHING

-- name: unlink_team
-- Takes a project from a team.
DELETE FROM project_team WHERE project_id = :project_id AND team_id = :team_id

-- name: list_links
-- Which teams projects belong to.
SELECT link.project_id, team.id, team.slug, team.name FROM project_team AS link
JOIN team ON team.id = link.team_id
WHERE link.project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY link.project_id, team.slug

-- name: delete_project
-- Removes a project.
DELETE FROM project WHERE id = :id

-- name: delete_quotas
-- The quotas of a project and of its keys.
DELETE FROM quota WHERE project_id = :id

-- name: delete_counter
-- Removes the count of its short ids.
DELETE FROM project_counter WHERE project_id = :id

-- name: delete_links
-- Takes it from every team.
DELETE FROM project_team WHERE project_id = :id

-- name: delete_keys
-- Removes its keys.
DELETE FROM project_key WHERE project_id = :id

-- name: insert_deleted_project
-- Leaves what hangs on the project to the job that follows this table.
INSERT INTO deleted_project (project_id, deleted_at) VALUES (:id, :at)
