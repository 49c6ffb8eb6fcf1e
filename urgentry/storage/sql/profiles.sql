-- name: insert_profiles
-- Writes profiles that are not there yet.
INSERT INTO profile (
    id, expires_day, project_id, kind, profile_id, profiler_id, transaction_id, trace_id,
    transaction_name, platform, release, environment, started_at, duration_us, samples,
    meta_length, size, blob_key
)
VALUES (
    :id, :expires_day, :project_id, :kind, :profile_id, :profiler_id, :transaction_id, :trace_id,
    :transaction_name, :platform, :release, :environment, :started_at, :duration_us, :samples,
    :meta_length, :size, :blob_key
)
ON CONFLICT (project_id, profile_id) DO NOTHING
RETURNING id

-- name: find_profile
-- A profile of a project by its id.
SELECT * FROM profile
WHERE project_id = :project_id AND profile_id = :profile_id AND expires_day > :today

-- name: list_chunks
-- The pieces of a continuous profile that began in a time, in order.
SELECT * FROM profile
WHERE project_id = :project_id AND profiler_id = :profiler_id AND expires_day > :today
    AND started_at >= :since AND started_at < :until
ORDER BY started_at, id
LIMIT :limit

-- name: list_named
-- Which of these blobs are named.
SELECT DISTINCT blob_key FROM profile
WHERE blob_key IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:keys AS text)) AS j)

-- name: delete_expired
-- A chunk of those whose day has come.
DELETE FROM profile WHERE id IN (SELECT id FROM profile WHERE expires_day <= :today LIMIT :limit)

-- name: delete_of_project
-- A chunk of those of a project.
DELETE FROM profile
WHERE id IN (
    SELECT id FROM profile WHERE project_id = :project_id ORDER BY profile_id LIMIT :limit
)
