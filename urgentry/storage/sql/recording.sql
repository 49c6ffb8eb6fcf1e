-- name: enter_batch
-- Says, in the batch's own transaction, that it was applied.
INSERT INTO applied_batch (id, applied_at) VALUES (:id, :applied_at)

-- name: find_batch
-- Whether a batch whose commit was ambiguous was applied.
SELECT 1 FROM applied_batch WHERE id = :id

-- name: delete_batches_before
-- Forgets a chunk of batch ids that nobody asks for any more.
DELETE FROM applied_batch
WHERE id IN (SELECT id FROM applied_batch WHERE applied_at < :at LIMIT :limit)

-- name: claim_event_ids
-- Takes event ids; those that come back were free in this slice and in the two beside it.
WITH v(slice, project_id, event_id, event_row, expires_day) AS (
    VALUES (
        CAST(:slice AS bigint), CAST(:project_id AS bigint), CAST(:event_id AS bytea),
        CAST(:event_row AS bigint), CAST(:expires_day AS bigint)
    )
)
INSERT INTO event_id (slice, project_id, event_id, event_row, expires_day)
SELECT v.slice, v.project_id, v.event_id, v.event_row, v.expires_day
FROM v
WHERE NOT EXISTS (
    SELECT 1 FROM event_id AS taken
    WHERE taken.slice IN (:before, :after)
        AND taken.project_id = v.project_id AND taken.event_id = v.event_id
)
ON CONFLICT (slice, project_id, event_id) DO NOTHING
RETURNING project_id, event_id

-- name: insert_events
-- Writes the narrow rows of events.
INSERT INTO event (
    expires_day, id, project_id, hash_id, event_id, timestamp, environment_id, release_id,
    tagset_id, user_key, level
)
VALUES (
    :expires_day, :id, :project_id, :hash_id, :event_id, :timestamp, :environment_id, :release_id,
    :tagset_id, :user_key, :level
)

-- name: insert_bodies
-- Writes the compressed payloads of events.
INSERT INTO event_body (expires_day, id, codec, body) VALUES (:expires_day, :id, :codec, :body)

-- name: advance_short_ids
-- Hands out short ids: the last of the range that was taken.
INSERT INTO project_counter (project_id, last_short_id)
VALUES (:project_id, :count)
ON CONFLICT (project_id)
DO UPDATE SET last_short_id = project_counter.last_short_id + excluded.last_short_id
RETURNING project_id, last_short_id

-- name: insert_issues
-- Makes issues without events; count_events adds those.
INSERT INTO issue (
    project_id, short_id, type, title, culprit, level, platform, logger, metadata, search_text,
    status_changed_at, priority, first_seen, last_seen, times_seen, first_release_id
)
VALUES (
    :project_id, :short_id, :type, :title, :culprit, :level, :platform, :logger, :metadata,
    :search_text, :created_at, :priority, :first_seen, :last_seen, 0, :release_id
)
RETURNING id, project_id, short_id

-- name: lock_issues (sqlite)
-- Issues as they are, which nobody else changes until the end of the transaction: on SQLite since it
-- writes, on PostgreSQL since their rows are locked, in the order of their ids.
WITH v(id) AS (VALUES (:id))
SELECT
    issue.id, issue.project_id, issue.short_id, issue.status, issue.status_changed_at,
    issue.times_seen, issue.users_seen, issue.resolution, issue.resolution_release_id,
    issue.archive_until_at, issue.archive_until_times_seen, issue.archive_until_users_seen
FROM v JOIN issue ON issue.id = v.id

-- name: lock_issues (postgres)
WITH v(id) AS (VALUES (CAST(:id AS bigint)))
SELECT
    issue.id, issue.project_id, issue.short_id, issue.status, issue.status_changed_at,
    issue.times_seen, issue.users_seen, issue.resolution, issue.resolution_release_id,
    issue.archive_until_at, issue.archive_until_times_seen, issue.archive_until_users_seen
FROM v JOIN issue ON issue.id = v.id
ORDER BY issue.id
FOR UPDATE OF issue

-- name: count_events
-- Adds a batch's events to issues; what the newest event says of the issue replaces what was known.
WITH v(
    id, events, users, first_seen, last_seen, title, culprit, level, metadata, search_text,
    release_id
) AS (
    VALUES (
        CAST(:id AS bigint), CAST(:events AS bigint), CAST(:users AS bigint),
        CAST(:first_seen AS bigint), CAST(:last_seen AS bigint), CAST(:title AS text),
        CAST(:culprit AS text), CAST(:level AS integer), CAST(:metadata AS text),
        CAST(:search_text AS text), CAST(:release_id AS bigint)
    )
)
UPDATE issue SET
    times_seen = issue.times_seen + v.events,
    users_seen = issue.users_seen + v.users,
    first_seen = CASE
        WHEN v.first_seen < issue.first_seen THEN v.first_seen ELSE issue.first_seen
    END,
    last_seen = CASE WHEN v.last_seen > issue.last_seen THEN v.last_seen ELSE issue.last_seen END,
    title = v.title,
    culprit = v.culprit,
    level = v.level,
    metadata = v.metadata,
    search_text = v.search_text,
    last_release_id = COALESCE(v.release_id, issue.last_release_id)
FROM v
WHERE issue.id = v.id

-- name: reopen_issues
-- Moves issues back to unresolved because an event arrived.
WITH v(id, substatus, changed_at) AS (
    VALUES (CAST(:id AS bigint), CAST(:substatus AS text), CAST(:changed_at AS bigint))
)
UPDATE issue SET
    status = 0,
    substatus = v.substatus,
    status_changed_at = v.changed_at,
    resolution = NULL,
    resolution_release_id = NULL,
    resolved_by = NULL,
    archive_until_at = NULL,
    archive_until_times_seen = NULL,
    archive_until_users_seen = NULL,
    archived_by = NULL
FROM v
WHERE issue.id = v.id

-- name: insert_activities
-- Writes entries of activity logs.
INSERT INTO activity (id, issue_id, project_id, kind, account_id, detail, at)
VALUES (:id, :issue_id, :project_id, :kind, :account_id, :detail, :at)

-- name: mark_first_events
-- Projects whose first event this is; one that nobody gave a platform takes the event's.
WITH v(id, platform) AS (VALUES (CAST(:id AS bigint), CAST(:platform AS text)))
UPDATE project SET
    first_event_at = :at,
    platform = CASE WHEN project.platform = '' THEN v.platform ELSE project.platform END
FROM v
WHERE project.id = v.id AND project.first_event_at IS NULL

-- name: intern_environments
-- Finds or makes environments by name.
INSERT INTO environment (project_id, name, first_seen)
VALUES (:project_id, :name, :seen)
ON CONFLICT (project_id, name) DO UPDATE SET name = excluded.name
RETURNING id, project_id, name

-- name: intern_releases
-- Finds or makes releases by version.
INSERT INTO release (organization_id, version, package, sort_key, created_at)
VALUES (:organization_id, :version, :package, :sort_key, :seen)
ON CONFLICT (organization_id, version) DO UPDATE SET version = excluded.version
RETURNING id, organization_id, version

-- name: intern_tagsets
-- Finds or makes tag sets by digest, and notes that they are used on a day.
INSERT INTO tagset (project_id, digest, tags, last_day)
VALUES (:project_id, :digest, :tags, :day)
ON CONFLICT (project_id, digest) DO UPDATE SET
    last_day = CASE WHEN tagset.last_day < excluded.last_day
        THEN excluded.last_day ELSE tagset.last_day END
RETURNING id, project_id, digest

-- name: list_release_ages
-- What decides which of two releases is newer.
SELECT id, package, sort_key, COALESCE(released_at, created_at) AS released_at
FROM release
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
