-- name: insert_account
-- Makes an account; the e-mail address must be free.
INSERT INTO account (email, name, password_hash, is_instance_admin, created_at)
VALUES (:email, :name, :password_hash, :is_instance_admin, :created_at)
RETURNING *

-- name: get_account
-- One account.
SELECT * FROM account WHERE id = :id

-- name: find_account
-- The account of an e-mail address.
SELECT * FROM account WHERE email = :email

-- name: list_accounts
-- Accounts by their ids.
SELECT * FROM account
WHERE id IN (SELECT CAST(j.value AS bigint) FROM json_each(CAST(:ids AS text)) AS j)

-- name: find_any
-- Whether anybody may sign in yet.
SELECT 1 FROM account LIMIT 1

-- name: hold_first
-- Lets one transaction at a time make the first account. The feed's row is the one lock that every
-- database has from its first day.
UPDATE feed SET head = head WHERE id = 1

-- name: set_name
-- Renames an account.
UPDATE account SET name = :name WHERE id = :id

-- name: set_password
-- Replaces an account's password.
UPDATE account SET password_hash = :password_hash WHERE id = :id

-- name: set_preferences
-- Replaces what an account chose for its pages.
UPDATE account SET preferences = :preferences WHERE id = :id

-- name: set_instance_admin
-- Gives or takes the administration of the whole instance.
UPDATE account SET is_instance_admin = :is_instance_admin WHERE id = :id

-- name: record_login
-- Says when an account last signed in.
UPDATE account SET last_login_at = :at WHERE id = :id

-- name: insert_session
-- Signs a browser in.
INSERT INTO account_session (
    token_hash, account_id, created_at, expires_at, user_agent, ip_address
)
VALUES (:token_hash, :account_id, :created_at, :expires_at, :user_agent, :ip_address)

-- name: find_session_account
-- The account that a session cookie speaks for, while the session lasts.
SELECT account.* FROM account_session AS session
JOIN account ON account.id = session.account_id
WHERE session.token_hash = :token_hash AND session.expires_at > :at

-- name: list_sessions
-- Where an account is signed in, newest first.
SELECT * FROM account_session
WHERE account_id = :account_id AND expires_at > :at
ORDER BY created_at DESC

-- name: delete_session
-- Signs one browser of an account out.
DELETE FROM account_session WHERE token_hash = :token_hash AND account_id = :account_id

-- name: delete_other_sessions
-- Signs every browser of an account out but one.
DELETE FROM account_session WHERE account_id = :account_id AND token_hash <> :token_hash

-- name: delete_expired_sessions
-- Forgets a chunk of sessions that ended.
DELETE FROM account_session
WHERE token_hash IN (
    SELECT token_hash FROM account_session WHERE expires_at <= :at LIMIT :limit
)

-- name: count_failure
-- Counts a failed sign-in; a window that is over starts anew.
INSERT INTO login_throttle (subject, failures, window_start)
VALUES (:subject, 1, :at)
ON CONFLICT (subject) DO UPDATE SET
    failures = CASE
        WHEN login_throttle.window_start <= :expired THEN 1 ELSE login_throttle.failures + 1
    END,
    window_start = CASE
        WHEN login_throttle.window_start <= :expired THEN excluded.window_start
        ELSE login_throttle.window_start
    END
RETURNING failures, window_start

-- name: clear_failures
-- Forgets the failed sign-ins of a subject.
DELETE FROM login_throttle WHERE subject = :subject

-- name: take_back_failure
-- Counts one failed sign-in of a subject less.
UPDATE login_throttle SET failures = failures - 1 WHERE subject = :subject AND failures > 0

-- name: delete_expired_failures
-- Forgets a chunk of windows that are over.
DELETE FROM login_throttle
WHERE subject IN (SELECT subject FROM login_throttle WHERE window_start <= :expired LIMIT :limit)
