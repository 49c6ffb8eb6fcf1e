-- name: add_hours
-- Events by hash, environment and hour.
INSERT INTO hash_hour (hash_id, environment_id, hour, events)
VALUES (:hash_id, :environment_id, :hour, :events)
ON CONFLICT (hash_id, environment_id, hour)
DO UPDATE SET events = hash_hour.events + excluded.events

-- name: count_in_hours
-- Events that hashes had in hours so far.
WITH v(hash_id, hour) AS (VALUES (CAST(:hash_id AS bigint), CAST(:hour AS bigint)))
SELECT v.hash_id, v.hour, CAST(SUM(hash_hour.events) AS bigint) AS events
FROM v
JOIN hash_hour ON hash_hour.hash_id = v.hash_id AND hash_hour.hour = v.hour
GROUP BY v.hash_id, v.hour

-- name: add_environments
-- Events by hash and environment.
INSERT INTO hash_environment (hash_id, environment_id, events, first_seen, last_seen)
VALUES (:hash_id, :environment_id, :events, :first_seen, :last_seen)
ON CONFLICT (hash_id, environment_id) DO UPDATE SET
    events = hash_environment.events + excluded.events,
    first_seen = CASE
        WHEN excluded.first_seen < hash_environment.first_seen
        THEN excluded.first_seen ELSE hash_environment.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > hash_environment.last_seen
        THEN excluded.last_seen ELSE hash_environment.last_seen
    END

-- name: add_releases
-- Events by hash and release.
INSERT INTO hash_release (hash_id, release_id, events, first_seen, last_seen)
VALUES (:hash_id, :release_id, :events, :first_seen, :last_seen)
ON CONFLICT (hash_id, release_id) DO UPDATE SET
    events = hash_release.events + excluded.events,
    first_seen = CASE
        WHEN excluded.first_seen < hash_release.first_seen
        THEN excluded.first_seen ELSE hash_release.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > hash_release.last_seen
        THEN excluded.last_seen ELSE hash_release.last_seen
    END

-- name: add_project_releases
-- Events of a release by project.
INSERT INTO release_project (release_id, project_id, first_seen, last_seen, events, new_issues)
VALUES (:release_id, :project_id, :first_seen, :last_seen, :events, :new_issues)
ON CONFLICT (release_id, project_id) DO UPDATE SET
    events = release_project.events + excluded.events,
    new_issues = release_project.new_issues + excluded.new_issues,
    first_seen = CASE
        WHEN release_project.first_seen IS NULL
            OR excluded.first_seen < release_project.first_seen
        THEN excluded.first_seen ELSE release_project.first_seen
    END,
    last_seen = CASE
        WHEN release_project.last_seen IS NULL OR excluded.last_seen > release_project.last_seen
        THEN excluded.last_seen ELSE release_project.last_seen
    END

-- name: add_users
-- Events by hash and user.
INSERT INTO hash_user (hash_id, user_key, project_id, ident, events, first_seen, last_seen)
VALUES (:hash_id, :user_key, :project_id, :ident, :events, :first_seen, :last_seen)
ON CONFLICT (hash_id, user_key) DO UPDATE SET
    events = hash_user.events + excluded.events,
    first_seen = CASE
        WHEN excluded.first_seen < hash_user.first_seen
        THEN excluded.first_seen ELSE hash_user.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > hash_user.last_seen
        THEN excluded.last_seen ELSE hash_user.last_seen
    END

-- name: list_users_met
-- Of pairs of hash and user: those whose user the issue has met, with the hash that met him.
WITH v(hash_id, user_key) AS (VALUES (CAST(:hash_id AS bigint), CAST(:user_key AS bigint)))
SELECT v.hash_id, v.user_key, met.id AS met_hash_id
FROM v
JOIN hash AS own ON own.id = v.hash_id
JOIN hash AS met ON met.issue_id = own.issue_id
JOIN hash_user ON hash_user.hash_id = met.id AND hash_user.user_key = v.user_key

-- name: add_event_users
-- Who the users of events are, by the columns that people search for.
INSERT INTO event_user
    (project_id, user_key, ident, user_id, email, username, name, ip_address, first_seen)
VALUES
    (:project_id, :user_key, :ident, :user_id, :email, :username, :name, :ip_address, :first_seen)
ON CONFLICT (project_id, user_key) DO UPDATE SET
    user_id = excluded.user_id,
    email = excluded.email,
    username = excluded.username,
    name = excluded.name,
    ip_address = excluded.ip_address

-- name: list_user_keys
-- The users that a hash keeps by name.
SELECT user_key FROM hash_user WHERE hash_id = :hash_id

-- name: get_user_sketches
-- The sketches of hashes that have one.
SELECT hash_id, registers FROM hash_user_sketch
WHERE hash_id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:hash_ids AS text)) AS j)

-- name: put_user_sketches
-- Writes sketches.
INSERT INTO hash_user_sketch (hash_id, registers)
VALUES (:hash_id, :registers)
ON CONFLICT (hash_id) DO UPDATE SET registers = excluded.registers

-- name: add_outcomes
-- What became of received items, by project, key, hour, category, outcome and reason.
INSERT INTO outcome_hour (project_id, key_id, hour, category, outcome, reason, quantity)
VALUES (:project_id, :key_id, :hour, :category, :outcome, :reason, :quantity)
ON CONFLICT (project_id, hour, key_id, category, outcome, reason)
DO UPDATE SET quantity = outcome_hour.quantity + excluded.quantity
