-- phase: expand
-- serves: 0.1.0
-- loses: what transactions said beside their spans, and which events belong to which trace

-- forward

-- What a transaction said beside its spans. Found by the client's id through event_id.
CREATE TABLE transaction_payload (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    event_id BYTEA NOT NULL,
    trace_id BYTEA NOT NULL,
    span_id BYTEA NOT NULL,
    timestamp BIGINT NOT NULL,
    codec INTEGER NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (expires_day, id)
) PARTITION BY RANGE (expires_day);
ALTER TABLE transaction_payload ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE transaction_payload_default PARTITION OF transaction_payload DEFAULT;
CREATE INDEX transaction_payload_project ON transaction_payload (project_id, id);

-- The events of a trace that are no spans: errors and messages.
CREATE TABLE trace_event (
    expires_day INTEGER NOT NULL,
    trace_id BYTEA NOT NULL,
    event_row BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    PRIMARY KEY (expires_day, trace_id, event_row)
) PARTITION BY RANGE (expires_day);
CREATE TABLE trace_event_default PARTITION OF trace_event DEFAULT;
CREATE INDEX trace_event_project ON trace_event (project_id, event_row);

-- reverse

DROP TABLE trace_event;
DROP TABLE transaction_payload;
