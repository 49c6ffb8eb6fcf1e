-- phase: expand
-- serves: 0.1.0
-- loses: profiles and replays

-- forward

-- Profiles: what is known of them; their contents are in blobs.
CREATE TABLE profile (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    profile_id BLOB NOT NULL,
    profiler_id BLOB,
    transaction_id BLOB,
    trace_id BLOB,
    transaction_name TEXT NOT NULL,
    platform TEXT NOT NULL,
    release TEXT NOT NULL,
    environment TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    samples INTEGER NOT NULL,
    meta_length INTEGER NOT NULL,
    size BIGINT NOT NULL,
    blob_key TEXT NOT NULL,
    UNIQUE (project_id, profile_id)
);
CREATE INDEX profile_profiler ON profile (project_id, profiler_id, started_at)
    WHERE profiler_id IS NOT NULL;
CREATE INDEX profile_blob ON profile (blob_key);
CREATE INDEX profile_expiry ON profile (expires_day);

-- Replays of what people did, as far as their segments tell, and the segments.
CREATE TABLE replay (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    replay_id BLOB NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    segments INTEGER NOT NULL,
    facts TEXT NOT NULL,
    UNIQUE (project_id, replay_id)
);
CREATE INDEX replay_started ON replay (project_id, started_at, id);
CREATE INDEX replay_expiry ON replay (expires_day);

CREATE TABLE replay_segment (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    replay_id BLOB NOT NULL,
    segment INTEGER NOT NULL,
    is_video BOOLEAN NOT NULL,
    size BIGINT NOT NULL,
    blob_key TEXT NOT NULL,
    UNIQUE (project_id, replay_id, segment, is_video)
);
CREATE INDEX replay_segment_blob ON replay_segment (blob_key);
CREATE INDEX replay_segment_expiry ON replay_segment (expires_day);

-- reverse

DROP TABLE replay_segment;
DROP TABLE replay;
DROP TABLE profile;
