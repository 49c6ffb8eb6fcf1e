-- name: insert_member
-- Takes an account into an organization, or invites an address when the account is null.
INSERT INTO member (
    organization_id, account_id, email, role, invitation_hash, invitation_expires_at, invited_by,
    created_at
)
VALUES (
    :organization_id, :account_id, :email, :role, :invitation_hash, :invitation_expires_at,
    :invited_by, :created_at
)
RETURNING id

-- name: get_member
-- One member or invitation of an organization.
SELECT member.*, account.name, inviter.email AS inviter_email FROM member
LEFT JOIN account ON account.id = member.account_id
LEFT JOIN account AS inviter ON inviter.id = member.invited_by
WHERE member.organization_id = :organization_id AND member.id = :id

-- name: find_by_account
-- An account's place in an organization.
SELECT member.*, account.name, inviter.email AS inviter_email FROM member
LEFT JOIN account ON account.id = member.account_id
LEFT JOIN account AS inviter ON inviter.id = member.invited_by
WHERE member.organization_id = :organization_id AND member.account_id = :account_id

-- name: find_by_email
-- The member or invitation of an address.
SELECT member.*, account.name, inviter.email AS inviter_email FROM member
LEFT JOIN account ON account.id = member.account_id
LEFT JOIN account AS inviter ON inviter.id = member.invited_by
WHERE member.organization_id = :organization_id AND member.email = :email

-- name: find_by_invitation
-- The invitation that a link opens, while it lasts.
SELECT member.*, account.name, inviter.email AS inviter_email FROM member
LEFT JOIN account ON account.id = member.account_id
LEFT JOIN account AS inviter ON inviter.id = member.invited_by
WHERE member.invitation_hash = :invitation_hash
    AND member.account_id IS NULL
    AND member.invitation_expires_at > :at

-- name: list_members
-- Everybody in an organization and everybody invited, by address.
SELECT member.*, account.name, inviter.email AS inviter_email FROM member
LEFT JOIN account ON account.id = member.account_id
LEFT JOIN account AS inviter ON inviter.id = member.invited_by
WHERE member.organization_id = :organization_id
ORDER BY member.email

-- name: lock_owners
-- The owners who can sign in. Their rows are locked, so that two owners cannot both leave last.
UPDATE member SET role = role
WHERE organization_id = :organization_id AND role = 'owner' AND account_id IS NOT NULL
RETURNING id

-- name: set_role
-- Changes what a member is.
UPDATE member SET role = :role WHERE id = :id

-- name: set_invitation
-- Replaces the link of an invitation.
UPDATE member SET invitation_hash = :invitation_hash, invitation_expires_at = :expires_at
WHERE id = :id AND account_id IS NULL

-- name: accept_invitation
-- Turns an invitation into a member; the link works no more.
UPDATE member SET
    account_id = :account_id, email = :email, invitation_hash = NULL, invitation_expires_at = NULL
WHERE id = :id AND account_id IS NULL

-- name: delete_member
-- Takes a member out of an organization.
DELETE FROM member WHERE id = :id

-- name: delete_team_places
-- Takes a member out of every team.
DELETE FROM team_member WHERE member_id = :id

-- name: unassign_issues
-- Takes the organization's issues from an account that leaves it.
UPDATE issue SET assignee_account_id = NULL
WHERE assignee_account_id = :account_id
    AND project_id IN (
        SELECT project.id FROM project WHERE project.organization_id = :organization_id
    )

-- name: list_roles
-- What an account is in each of its organizations.
SELECT organization_id, role FROM member WHERE account_id = :account_id
