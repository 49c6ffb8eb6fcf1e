-- name: insert_organization
-- Makes an organization; the slug must be free.
INSERT INTO organization (slug, name, created_at)
VALUES (:slug, :name, :created_at)
RETURNING *

-- name: get_organization
-- One organization.
SELECT * FROM organization WHERE id = :id

-- name: find_organization
-- The organization of a slug.
SELECT * FROM organization WHERE slug = :slug

-- name: list_organizations
-- Every organization of the instance.
SELECT * FROM organization ORDER BY slug

-- name: list_of_account
-- The organizations that an account is a member of.
SELECT organization.* FROM organization
JOIN member ON member.organization_id = organization.id
WHERE member.account_id = :account_id
ORDER BY organization.slug

-- name: update_organization
-- Replaces what can be set of an organization.
UPDATE organization SET
    slug = :slug, name = :name, open_membership = :open_membership, settings = :settings
WHERE id = :id
