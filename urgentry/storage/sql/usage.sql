-- name: add_usage
-- Counts what a batch took of the limits of keys.
INSERT INTO key_usage (key_id, window_start, events)
VALUES (:key_id, :window_start, :events)
ON CONFLICT (key_id, window_start) DO UPDATE SET events = key_usage.events + excluded.events

-- name: list_usage
-- What all replicas together took of the windows that are not over.
SELECT key_id, window_start, events FROM key_usage WHERE window_start >= :since

-- name: delete_before
-- Forgets a chunk of windows that are over.
DELETE FROM key_usage
WHERE key_id IN (SELECT key_id FROM key_usage WHERE window_start < :at LIMIT :limit)
    AND window_start < :at
