-- phase: baseline
-- serves: 0.1.0

-- forward

-- Tenancy: who exists and what they own. Times are microseconds since the epoch. AUTOINCREMENT
-- stands where the id of something deleted must not come to name another thing.

CREATE TABLE organization (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    open_membership BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    password_hash TEXT,
    is_instance_admin BOOLEAN NOT NULL DEFAULT FALSE,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    preferences TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    last_login_at BIGINT
);

CREATE TABLE account_session (
    token_hash BLOB PRIMARY KEY,
    account_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL DEFAULT '',
    ip_address TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX account_session_account ON account_session (account_id);
CREATE INDEX account_session_expires ON account_session (expires_at);

CREATE TABLE login_throttle (
    subject TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    window_start BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_token (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    account_id BIGINT,
    organization_id BIGINT,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    token_hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT,
    last_used_at BIGINT,
    expires_at BIGINT
);
CREATE INDEX api_token_account ON api_token (account_id);
CREATE INDEX api_token_organization ON api_token (organization_id);

CREATE TABLE member (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL,
    account_id BIGINT,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    invitation_hash BLOB UNIQUE,
    invitation_expires_at BIGINT,
    invited_by BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (organization_id, email)
);
CREATE INDEX member_account ON member (account_id);

CREATE TABLE team (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE TABLE team_member (
    team_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    role TEXT NOT NULL DEFAULT 'contributor',
    PRIMARY KEY (team_id, member_id)
) WITHOUT ROWID;
CREATE INDEX team_member_member ON team_member (member_id);

CREATE TABLE project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT NOT NULL DEFAULT '',
    retention_days INTEGER NOT NULL DEFAULT 90,
    grouping_config TEXT NOT NULL DEFAULT 'newstyle:2026-01-20',
    settings TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    first_event_at BIGINT,
    UNIQUE (organization_id, slug)
);

-- Apart from project, so that handing out short ids rewrites a narrow row.
CREATE TABLE project_counter (
    project_id BIGINT PRIMARY KEY,
    last_short_id BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE project_team (
    project_id BIGINT NOT NULL,
    team_id BIGINT NOT NULL,
    PRIMARY KEY (project_id, team_id)
) WITHOUT ROWID;
CREATE INDEX project_team_team ON project_team (team_id);

CREATE TABLE project_key (
    id INTEGER PRIMARY KEY,
    project_id BIGINT NOT NULL,
    public_key TEXT NOT NULL UNIQUE,
    secret_key TEXT NOT NULL,
    label TEXT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    rate_limit_count BIGINT,
    rate_limit_window BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX project_key_project ON project_key (project_id);

-- Names that events carry, interned.

CREATE TABLE environment (
    id INTEGER PRIMARY KEY,
    project_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    is_hidden BOOLEAN NOT NULL DEFAULT FALSE,
    first_seen BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE release (
    id INTEGER PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    version TEXT NOT NULL,
    package TEXT NOT NULL DEFAULT '',
    sort_key TEXT,
    ref TEXT,
    url TEXT,
    released_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (organization_id, version)
);
CREATE INDEX release_created ON release (organization_id, created_at, id);

CREATE TABLE release_project (
    release_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT,
    events BIGINT NOT NULL DEFAULT 0,
    new_issues BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (release_id, project_id)
) WITHOUT ROWID;
CREATE INDEX release_project_project ON release_project (project_id, release_id);

CREATE TABLE tagset (
    id INTEGER PRIMARY KEY,
    project_id BIGINT NOT NULL,
    digest BLOB NOT NULL,
    tags TEXT NOT NULL,
    UNIQUE (project_id, digest)
);

-- Issues, and the hashes that lead to them. Every roll-up is keyed by hash, so that merging and
-- unmerging re-point hash.issue_id and rewrite no event.

CREATE TABLE issue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL,
    short_id BIGINT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    culprit TEXT NOT NULL,
    level INTEGER NOT NULL,
    platform TEXT NOT NULL,
    logger TEXT NOT NULL DEFAULT '',
    metadata TEXT NOT NULL,
    search_text TEXT NOT NULL,
    status INTEGER NOT NULL DEFAULT 0,
    substatus TEXT NOT NULL DEFAULT 'new',
    status_changed_at BIGINT NOT NULL,
    priority INTEGER NOT NULL,
    priority_locked BOOLEAN NOT NULL DEFAULT FALSE,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    times_seen BIGINT NOT NULL,
    users_seen BIGINT NOT NULL DEFAULT 0,
    first_release_id BIGINT,
    last_release_id BIGINT,
    resolution TEXT,
    resolution_release_id BIGINT,
    resolved_by BIGINT,
    archive_until_at BIGINT,
    archive_until_times_seen BIGINT,
    archive_until_users_seen BIGINT,
    archived_by BIGINT,
    assignee_account_id BIGINT,
    assignee_team_id BIGINT,
    UNIQUE (project_id, short_id)
);
CREATE INDEX issue_last_seen ON issue (project_id, status, last_seen DESC, id DESC);
CREATE INDEX issue_assignee_account ON issue (assignee_account_id)
    WHERE assignee_account_id IS NOT NULL;
CREATE INDEX issue_assignee_team ON issue (assignee_team_id) WHERE assignee_team_id IS NOT NULL;

CREATE TABLE issue_redirect (
    issue_id BIGINT PRIMARY KEY,
    project_id BIGINT NOT NULL,
    short_id BIGINT NOT NULL,
    target_issue_id BIGINT NOT NULL,
    UNIQUE (project_id, short_id)
);
CREATE INDEX issue_redirect_target ON issue_redirect (target_issue_id);

CREATE TABLE hash (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL,
    hash BLOB NOT NULL,
    issue_id BIGINT,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    times_seen BIGINT NOT NULL DEFAULT 0,
    users_seen BIGINT NOT NULL DEFAULT 0,
    UNIQUE (project_id, hash)
);
CREATE INDEX hash_issue ON hash (issue_id);

-- Hashes whose issue was deleted: a job removes their events and roll-ups, then this row.
CREATE TABLE deleted_hash (
    hash_id BIGINT PRIMARY KEY,
    project_id BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);

-- Projects that are gone: a job removes what hung on them, then this row.
CREATE TABLE deleted_project (
    project_id BIGINT PRIMARY KEY,
    deleted_at BIGINT NOT NULL
);

CREATE TABLE hash_hour (
    hash_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    hour INTEGER NOT NULL,
    events BIGINT NOT NULL,
    PRIMARY KEY (hash_id, environment_id, hour)
) WITHOUT ROWID;
CREATE INDEX hash_hour_hour ON hash_hour (hour);

CREATE TABLE hash_environment (
    hash_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    events BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (hash_id, environment_id)
) WITHOUT ROWID;
CREATE INDEX hash_environment_environment ON hash_environment (environment_id, hash_id);

CREATE TABLE hash_release (
    hash_id BIGINT NOT NULL,
    release_id BIGINT NOT NULL,
    events BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (hash_id, release_id)
) WITHOUT ROWID;
CREATE INDEX hash_release_release ON hash_release (release_id, hash_id);

-- How many values of a key are counted each, and the events of those beyond.
CREATE TABLE hash_tag_key (
    hash_id BIGINT NOT NULL,
    tag_key TEXT NOT NULL,
    other_events BIGINT NOT NULL DEFAULT 0,
    value_count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (hash_id, tag_key)
) WITHOUT ROWID;

CREATE TABLE hash_tag (
    hash_id BIGINT NOT NULL,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    project_id BIGINT NOT NULL,
    events BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (hash_id, tag_key, tag_value)
) WITHOUT ROWID;
CREATE INDEX hash_tag_value ON hash_tag (project_id, tag_key, tag_value, hash_id);

CREATE TABLE hash_user (
    hash_id BIGINT NOT NULL,
    user_key BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    ident TEXT NOT NULL,
    events BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (hash_id, user_key)
) WITHOUT ROWID;
CREATE INDEX hash_user_user ON hash_user (project_id, user_key, hash_id);

-- Above a thousand exact users a hash counts them in HyperLogLog registers.
CREATE TABLE hash_user_sketch (
    hash_id BIGINT PRIMARY KEY,
    registers BLOB NOT NULL
);

-- Who an event's user was, by the columns that people search for.
CREATE TABLE event_user (
    project_id BIGINT NOT NULL,
    user_key BIGINT NOT NULL,
    ident TEXT NOT NULL,
    user_id TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    username TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    ip_address TEXT NOT NULL DEFAULT '',
    first_seen BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_key)
) WITHOUT ROWID;

-- Events. Keyed by the UTC day on which they expire, then by a time-ordered id.

CREATE TABLE event (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    hash_id BIGINT NOT NULL,
    event_id BLOB NOT NULL,
    timestamp BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    release_id BIGINT,
    tagset_id BIGINT NOT NULL,
    user_key BIGINT,
    level INTEGER NOT NULL,
    PRIMARY KEY (expires_day, id)
) WITHOUT ROWID;
CREATE INDEX event_hash ON event (hash_id, timestamp, id);
CREATE INDEX event_project ON event (project_id, timestamp, id);

CREATE TABLE event_body (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- Says once that an event id was taken, and finds the event by it; a slice is a UTC day of receipt.
CREATE TABLE event_id (
    slice INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    event_id BLOB NOT NULL,
    event_row BIGINT NOT NULL,
    expires_day INTEGER NOT NULL,
    PRIMARY KEY (slice, project_id, event_id)
) WITHOUT ROWID;

-- A write batch enters its id in its own transaction; a commit whose answer was lost asks for it.
CREATE TABLE applied_batch (
    id BLOB PRIMARY KEY,
    applied_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX applied_batch_at ON applied_batch (applied_at);

-- Every received item, settled once. Outcome and category are Sentry's numbers.
CREATE TABLE outcome_hour (
    project_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    hour INTEGER NOT NULL,
    category INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    reason TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (project_id, hour, key_id, category, outcome, reason)
) WITHOUT ROWID;

-- Events that keys with a limit took, by the second in which the window of the limit began.
CREATE TABLE key_usage (
    key_id BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    events BIGINT NOT NULL,
    PRIMARY KEY (key_id, window_start)
) WITHOUT ROWID;
CREATE INDEX key_usage_window ON key_usage (window_start);

-- The change log that live pages, caches and other replicas follow: gap-free, in commit order.
CREATE TABLE feed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    head BIGINT NOT NULL
);
INSERT INTO feed (id, head) VALUES (1, 0);

CREATE TABLE feed_entry (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    organization_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    detail TEXT NOT NULL
);

-- What people do with issues.

CREATE TABLE activity (
    id BIGINT PRIMARY KEY,
    issue_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    account_id BIGINT,
    detail TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX activity_issue ON activity (issue_id, id);

CREATE TABLE bookmark (
    account_id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, issue_id)
) WITHOUT ROWID;
CREATE INDEX bookmark_issue ON bookmark (issue_id);

CREATE TABLE issue_viewed (
    account_id BIGINT NOT NULL,
    issue_id BIGINT NOT NULL,
    viewed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, issue_id)
) WITHOUT ROWID;
CREATE INDEX issue_viewed_issue ON issue_viewed (issue_id);

CREATE TABLE job_lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_finished_at BIGINT
) WITHOUT ROWID;

-- reverse

DROP TABLE job_lease;
DROP TABLE issue_viewed;
DROP TABLE bookmark;
DROP TABLE activity;
DROP TABLE feed_entry;
DROP TABLE feed;
DROP TABLE key_usage;
DROP TABLE outcome_hour;
DROP TABLE applied_batch;
DROP TABLE event_id;
DROP TABLE event_body;
DROP TABLE event;
DROP TABLE event_user;
DROP TABLE hash_user_sketch;
DROP TABLE hash_user;
DROP TABLE hash_tag;
DROP TABLE hash_tag_key;
DROP TABLE hash_release;
DROP TABLE hash_environment;
DROP TABLE hash_hour;
DROP TABLE deleted_project;
DROP TABLE deleted_hash;
DROP TABLE hash;
DROP TABLE issue_redirect;
DROP TABLE issue;
DROP TABLE tagset;
DROP TABLE release_project;
DROP TABLE release;
DROP TABLE environment;
DROP TABLE project_key;
DROP TABLE project_team;
DROP TABLE project_counter;
DROP TABLE project;
DROP TABLE team_member;
DROP TABLE team;
DROP TABLE member;
DROP TABLE api_token;
DROP TABLE login_throttle;
DROP TABLE account_session;
DROP TABLE account;
DROP TABLE organization;
