-- name: list_received
-- Of which kinds there is data of projects; each is one look into an index.
SELECT
    wanted.id,
    EXISTS (
        SELECT 1 FROM telemetry_attribute AS kept
        WHERE kept.project_id = wanted.id AND kept.kind = :span AND kept.name = :of_transactions
    ) AS transactions,
    EXISTS (
        SELECT 1 FROM telemetry_attribute AS kept
        WHERE kept.project_id = wanted.id AND kept.kind = :log
    ) AS logs,
    EXISTS (
        SELECT 1 FROM telemetry_attribute AS kept
        WHERE kept.project_id = wanted.id AND kept.kind = :metric
    ) AS metrics,
    EXISTS (SELECT 1 FROM profile WHERE profile.project_id = wanted.id) AS profiles,
    EXISTS (SELECT 1 FROM replay WHERE replay.project_id = wanted.id) AS replays,
    EXISTS (SELECT 1 FROM monitor WHERE monitor.project_id = wanted.id) AS monitors,
    EXISTS (
        SELECT 1 FROM issue WHERE issue.project_id = wanted.id AND issue.type = 'feedback'
    ) AS feedback,
    EXISTS (SELECT 1 FROM feedback WHERE feedback.project_id = wanted.id) AS reports
FROM (
    SELECT CAST(j.value AS bigint) AS id FROM json_each(CAST(:project_ids AS text)) AS j
) AS wanted
