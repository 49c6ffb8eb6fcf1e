-- name: insert_team
-- Makes a team; the slug must be free in the organization.
INSERT INTO team (organization_id, slug, name, created_at)
VALUES (:organization_id, :slug, :name, :created_at)
RETURNING *, 0 AS member_count

-- name: get_team
-- One team of an organization.
SELECT team.*,
    (SELECT COUNT(*) FROM team_member WHERE team_member.team_id = team.id) AS member_count
FROM team
WHERE team.organization_id = :organization_id AND team.id = :id

-- name: find_team
-- The team of a slug.
SELECT team.*,
    (SELECT COUNT(*) FROM team_member WHERE team_member.team_id = team.id) AS member_count
FROM team
WHERE team.organization_id = :organization_id AND team.slug = :slug

-- name: list_teams
-- The teams of an organization.
SELECT team.*,
    (SELECT COUNT(*) FROM team_member WHERE team_member.team_id = team.id) AS member_count
FROM team
WHERE team.organization_id = :organization_id
ORDER BY team.slug

-- name: list_of_project
-- The teams that a project belongs to.
SELECT team.*,
    (SELECT COUNT(*) FROM team_member WHERE team_member.team_id = team.id) AS member_count
FROM team
JOIN project_team ON project_team.team_id = team.id
WHERE project_team.project_id = :project_id
ORDER BY team.slug

-- name: update_team
-- Replaces what can be set of a team.
UPDATE team SET slug = :slug, name = :name WHERE id = :id

-- name: delete_team
-- Removes a team.
DELETE FROM team WHERE id = :id

-- name: delete_places
-- Takes everybody out of a team.
DELETE FROM team_member WHERE team_id = :id

-- name: unlink_projects
-- Takes every project from a team.
DELETE FROM project_team WHERE team_id = :id

-- name: unassign_issues
-- Takes issues from a team that goes away.
UPDATE issue SET assignee_team_id = NULL
WHERE assignee_team_id = :id
    AND project_id IN (SELECT project.id FROM project WHERE organization_id = :organization_id)

-- name: add_member
-- Puts a member into a team; who is there stays as they are.
INSERT INTO team_member (team_id, member_id, role)
VALUES (:team_id, :member_id, :role)
ON CONFLICT (team_id, member_id) DO NOTHING

-- name: remove_member
-- Takes a member out of a team.
DELETE FROM team_member WHERE team_id = :team_id AND member_id = :member_id

-- name: set_member_role
-- Changes what a member is in a team.
UPDATE team_member SET role = :role WHERE team_id = :team_id AND member_id = :member_id

-- name: list_places
-- Which teams members of an organization are in.
SELECT place.team_id, place.member_id, place.role, team.slug AS team_slug FROM team_member AS place
JOIN team ON team.id = place.team_id
WHERE place.member_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY team.slug, place.member_id

-- name: list_team_places
-- Who is in a team.
SELECT place.team_id, place.member_id, place.role, team.slug AS team_slug FROM team_member AS place
JOIN team ON team.id = place.team_id
WHERE place.team_id = :team_id
ORDER BY place.member_id
