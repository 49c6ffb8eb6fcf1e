-- name: get_position
-- How far a spool is drained.
SELECT file_number, file_offset FROM spool_position WHERE spool = :spool

-- name: advance
-- Moves the position of a spool on from where it is thought to be; changes no row when it is not.
INSERT INTO spool_position (spool, file_number, file_offset, moved_at)
VALUES (:spool, :to_number, :to_offset, :at)
ON CONFLICT (spool) DO UPDATE SET
    file_number = excluded.file_number,
    file_offset = excluded.file_offset,
    moved_at = excluded.moved_at
WHERE spool_position.file_number = :since_number AND spool_position.file_offset = :since_offset

-- name: forget
-- Nothing of this spool is left.
DELETE FROM spool_position WHERE spool = :spool

-- name: delete_before
-- Spools that were not drained for long.
DELETE FROM spool_position
WHERE spool IN (
    SELECT spool FROM spool_position WHERE moved_at < :at ORDER BY moved_at LIMIT :limit
)
