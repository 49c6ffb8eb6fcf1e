-- name: insert_token
-- Keeps a token by its hash.
INSERT INTO api_token (
    token_hash, account_id, organization_id, name, scopes, token_hint, created_at, created_by,
    expires_at
)
VALUES (
    :token_hash, :account_id, :organization_id, :name, :scopes, :token_hint, :created_at,
    :created_by, :expires_at
)
RETURNING *

-- name: find_token
-- The token of a hash.
SELECT * FROM api_token WHERE token_hash = :token_hash

-- name: list_of_account
-- An account's tokens, newest first.
SELECT * FROM api_token WHERE account_id = :account_id ORDER BY id DESC

-- name: list_of_organization
-- An organization's own tokens, newest first.
SELECT * FROM api_token
WHERE organization_id = :organization_id AND account_id IS NULL
ORDER BY id DESC

-- name: rename_token
-- Renames a token.
UPDATE api_token SET name = :name WHERE id = :id

-- name: touch_token
-- Says that a token was used, at most once a while.
UPDATE api_token SET last_used_at = :at
WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :stale)

-- name: delete_token
-- Removes a token.
DELETE FROM api_token WHERE id = :id
