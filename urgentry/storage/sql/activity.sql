-- name: insert_entries
-- Writes entries of activity logs.
INSERT INTO activity (id, issue_id, project_id, kind, account_id, detail, at)
VALUES (:id, :issue_id, :project_id, :kind, :account_id, :detail, :at)

-- name: list_entries
-- The log of an issue, newest first.
SELECT * FROM activity
WHERE issue_id = :issue_id
ORDER BY id DESC
LIMIT :limit OFFSET :offset

-- name: get_entry
-- One entry of an issue's log.
SELECT * FROM activity WHERE id = :activity_id AND issue_id = :issue_id

-- name: set_detail
-- Changes what an entry says.
UPDATE activity SET detail = :detail WHERE id = :activity_id AND issue_id = :issue_id

-- name: delete_entry
-- Takes an entry out of the log.
DELETE FROM activity WHERE id = :activity_id AND issue_id = :issue_id

-- name: count_notes
-- How many comments issues have.
SELECT issue_id, COUNT(*) AS notes FROM activity
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
    AND kind = 'note'
GROUP BY issue_id

-- name: move_entries
-- The log of merged issues goes to the one that stays.
UPDATE activity SET issue_id = :target_id
WHERE issue_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)
