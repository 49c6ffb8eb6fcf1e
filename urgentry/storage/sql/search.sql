-- fragment: issue_status_is
issue.status = :status

-- fragment: issue_substatus_is
issue.substatus = :value

-- fragment: issue_came_back
-- Of all issues few regress or escalate at a time: they have an index of their own, so that the rest
-- need not be read.
issue.id IN (
    SELECT own.id FROM issue AS own
    WHERE own.substatus IN ('regressed', 'escalating') AND own.substatus = :value
)

-- fragment: issue_is_assigned
(issue.assignee_account_id IS NOT NULL OR issue.assignee_team_id IS NOT NULL)

-- fragment: issue_assigned_to_account
(issue.assignee_account_id IS NOT NULL AND issue.assignee_account_id = :account_id)

-- fragment: issue_assigned_to_person
-- By e-mail address or name, in lower case.
(issue.assignee_account_id IS NOT NULL AND issue.assignee_account_id IN (
    SELECT account.id FROM account
    WHERE lower(account.email) = :name OR lower(account.name) = :name
))

-- fragment: issue_assigned_to_team
(issue.assignee_team_id IS NOT NULL AND issue.assignee_team_id IN (
    SELECT team.id FROM team
    WHERE team.organization_id = :organization_id AND team.slug = :slug
))

-- fragment: issue_assigned_to_my_teams
(issue.assignee_team_id IS NOT NULL AND issue.assignee_team_id IN (
    SELECT team_member.team_id FROM member
    JOIN team_member ON team_member.member_id = member.id
    WHERE member.account_id = :account_id AND member.organization_id = :organization_id
))

-- fragment: issue_bookmarked_by_account
issue.id IN (SELECT bookmark.issue_id FROM bookmark WHERE bookmark.account_id = :account_id)

-- fragment: issue_bookmarked_by_person
issue.id IN (
    SELECT bookmark.issue_id FROM account
    JOIN bookmark ON bookmark.account_id = account.id
    WHERE lower(account.email) = :name OR lower(account.name) = :name
)

-- fragment: issue_level_is
issue.level = :level

-- fragment: issue_priority_is
issue.priority = :priority

-- fragment: issue_id_is
issue.id = :issue_id

-- fragment: issue_short_id_is
-- Also by the short id that an issue had before it was merged away.
issue.id IN (
    SELECT own.id FROM project
    JOIN issue AS own ON own.project_id = project.id AND own.short_id = :short_id
    WHERE project.organization_id = :organization_id AND project.slug = :slug
    UNION ALL
    SELECT issue_redirect.target_issue_id FROM project
    JOIN issue_redirect
        ON issue_redirect.project_id = project.id AND issue_redirect.short_id = :short_id
    WHERE project.organization_id = :organization_id AND project.slug = :slug
)

-- fragment: issue_with_event (sqlite)
-- The issue that holds an event id, whichever day it was received. The texts part because
-- PostgreSQL goes by the key for an array, where for a list that it reads it can choose to scan all
-- event ids.
issue.id IN (
    SELECT hash.issue_id FROM event_id AS taken
    JOIN event ON event.expires_day = taken.expires_day AND event.id = taken.event_row
    JOIN hash ON hash.id = event.hash_id
    WHERE taken.slice IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:slices AS text)) AS j
        )
        AND taken.project_id IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
        )
        AND taken.event_id = :event_id
        AND hash.issue_id IS NOT NULL
)

-- fragment: issue_with_event (postgres)
issue.id IN (
    SELECT hash.issue_id FROM event_id AS taken
    JOIN event ON event.expires_day = taken.expires_day AND event.id = taken.event_row
    JOIN hash ON hash.id = event.hash_id
    WHERE taken.slice = ANY(CAST(translate(CAST(:slices AS text), '[]', '{}') AS integer[]))
        AND taken.project_id = ANY(
            CAST(translate(CAST(:project_ids AS text), '[]', '{}') AS bigint[])
        )
        AND taken.event_id = :event_id
        AND hash.issue_id IS NOT NULL
)

-- fragment: issue_text_contains
-- search_text was casefolded when it was written; so was the pattern.
issue.search_text LIKE :pattern ESCAPE '\'

-- fragment: issue_title_is
issue.title = :value

-- fragment: issue_title_like
lower(issue.title) LIKE :pattern ESCAPE '\'

-- fragment: issue_culprit_is
issue.culprit = :value

-- fragment: issue_culprit_like
lower(issue.culprit) LIKE :pattern ESCAPE '\'

-- fragment: issue_platform_is
issue.platform = :value

-- fragment: issue_platform_like
lower(issue.platform) LIKE :pattern ESCAPE '\'

-- fragment: issue_logger_is
issue.logger = :value

-- fragment: issue_logger_like
lower(issue.logger) LIKE :pattern ESCAPE '\'

-- fragment: issue_type_is
issue.type = :value

-- fragment: issue_type_like
lower(issue.type) LIKE :pattern ESCAPE '\'

-- fragment: project_slug_is
issue.project_id IN (
    SELECT project.id FROM project
    WHERE project.organization_id = :organization_id AND project.slug = :value
)

-- fragment: project_slug_like
issue.project_id IN (
    SELECT project.id FROM project
    WHERE project.organization_id = :organization_id AND lower(project.slug) LIKE :pattern ESCAPE '\'
)

-- fragment: issue_metadata_is (sqlite)
-- A member of the issue's metadata, which is JSON: reading one has no portable spelling.
COALESCE(json_extract(issue.metadata, '$.' || :field), '') = :value

-- fragment: issue_metadata_is (postgres)
-- A member of the issue's metadata, which is JSON: reading one has no portable spelling.
COALESCE(CAST(issue.metadata AS jsonb) ->> CAST(:field AS text), '') = :value

-- fragment: issue_metadata_like (sqlite)
-- A member of the issue's metadata, which is JSON: reading one has no portable spelling.
lower(COALESCE(json_extract(issue.metadata, '$.' || :field), '')) LIKE :pattern ESCAPE '\'

-- fragment: issue_metadata_like (postgres)
-- A member of the issue's metadata, which is JSON: reading one has no portable spelling.
lower(COALESCE(CAST(issue.metadata AS jsonb) ->> CAST(:field AS text), '')) LIKE :pattern ESCAPE '\'

-- fragment: first_seen_from
issue.first_seen >= :value

-- fragment: first_seen_before
issue.first_seen < :value

-- fragment: last_seen_from
issue.last_seen >= :value

-- fragment: last_seen_before
issue.last_seen < :value

-- fragment: times_seen_from
issue.times_seen >= :value

-- fragment: times_seen_before
issue.times_seen < :value

-- fragment: users_seen_from
issue.users_seen >= :value

-- fragment: users_seen_before
issue.users_seen < :value

-- fragment: issue_active_between
-- Has events in the hours from one time to another, both in microseconds.
EXISTS (
    SELECT 1 FROM hash
    JOIN hash_hour ON hash_hour.hash_id = hash.id
    WHERE hash.issue_id = issue.id
        AND hash_hour.hour >= CAST(:low AS bigint) / 3600000000
        AND hash_hour.hour <= (CAST(:high AS bigint) - 1) / 3600000000
)

-- fragment: issue_among (sqlite)
-- Is one of those that … The plus has SQLite go through issues in their order and look each up in
-- the list, rather than fetch and sort all of the list, which may be most issues there are.
+issue.id IN {inner}

-- fragment: issue_among (postgres)
-- Is one of those that …
issue.id IN {inner}

-- fragment: issues_in_release
-- Those with an event in a release that …
SELECT hash.issue_id FROM release
JOIN hash_release ON hash_release.release_id = release.id
JOIN hash ON hash.id = hash_release.hash_id
WHERE release.organization_id = :organization_id
    AND hash.issue_id IS NOT NULL
    AND {inner}

-- fragment: issue_first_in_release
-- Came first in a release that …
COALESCE(issue.first_release_id, 0) IN (
    SELECT release.id FROM release
    WHERE release.organization_id = :organization_id AND {inner}
)

-- fragment: release_latest
-- The newest release of each project in the scope.
release.id IN (
    SELECT MAX(release_project.release_id) FROM release_project
    WHERE release_project.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    GROUP BY release_project.project_id
)

-- fragment: release_version_is
release.version = :value

-- fragment: release_version_like
lower(release.version) LIKE :pattern ESCAPE '\'

-- fragment: release_package_is
release.package = :value

-- fragment: release_package_like
lower(release.package) LIKE :pattern ESCAPE '\'

-- fragment: release_order_between
-- Versions in their own order, the first included, the last not.
(COALESCE(release.sort_key, '') > '' AND release.sort_key >= :low AND release.sort_key < :high)

-- fragment: issues_in_environment
-- Those with an event in an environment that …
SELECT hash.issue_id FROM environment
JOIN hash_environment ON hash_environment.environment_id = environment.id
JOIN hash ON hash.id = hash_environment.hash_id
WHERE environment.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND hash.issue_id IS NOT NULL
    AND {inner}

-- fragment: environment_name_is
environment.name = :value

-- fragment: environment_name_like
lower(environment.name) LIKE :pattern ESCAPE '\'

-- fragment: environment_empty
environment.name = ''

-- fragment: issues_with_tag
-- Those with an event whose tag has a value that …
SELECT hash.issue_id FROM hash_tag
JOIN hash ON hash.id = hash_tag.hash_id
WHERE hash_tag.project_id IN (
        SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
    )
    AND hash_tag.tag_key = :key
    AND hash.issue_id IS NOT NULL
    AND {inner}

-- fragment: tag_value_is
hash_tag.tag_value = :value

-- fragment: tag_value_like
lower(hash_tag.tag_value) LIKE :pattern ESCAPE '\'

-- fragment: issue_has_tag
EXISTS (
    SELECT 1 FROM hash
    JOIN hash_tag_key ON hash_tag_key.hash_id = hash.id
    WHERE hash.issue_id = issue.id AND hash_tag_key.tag_key = :key
)

-- fragment: issue_with_user
-- Has an event of a user who … SQLite reads tables that are joined so in this order: it takes a
-- project for no larger in what its users met than in its users.
issue.id IN (
    SELECT hash.issue_id FROM event_user
    CROSS JOIN hash_user
    CROSS JOIN hash
    WHERE event_user.project_id IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
        )
        AND hash_user.project_id = event_user.project_id
        AND hash_user.user_key = event_user.user_key
        AND hash.id = hash_user.hash_id
        AND hash.issue_id IS NOT NULL
        AND {inner}
)

-- fragment: user_ident_is
event_user.ident = :value

-- fragment: user_ident_like
lower(event_user.ident) LIKE :pattern ESCAPE '\'

-- fragment: user_id_is
event_user.user_id = :value

-- fragment: user_id_like
lower(event_user.user_id) LIKE :pattern ESCAPE '\'

-- fragment: user_email_is
event_user.email = :value

-- fragment: user_email_like
lower(event_user.email) LIKE :pattern ESCAPE '\'

-- fragment: user_username_is
event_user.username = :value

-- fragment: user_username_like
lower(event_user.username) LIKE :pattern ESCAPE '\'

-- fragment: user_name_is
event_user.name = :value

-- fragment: user_name_like
lower(event_user.name) LIKE :pattern ESCAPE '\'

-- fragment: user_ip_is
event_user.ip_address = :value

-- fragment: user_ip_like
lower(event_user.ip_address) LIKE :pattern ESCAPE '\'

-- fragment: event_level_is
event.level = :level

-- fragment: event_id_is
event.event_id = :event_id

-- fragment: event_time_from
event.timestamp >= :value

-- fragment: event_time_before
event.timestamp < :value

-- fragment: event_in_release
-- Of a release that …
COALESCE(event.release_id, 0) IN (
    SELECT release.id FROM release
    WHERE release.organization_id = :organization_id AND {inner}
)

-- fragment: event_in_environment
-- Of an environment that …
event.environment_id IN (
    SELECT environment.id FROM environment
    WHERE environment.project_id IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
        )
        AND {inner}
)

-- fragment: event_of_user
-- Of a user who …
COALESCE(event.user_key, -1) IN (
    SELECT event_user.user_key FROM event_user
    WHERE event_user.project_id IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
        )
        AND {inner}
)

-- fragment: event_with_tagset
-- Its tags are such that …
event.tagset_id IN (
    SELECT tagset.id FROM tagset
    WHERE tagset.project_id IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
        )
        AND {inner}
)

-- fragment: tagset_member_is (sqlite)
-- A tag of a set, which is a JSON object: reading a member has no portable spelling.
COALESCE(json_extract(tagset.tags, '$."' || :key || '"'), '') = :value

-- fragment: tagset_member_is (postgres)
-- A tag of a set, which is a JSON object: reading a member has no portable spelling.
COALESCE(CAST(tagset.tags AS jsonb) ->> CAST(:key AS text), '') = :value

-- fragment: tagset_member_like (sqlite)
-- A tag of a set, which is a JSON object: reading a member has no portable spelling.
lower(COALESCE(json_extract(tagset.tags, '$."' || :key || '"'), '')) LIKE :pattern ESCAPE '\'

-- fragment: tagset_member_like (postgres)
-- A tag of a set, which is a JSON object: reading a member has no portable spelling.
lower(COALESCE(CAST(tagset.tags AS jsonb) ->> CAST(:key AS text), '')) LIKE :pattern ESCAPE '\'

-- fragment: session_in_release
-- Of a release that …
counted.release_id IN (
    SELECT release.id FROM release
    WHERE release.organization_id = :organization_id AND {inner}
)

-- fragment: session_in_environment
-- Of an environment that …
counted.environment_id IN (
    SELECT environment.id FROM environment
    WHERE environment.project_id IN (
            SELECT CAST(j.value AS bigint) FROM json_each(CAST(:project_ids AS text)) AS j
        )
        AND {inner}
)

-- fragment: session_project_is
counted.project_id IN (
    SELECT project.id FROM project
    WHERE project.organization_id = :organization_id AND project.slug = :value
)

-- fragment: session_project_like
counted.project_id IN (
    SELECT project.id FROM project
    WHERE project.organization_id = :organization_id AND lower(project.slug) LIKE :pattern ESCAPE '\'
)

-- fragment: session_release_id_is
counted.release_id = :release_id
