-- name: insert_segments
-- Writes segments that are not there yet.
INSERT INTO replay_segment (
    id, expires_day, project_id, replay_id, segment, is_video, size, blob_key
)
VALUES (:id, :expires_day, :project_id, :replay_id, :segment, :is_video, :size, :blob_key)
ON CONFLICT (project_id, replay_id, segment, is_video) DO NOTHING
RETURNING id

-- name: hold_replay
-- A replay, made where there is none, and kept as it is until the end of the transaction.
INSERT INTO replay (
    id, expires_day, project_id, replay_id, started_at, finished_at, segments, facts
)
VALUES (:id, :expires_day, :project_id, :replay_id, :started_at, :finished_at, 0, '{}')
ON CONFLICT (project_id, replay_id) DO UPDATE SET replay_id = excluded.replay_id
RETURNING id, expires_day, project_id, replay_id, started_at, finished_at, segments, facts

-- name: set_replay
-- What is known of a replay now.
UPDATE replay SET
    expires_day = :expires_day, started_at = :started_at, finished_at = :finished_at,
    segments = :segments, facts = :facts
WHERE id = :id

-- name: list_replays
-- Replays of projects that began in a time, from a place on, the newest first.
SELECT * FROM replay
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j)
    AND started_at >= :since AND started_at < :until AND expires_day > :today
    AND (started_at, id) < (CAST(:before_at AS bigint), CAST(:before_id AS bigint))
ORDER BY started_at DESC, id DESC
LIMIT :limit

-- name: find_replay
-- A replay of one of some projects by its id.
SELECT * FROM replay
WHERE project_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j)
    AND replay_id = :replay_id AND expires_day > :today
LIMIT 1

-- name: list_segments
-- Segments of a replay in their order.
SELECT * FROM replay_segment
WHERE project_id = :project_id AND replay_id = :replay_id AND expires_day > :today
ORDER BY segment, is_video

-- name: delete_replay
-- A replay.
DELETE FROM replay WHERE project_id = :project_id AND replay_id = :replay_id

-- name: delete_segments
-- Its segments.
DELETE FROM replay_segment WHERE project_id = :project_id AND replay_id = :replay_id

-- name: list_named
-- Which of these blobs are named.
SELECT DISTINCT blob_key FROM replay_segment
WHERE blob_key IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:keys AS text)) AS j)

-- name: delete_expired
-- A chunk of the replays whose day has come.
DELETE FROM replay WHERE id IN (SELECT id FROM replay WHERE expires_day <= :today LIMIT :limit)

-- name: delete_expired_segments
-- A chunk of the segments whose day has come.
DELETE FROM replay_segment
WHERE id IN (SELECT id FROM replay_segment WHERE expires_day <= :today LIMIT :limit)

-- name: delete_of_project
-- A chunk of the replays of a project.
DELETE FROM replay
WHERE id IN (SELECT id FROM replay WHERE project_id = :project_id ORDER BY replay_id LIMIT :limit)

-- name: delete_segments_of_project
-- A chunk of their segments.
DELETE FROM replay_segment
WHERE id IN (
    SELECT id FROM replay_segment
    WHERE project_id = :project_id
    ORDER BY replay_id, segment, is_video
    LIMIT :limit
)
