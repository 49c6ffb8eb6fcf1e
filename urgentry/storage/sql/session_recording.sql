-- name: claim
-- Finds or makes sessions and locks them in key order: two servers that have updates of one session
-- agree on what it was before.
INSERT INTO open_session (project_id, sid, hour, release_id, environment_id, expires_day)
VALUES (:project_id, :sid, :hour, :release_id, :environment_id, :expires_day)
ON CONFLICT (project_id, sid) DO UPDATE SET project_id = excluded.project_id
RETURNING
    project_id, sid, hour, release_id, environment_id, expires_day, user_key, is_errored,
    is_unhandled, final, final_seq, unresponsive, updates

-- name: update
-- Writes what is known of sessions.
WITH v(project_id, sid, user_key, is_errored, is_unhandled, final, final_seq, unresponsive) AS (
    VALUES (
        CAST(:project_id AS bigint), CAST(:sid AS bytea), CAST(:user_key AS bigint),
        CAST(:is_errored AS boolean), CAST(:is_unhandled AS boolean), CAST(:final AS integer),
        CAST(:final_seq AS bigint), CAST(:unresponsive AS integer)
    )
)
UPDATE open_session SET
    user_key = v.user_key,
    is_errored = v.is_errored,
    is_unhandled = v.is_unhandled,
    final = v.final,
    final_seq = v.final_seq,
    unresponsive = v.unresponsive,
    updates = open_session.updates + 1
FROM v
WHERE open_session.project_id = v.project_id AND open_session.sid = v.sid

-- name: add_counts
-- Sessions by project, hour, release and environment.
INSERT INTO session_hour (
    project_id, hour, release_id, environment_id, started, errored, crashed, abnormal, unhandled
)
VALUES (
    :project_id, :hour, :release_id, :environment_id, :started, :errored, :crashed, :abnormal,
    :unhandled
)
ON CONFLICT (project_id, hour, release_id, environment_id) DO UPDATE SET
    started = session_hour.started + excluded.started,
    errored = session_hour.errored + excluded.errored,
    crashed = session_hour.crashed + excluded.crashed,
    abnormal = session_hour.abnormal + excluded.abnormal,
    unhandled = session_hour.unhandled + excluded.unhandled

-- name: link_releases
-- Releases that projects have, also without an event, and since when they have sessions of them.
INSERT INTO release_project (release_id, project_id, first_session)
VALUES (:release_id, :project_id, :at)
ON CONFLICT (release_id, project_id) DO UPDATE SET first_session = excluded.first_session
WHERE release_project.first_session IS NULL

-- name: claim_user_sets
-- Finds or makes sets of users and locks them in key order.
INSERT INTO session_user_set (
    project_id, width, span, release_id, environment_id, kind, users
)
VALUES (
    :project_id, :width, :span, :release_id, :environment_id, :kind, CAST('' AS bytea)
)
ON CONFLICT (project_id, width, span, release_id, environment_id, kind)
DO UPDATE SET kind = excluded.kind
RETURNING project_id, width, span, release_id, environment_id, kind, users

-- name: put_user_sets
-- Writes sets of users.
WITH v(project_id, width, span, release_id, environment_id, kind, users) AS (
    VALUES (
        CAST(:project_id AS bigint), CAST(:width AS integer), CAST(:span AS integer),
        CAST(:release_id AS bigint), CAST(:environment_id AS bigint), CAST(:kind AS integer),
        CAST(:users AS bytea)
    )
)
UPDATE session_user_set SET users = v.users
FROM v
WHERE session_user_set.project_id = v.project_id
    AND session_user_set.width = v.width
    AND session_user_set.span = v.span
    AND session_user_set.release_id = v.release_id
    AND session_user_set.environment_id = v.environment_id
    AND session_user_set.kind = v.kind
