-- phase: expand
-- serves: 0.1.0
-- loses: spans, logs and metrics

-- forward

-- Spans, logs and metrics, many to a block: what is known of a block, and apart from it its body, so
-- that looking for blocks reads no bodies. All signals of a block are of one hour (`slice`, hours
-- since the epoch), so a block is never wider than that.
CREATE TABLE telemetry_block (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    organization_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    slice INTEGER NOT NULL,
    min_at BIGINT NOT NULL,
    max_at BIGINT NOT NULL,
    signals INTEGER NOT NULL,
    is_open BOOLEAN NOT NULL,
    directory BLOB NOT NULL,
    traces BLOB NOT NULL,
    bloom BLOB NOT NULL
);
CREATE INDEX telemetry_block_newest
    ON telemetry_block (organization_id, kind, max_at, id, project_id);
CREATE INDEX telemetry_block_oldest
    ON telemetry_block (organization_id, kind, min_at, id, project_id);
CREATE INDEX telemetry_block_project ON telemetry_block (project_id, id);
-- Blocks that may yet be joined with others.
CREATE INDEX telemetry_block_open
    ON telemetry_block (project_id, kind, expires_day, slice, signals) WHERE is_open;
CREATE INDEX telemetry_block_expiry ON telemetry_block (expires_day);

CREATE TABLE telemetry_body (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- In which projects a trace was seen, and from when to when.
CREATE TABLE trace (
    expires_day INTEGER NOT NULL,
    trace_id BLOB NOT NULL,
    project_id BIGINT NOT NULL,
    min_at BIGINT NOT NULL,
    max_at BIGINT NOT NULL,
    PRIMARY KEY (expires_day, trace_id, project_id)
) WITHOUT ROWID;

-- The ids of the spans of a trace that came in an hour of receipt (`slice`), so that what is sent
-- again does not count again.
CREATE TABLE span_claim (
    slice INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    trace_id BLOB NOT NULL,
    spans BLOB NOT NULL,
    PRIMARY KEY (slice, project_id, trace_id)
) WITHOUT ROWID;

-- Which attributes the signals of a project have, and the last day of receipt on which one had it.
CREATE TABLE telemetry_attribute (
    project_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    last_day INTEGER NOT NULL,
    PRIMARY KEY (project_id, kind, name, type)
) WITHOUT ROWID;
CREATE INDEX telemetry_attribute_day ON telemetry_attribute (last_day);

-- reverse

DROP TABLE telemetry_attribute;
DROP TABLE span_claim;
DROP TABLE trace;
DROP TABLE telemetry_body;
DROP TABLE telemetry_block;
