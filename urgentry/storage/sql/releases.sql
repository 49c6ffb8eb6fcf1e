-- name: find_release
-- The release of a version.
SELECT * FROM release WHERE organization_id = :organization_id AND version = :version

-- name: list_releases
-- Releases that any of these projects saw and whose version contains a text, newest
-- first, from a place in that order on.
SELECT * FROM release
WHERE organization_id = :organization_id
    AND (created_at, id) < (:before_at, :before_id)
    AND LOWER(version) LIKE :pattern ESCAPE '\'
    AND EXISTS (
        SELECT 1 FROM release_project AS seen
        WHERE seen.release_id = release.id
            AND seen.project_id IN (
                SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
            )
    )
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: list_newer_releases
-- The same against the order: the releases right before a place, nearest first.
SELECT * FROM release
WHERE organization_id = :organization_id
    AND (created_at, id) > (:after_at, :after_id)
    AND LOWER(version) LIKE :pattern ESCAPE '\'
    AND EXISTS (
        SELECT 1 FROM release_project AS seen
        WHERE seen.release_id = release.id
            AND seen.project_id IN (
                SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
            )
    )
ORDER BY created_at, id
LIMIT :limit

-- name: list_projects
-- What each project saw of releases.
SELECT
    seen.release_id, seen.project_id, seen.first_seen, seen.last_seen, seen.events,
    seen.new_issues, seen.first_session, project.slug AS project_slug, project.name AS project_name, project.platform
FROM release_project AS seen
JOIN project ON project.id = seen.project_id
WHERE seen.release_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY seen.release_id, project.slug

-- name: list_latest
-- The newest release that each of these projects saw.
SELECT project.id AS project_id, release.version FROM project
JOIN release ON release.id = (
    SELECT MAX(seen.release_id) FROM release_project AS seen WHERE seen.project_id = project.id
)
WHERE project.id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_with_sessions
-- Those of these projects that have sessions of any release.
SELECT DISTINCT project_id FROM release_project
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j)
    AND first_session IS NOT NULL
