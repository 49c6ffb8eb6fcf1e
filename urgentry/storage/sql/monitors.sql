-- name: hold_monitor
-- A project's monitor by slug, kept as it is until the end of the transaction.
UPDATE monitor SET slug = slug WHERE project_id = :project_id AND slug = :slug
RETURNING
    id, project_id, slug, name, status, is_muted, is_upserting, config, owner_account_id,
    owner_team_id, created_at

-- name: insert_monitor
-- A monitor, unless the project has one of that slug.
INSERT INTO monitor (
    id, project_id, slug, name, status, is_muted, is_upserting, config, owner_account_id,
    owner_team_id, created_at
)
VALUES (
    :id, :project_id, :slug, :name, :status, :is_muted, :is_upserting, :config,
    :owner_account_id, :owner_team_id, :at
)
ON CONFLICT (project_id, slug) DO NOTHING

-- name: update_monitor
-- What a monitor is to be from now on.
UPDATE monitor SET
    slug = :slug, name = :name, status = :status, is_muted = :is_muted,
    is_upserting = :is_upserting, config = :config, owner_account_id = :owner_account_id,
    owner_team_id = :owner_team_id
WHERE id = :id

-- name: get_monitor
-- A monitor by id.
SELECT * FROM monitor WHERE id = :id

-- name: list_monitors
-- Monitors of projects, by slug.
SELECT * FROM monitor
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j)
ORDER BY slug, id

-- name: find_monitors
-- Monitors of projects with a slug or an id.
SELECT * FROM monitor
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j)
    AND (slug = :slug OR id = CAST(:id AS bigint))
ORDER BY project_id
LIMIT 2

-- name: delete_monitor
-- A monitor.
DELETE FROM monitor WHERE id = :id

-- name: hold_environment
-- An environment of a monitor, made where there is none, and kept as it is until the end of the
-- transaction.
INSERT INTO monitor_environment (id, monitor_id, project_id, name, status, streak, created_at)
VALUES (:id, :monitor_id, :project_id, :name, 0, 0, :at)
ON CONFLICT (monitor_id, name) DO UPDATE SET name = excluded.name
RETURNING
    id, monitor_id, project_id, name, status, streak, is_muted, created_at, last_check_in,
    next_check_in, next_check_in_latest

-- name: set_environment
-- How an environment fares, and when its next check-in is expected.
UPDATE monitor_environment SET
    status = :status, streak = :streak, last_check_in = :last_check_in,
    next_check_in = :next_check_in, next_check_in_latest = :next_check_in_latest
WHERE id = :id

-- name: mute_environments
-- Whether environments of a monitor are muted: some by name, or all of them.
UPDATE monitor_environment SET is_muted = :is_muted
WHERE monitor_id = :monitor_id
    AND (
        CAST(:all AS boolean)
        OR name IN (SELECT j.value FROM json_each(CAST(:names AS text)) AS j)
    )

-- name: expect
-- When the next check-in of a monitor is expected wherever one has come before.
UPDATE monitor_environment SET next_check_in = :due, next_check_in_latest = :latest
WHERE monitor_id = :monitor_id AND next_check_in IS NOT NULL

-- name: list_environments
-- Environments of monitors, by name.
SELECT * FROM monitor_environment
WHERE monitor_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:monitor_ids AS text)) AS j)
ORDER BY name, id

-- name: delete_environments
-- Environments of a monitor by name, or all of them.
DELETE FROM monitor_environment
WHERE monitor_id = :monitor_id
    AND (
        CAST(:all AS boolean)
        OR name IN (SELECT j.value FROM json_each(CAST(:names AS text)) AS j)
    )
RETURNING id

-- name: delete_check_ins_of
-- A chunk of the check-ins of environments.
DELETE FROM check_in
WHERE id IN (
    SELECT id FROM check_in
    WHERE environment_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j
    )
    LIMIT :limit
)

-- name: list_overdue
-- Environments whose check-in was expected and has not come.
SELECT monitor_environment.id, monitor_environment.name, monitor.project_id, monitor.slug
FROM monitor_environment
JOIN monitor ON monitor.id = monitor_environment.monitor_id AND monitor.status = 0
JOIN project ON project.id = monitor.project_id
WHERE monitor_environment.next_check_in_latest <= :now
ORDER BY monitor_environment.next_check_in_latest
LIMIT :limit

-- name: find_check_in
-- A check-in of a monitor by the client's id.
SELECT * FROM check_in WHERE monitor_id = :monitor_id AND guid = :guid

-- name: find_running
-- The newest run of an environment that is in progress.
SELECT * FROM check_in
WHERE environment_id = :environment_id AND status = 3
ORDER BY id DESC
LIMIT 1

-- name: last_good
-- When the last run went well, among the newest check-ins of an environment.
SELECT MAX(updated_at) AS at
FROM (
    SELECT status, updated_at FROM check_in
    WHERE environment_id = :environment_id
    ORDER BY id DESC
    LIMIT :among
) AS recent
WHERE status = 1

-- name: insert_check_in
-- A check-in.
INSERT INTO check_in (
    id, expires_day, project_id, monitor_id, environment_id, guid, status, started_at, updated_at,
    expected_at, timeout_at, duration_ms, trace_id
)
VALUES (
    :id, :expires_day, :project_id, :monitor_id, :environment_id, :guid, :status, :started_at,
    :updated_at, :expected_at, :timeout_at, :duration_ms, :trace_id
)

-- name: update_check_in
-- How a run stands now.
UPDATE check_in SET
    status = :status, updated_at = :updated_at, timeout_at = :timeout_at,
    duration_ms = COALESCE(:duration_ms, duration_ms), trace_id = COALESCE(:trace_id, trace_id)
WHERE id = :id

-- name: list_timed_out
-- Runs that take too long.
SELECT check_in.id, check_in.guid, check_in.monitor_id, monitor_environment.name
FROM check_in
JOIN monitor_environment ON monitor_environment.id = check_in.environment_id
JOIN project ON project.id = check_in.project_id
WHERE check_in.timeout_at <= :now
ORDER BY check_in.timeout_at
LIMIT :limit

-- name: end_run
-- Says that a run took too long, unless it has ended meanwhile.
UPDATE check_in SET status = 5, timeout_at = NULL, updated_at = :at
WHERE id = :id AND timeout_at IS NOT NULL

-- name: list_check_ins
-- Check-ins of a monitor from one on that stand before another, newest first.
SELECT check_in.*, monitor_environment.name AS environment
FROM check_in
JOIN monitor_environment ON monitor_environment.id = check_in.environment_id
WHERE check_in.monitor_id = :monitor_id AND check_in.id >= :since AND check_in.id < :before
    AND (
        CAST(:all AS boolean)
        OR monitor_environment.name IN (SELECT j.value FROM json_each(CAST(:names AS text)) AS j)
    )
ORDER BY check_in.id DESC
LIMIT :limit

-- name: count_by_slot
-- How many check-ins of monitors stand how, by environment and slot of time.
SELECT
    environment_id, CAST((id - :since) / :width AS bigint) AS slot, status,
    CAST(COUNT(*) AS bigint) AS runs
FROM check_in
WHERE monitor_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:monitor_ids AS text)) AS j)
    AND id >= :since AND id < :until
GROUP BY environment_id, CAST((id - :since) / :width AS bigint), status

-- name: delete_expired
-- A chunk of the check-ins whose day has come.
DELETE FROM check_in
WHERE id IN (SELECT id FROM check_in WHERE expires_day <= :today LIMIT :limit)

-- name: delete_check_ins_of_project
-- A chunk of the check-ins of a project.
DELETE FROM check_in
WHERE id IN (SELECT id FROM check_in WHERE project_id = :project_id LIMIT :limit)

-- name: delete_environments_of_project
-- A chunk of its monitors' environments.
DELETE FROM monitor_environment
WHERE id IN (SELECT id FROM monitor_environment WHERE project_id = :project_id LIMIT :limit)

-- name: delete_of_project
-- A chunk of its monitors.
DELETE FROM monitor
WHERE id IN (SELECT id FROM monitor WHERE project_id = :project_id LIMIT :limit)
