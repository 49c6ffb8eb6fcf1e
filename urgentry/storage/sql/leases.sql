-- name: take
-- Makes someone the holder of a job that nobody holds and that is due.
INSERT INTO job_lease (name, holder, expires_at, last_finished_at)
VALUES (:name, :holder, :expires_at, NULL)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE job_lease.expires_at <= :now
    AND (job_lease.last_finished_at IS NULL OR job_lease.last_finished_at <= :due)
RETURNING holder

-- name: extend
-- Keeps a job for longer.
UPDATE job_lease SET expires_at = :expires_at WHERE name = :name AND holder = :holder

-- name: finish
-- Gives a job back that is done.
UPDATE job_lease SET expires_at = :now, last_finished_at = :now
WHERE name = :name AND holder = :holder
