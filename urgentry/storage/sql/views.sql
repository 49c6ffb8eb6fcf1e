-- name: save_view
-- Keeps a view under its name, in place of the one that had it.
INSERT INTO saved_view (organization_id, account_id, name, is_shared, query, created_at)
VALUES (:organization_id, :account_id, :name, :is_shared, :query, :at)
ON CONFLICT (organization_id, account_id, name)
DO UPDATE SET is_shared = excluded.is_shared, query = excluded.query

-- name: list_views
-- A person's views and those that are shared, by name.
SELECT id, organization_id, account_id, name, is_shared, query FROM saved_view
WHERE organization_id = :organization_id AND (account_id = :account_id OR is_shared)
ORDER BY lower(name), id

-- name: get_view
-- One view of an organization.
SELECT id, organization_id, account_id, name, is_shared, query FROM saved_view
WHERE organization_id = :organization_id AND id = :id

-- name: delete_view
-- Removes a view.
DELETE FROM saved_view WHERE id = :id
