-- phase: expand
-- serves: 0.1.0
-- loses: spans, logs and metrics

-- forward

-- Spans, logs and metrics, many to a block: what is known of a block, and apart from it its body, so
-- that looking for blocks reads no bodies. All signals of a block are of one hour (`slice`, hours
-- since the epoch), so a block is never wider than that.
CREATE TABLE telemetry_block (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    slice INTEGER NOT NULL,
    min_at BIGINT NOT NULL,
    max_at BIGINT NOT NULL,
    signals INTEGER NOT NULL,
    is_open BOOLEAN NOT NULL,
    directory BYTEA NOT NULL,
    traces BYTEA NOT NULL,
    bloom BYTEA NOT NULL,
    PRIMARY KEY (expires_day, id)
) PARTITION BY RANGE (expires_day);
ALTER TABLE telemetry_block
    ALTER COLUMN directory SET STORAGE EXTERNAL,
    ALTER COLUMN traces SET STORAGE EXTERNAL,
    ALTER COLUMN bloom SET STORAGE EXTERNAL;
CREATE TABLE telemetry_block_default PARTITION OF telemetry_block DEFAULT;
CREATE INDEX telemetry_block_newest
    ON telemetry_block (organization_id, kind, max_at, id, project_id);
CREATE INDEX telemetry_block_oldest
    ON telemetry_block (organization_id, kind, min_at, id, project_id);
CREATE INDEX telemetry_block_project ON telemetry_block (project_id, id);
-- Blocks that may yet be joined with others.
CREATE INDEX telemetry_block_open
    ON telemetry_block (project_id, kind, expires_day, slice, signals) WHERE is_open;

CREATE TABLE telemetry_body (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (expires_day, id)
) PARTITION BY RANGE (expires_day);
ALTER TABLE telemetry_body ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE telemetry_body_default PARTITION OF telemetry_body DEFAULT;

-- In which projects a trace was seen, and from when to when.
CREATE TABLE trace (
    expires_day INTEGER NOT NULL,
    trace_id BYTEA NOT NULL,
    project_id BIGINT NOT NULL,
    min_at BIGINT NOT NULL,
    max_at BIGINT NOT NULL,
    PRIMARY KEY (expires_day, trace_id, project_id)
) PARTITION BY RANGE (expires_day);
CREATE TABLE trace_default PARTITION OF trace DEFAULT;

-- The ids of the spans of a trace that came in an hour of receipt (`slice`), so that what is sent
-- again does not count again.
CREATE TABLE span_claim (
    slice INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    trace_id BYTEA NOT NULL,
    spans BYTEA NOT NULL,
    PRIMARY KEY (slice, project_id, trace_id)
);

-- Which attributes the signals of a project have, and the last day of receipt on which one had it.
CREATE TABLE telemetry_attribute (
    project_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    last_day INTEGER NOT NULL,
    PRIMARY KEY (project_id, kind, name, type)
);
CREATE INDEX telemetry_attribute_day ON telemetry_attribute (last_day);

-- reverse

DROP TABLE telemetry_attribute;
DROP TABLE span_claim;
DROP TABLE trace;
DROP TABLE telemetry_body;
DROP TABLE telemetry_block;
