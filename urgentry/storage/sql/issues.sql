-- name: get_issue
-- One issue.
SELECT * FROM issue WHERE id = :issue_id

-- name: list_issues
-- Issues by their ids.
SELECT * FROM issue
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
ORDER BY id

-- name: find_redirect
-- Where an issue went when it was merged away.
SELECT target_issue_id FROM issue_redirect WHERE issue_id = :issue_id

-- name: find_by_short_id
-- The issue of a short id, also of one that was merged away.
SELECT issue.id FROM project
JOIN issue ON issue.project_id = project.id AND issue.short_id = :short_id
WHERE project.organization_id = :organization_id AND project.slug = :slug
UNION ALL
SELECT issue_redirect.target_issue_id FROM project
JOIN issue_redirect
    ON issue_redirect.project_id = project.id AND issue_redirect.short_id = :short_id
WHERE project.organization_id = :organization_id AND project.slug = :slug

-- name: list_page
-- A page of the issues that meet a condition, in the order of a sort, with what they sort by.
SELECT issue.*, found.sorted_by
FROM (
    SELECT issue.id, {sort} AS sorted_by FROM issue
    WHERE {projects} AND {condition} AND {place}
    ORDER BY sorted_by DESC, issue.id DESC
    LIMIT :limit
) AS found
JOIN issue ON issue.id = found.id
ORDER BY found.sorted_by DESC, found.id DESC

-- name: list_page_before
-- The same against the order: the page that ends right before a place.
SELECT issue.*, found.sorted_by
FROM (
    SELECT issue.id, {sort} AS sorted_by FROM issue
    WHERE {projects} AND {condition} AND {place}
    ORDER BY sorted_by, issue.id
    LIMIT :limit
) AS found
JOIN issue ON issue.id = found.id
ORDER BY found.sorted_by DESC, found.id DESC

-- name: count_matching
-- How many issues meet a condition, counted up to a bound.
SELECT COUNT(*) FROM (
    SELECT 1 FROM issue WHERE {projects} AND {condition} LIMIT :limit
) AS found

-- name: list_matching_ids
-- The newest issues that meet a condition, up to a bound: what a bulk change of a search means.
SELECT issue.id FROM issue
WHERE {projects} AND {condition}
ORDER BY issue.last_seen DESC, issue.id DESC
LIMIT :limit

-- fragment: projects_one
-- One project: its own text, so that the index answers in order.
issue.project_id = :project_id

-- fragment: projects_many
issue.project_id IN (
    SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
)

-- fragment: place_any
1 = 1

-- fragment: place_after
({sort}, issue.id) < (CAST(:position AS bigint), CAST(:issue_id AS bigint))

-- fragment: place_before
({sort}, issue.id) > (CAST(:position AS bigint), CAST(:issue_id AS bigint))

-- fragment: sort_date
issue.last_seen

-- fragment: sort_new
issue.first_seen

-- fragment: sort_freq
issue.times_seen

-- fragment: sort_user
issue.users_seen

-- fragment: sort_inbox
issue.status_changed_at

-- fragment: sort_priority
-- Priority first, then the time: microseconds stay below 2^51 until the year 2041.
issue.priority * 2251799813685248 + issue.last_seen

-- fragment: sort_trends
-- Events since an hour.
CASE WHEN issue.last_seen < CAST(:trend_hour AS bigint) * 3600000000 THEN 0 ELSE COALESCE((
    SELECT CAST(SUM(hash_hour.events) AS bigint) FROM hash
    JOIN hash_hour ON hash_hour.hash_id = hash.id
    WHERE hash.issue_id = issue.id AND hash_hour.hour >= CAST(:trend_hour AS bigint)
), 0) END

-- name: list_hashes
-- The hashes of an issue that have events, the busiest first.
SELECT id, project_id, hash, first_seen, last_seen, times_seen, users_seen, unstored FROM hash
WHERE issue_id = :issue_id
ORDER BY times_seen DESC, id

-- name: set_resolved
-- Resolves issues.
UPDATE issue SET
    status = 1,
    substatus = '',
    status_changed_at = :at,
    resolution = :resolution,
    resolution_release_id = CAST(:release_id AS bigint),
    resolved_by = CAST(:account_id AS bigint),
    archive_until_at = NULL,
    archive_until_times_seen = NULL,
    archive_until_users_seen = NULL,
    archived_by = NULL
WHERE id = :issue_id

-- name: set_unresolved
-- Opens an issue again.
UPDATE issue SET
    status = 0,
    substatus = :substatus,
    status_changed_at = :at,
    resolution = NULL,
    resolution_release_id = NULL,
    resolved_by = NULL,
    archive_until_at = NULL,
    archive_until_times_seen = NULL,
    archive_until_users_seen = NULL,
    archived_by = NULL
WHERE id = :issue_id

-- name: set_archived
-- Archives an issue until something happens.
UPDATE issue SET
    status = 2,
    substatus = :substatus,
    status_changed_at = :at,
    resolution = NULL,
    resolution_release_id = NULL,
    resolved_by = NULL,
    archive_until_at = CAST(:until_at AS bigint),
    archive_until_times_seen = CAST(:until_times_seen AS bigint),
    archive_until_users_seen = CAST(:until_users_seen AS bigint),
    archived_by = CAST(:account_id AS bigint)
WHERE id = :issue_id

-- name: set_substatus
-- Moves an unresolved issue between new, ongoing, …
UPDATE issue SET substatus = :substatus WHERE id = :issue_id

-- name: list_waiting
-- Open issues that have been new or back again since before a time.
SELECT issue.id, project.organization_id FROM project
JOIN issue ON issue.project_id = project.id AND issue.status = 0
WHERE issue.substatus IN ('new', 'regressed', 'escalating')
    AND issue.status_changed_at < :before
ORDER BY project.organization_id, issue.id
LIMIT :limit

-- name: set_ongoing
-- Makes those of some issues ongoing to which that still applies.
UPDATE issue SET substatus = 'ongoing'
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
    AND status = 0
    AND substatus IN ('new', 'regressed', 'escalating')
    AND status_changed_at < :before
RETURNING *

-- name: list_archived_until_escalating
-- Issues that wait for that, were archived before a time and had events since.
SELECT issue.id, project.organization_id, issue.first_seen FROM project
JOIN issue ON issue.project_id = project.id AND issue.status = 2
WHERE issue.substatus = 'archived_until_escalating'
    AND issue.last_seen >= :active_since
    AND issue.status_changed_at < :active_since
    AND issue.id > :after
ORDER BY issue.id
LIMIT :limit

-- name: set_escalating
-- Brings those of some issues back to which that still applies.
UPDATE issue SET
    status = 0,
    substatus = 'escalating',
    status_changed_at = :at,
    archived_by = NULL
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
    AND status = 2
    AND substatus = 'archived_until_escalating'
RETURNING *

-- name: set_priority
-- Sets the priority by hand.
UPDATE issue SET priority = :priority, priority_locked = TRUE WHERE id = :issue_id

-- name: set_assignee
-- Assigns an issue, or nobody.
UPDATE issue SET
    assignee_account_id = CAST(:account_id AS bigint),
    assignee_team_id = CAST(:team_id AS bigint)
WHERE id = :issue_id

-- name: add_bookmark
-- Marks an issue for a person.
INSERT INTO bookmark (account_id, issue_id, created_at) VALUES (:account_id, :issue_id, :at)
ON CONFLICT (account_id, issue_id) DO NOTHING

-- name: remove_bookmark
-- Takes the mark away.
DELETE FROM bookmark WHERE account_id = :account_id AND issue_id = :issue_id

-- name: mark_viewed
-- A person looked at an issue.
INSERT INTO issue_viewed (account_id, issue_id, viewed_at) VALUES (:account_id, :issue_id, :at)
ON CONFLICT (account_id, issue_id) DO UPDATE SET viewed_at = excluded.viewed_at

-- name: unmark_viewed
-- As if a person had not looked at an issue.
DELETE FROM issue_viewed WHERE account_id = :account_id AND issue_id = :issue_id

-- name: list_viewers
-- Who looked at an issue, the latest first.
SELECT account_id, viewed_at FROM issue_viewed
WHERE issue_id = :issue_id
ORDER BY viewed_at DESC, account_id
LIMIT 100

-- name: list_bookmarked
-- Of issues: those that a person marked.
SELECT issue_id FROM bookmark
WHERE account_id = :account_id
    AND issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_viewed
-- Of issues: those that a person looked at.
SELECT issue_id FROM issue_viewed
WHERE account_id = :account_id
    AND issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_unhandled
-- Of issues: those with an event whose error nobody caught.
SELECT DISTINCT hash.issue_id FROM hash
JOIN hash_tag
    ON hash_tag.hash_id = hash.id
    AND hash_tag.tag_key = 'handled'
    AND hash_tag.tag_value = 'no'
WHERE hash.issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_release_versions
-- Releases by their ids.
SELECT id, version FROM release
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: list_latest_releases
-- The newest release of each project.
SELECT project_id, MAX(release_id) AS release_id FROM release_project
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j)
GROUP BY project_id
