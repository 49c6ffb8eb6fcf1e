-- phase: expand
-- serves: 0.1.0
-- loses: sessions: how healthy releases were

-- forward

-- Sessions that may yet change, for as long as updates of them are taken.
CREATE TABLE open_session (
    project_id BIGINT NOT NULL,
    sid BLOB NOT NULL,
    hour INTEGER NOT NULL,
    release_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    expires_day INTEGER NOT NULL,
    user_key BIGINT,
    is_errored BOOLEAN NOT NULL DEFAULT FALSE,
    is_unhandled BOOLEAN NOT NULL DEFAULT FALSE,
    final INTEGER NOT NULL DEFAULT 0,
    final_seq BIGINT NOT NULL DEFAULT 0,
    unresponsive INTEGER NOT NULL DEFAULT 0,
    updates BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, sid)
) WITHOUT ROWID;
CREATE INDEX open_session_expires ON open_session (expires_day);

-- Sessions by the hour in which they began.
CREATE TABLE session_hour (
    project_id BIGINT NOT NULL,
    hour INTEGER NOT NULL,
    release_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    started BIGINT NOT NULL,
    errored BIGINT NOT NULL,
    crashed BIGINT NOT NULL,
    abnormal BIGINT NOT NULL,
    unhandled BIGINT NOT NULL,
    PRIMARY KEY (project_id, hour, release_id, environment_id)
) WITHOUT ROWID;

-- Their users, as a set for each kind of session, in spans of one hour and of a day.
CREATE TABLE session_user_set (
    project_id BIGINT NOT NULL,
    width INTEGER NOT NULL,
    span INTEGER NOT NULL,
    release_id BIGINT NOT NULL,
    environment_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    users BLOB NOT NULL,
    PRIMARY KEY (project_id, width, span, release_id, environment_id, kind)
);

-- reverse

DROP TABLE session_user_set;
DROP TABLE session_hour;
DROP TABLE open_session;
