-- name: list_marked
-- Which of these blobs were found unnamed, and when.
SELECT key, found_at FROM unnamed_blob
WHERE key IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:keys AS text)) AS j)

-- name: mark
-- Remembers that no row names these blobs.
INSERT INTO unnamed_blob (key, found_at) VALUES (:key, :found_at) ON CONFLICT (key) DO NOTHING

-- name: unmark
-- Forgets that blobs were found unnamed: they are gone, or named again.
DELETE FROM unnamed_blob
WHERE key IN (SELECT CAST(j.value AS text) FROM json_each(CAST(:keys AS text)) AS j)

-- name: delete_marks
-- Forgets a chunk of the marks of blobs whose keys lie in a range.
DELETE FROM unnamed_blob
WHERE key IN (
    SELECT key FROM unnamed_blob WHERE key >= :first AND key < :end ORDER BY key LIMIT :limit
)
