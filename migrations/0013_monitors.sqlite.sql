-- phase: expand
-- serves: 0.1.0
-- loses: monitors and their check-ins

-- forward

-- Monitors of scheduled jobs, the environments in which they run, and their runs.

CREATE TABLE monitor (
    id INTEGER PRIMARY KEY,
    project_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    status INTEGER NOT NULL,
    is_muted BOOLEAN NOT NULL DEFAULT FALSE,
    is_upserting BOOLEAN NOT NULL,
    config TEXT NOT NULL,
    owner_account_id BIGINT,
    owner_team_id BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, slug)
);

CREATE TABLE monitor_environment (
    id INTEGER PRIMARY KEY,
    monitor_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    status INTEGER NOT NULL,
    streak INTEGER NOT NULL,
    is_muted BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    last_check_in BIGINT,
    next_check_in BIGINT,
    next_check_in_latest BIGINT,
    UNIQUE (monitor_id, name)
);
CREATE INDEX monitor_environment_due ON monitor_environment (next_check_in_latest);
CREATE INDEX monitor_environment_project ON monitor_environment (project_id);

CREATE TABLE check_in (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    monitor_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    guid BLOB NOT NULL,
    status INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expected_at BIGINT,
    timeout_at BIGINT,
    duration_ms BIGINT,
    trace_id BLOB,
    UNIQUE (monitor_id, guid)
);
CREATE INDEX check_in_environment ON check_in (environment_id, id);
CREATE INDEX check_in_monitor ON check_in (monitor_id, id);
CREATE INDEX check_in_timeout ON check_in (timeout_at) WHERE timeout_at IS NOT NULL;
CREATE INDEX check_in_project ON check_in (project_id);
CREATE INDEX check_in_expiry ON check_in (expires_day);

-- reverse

DROP TABLE check_in;
DROP TABLE monitor_environment;
DROP TABLE monitor;
