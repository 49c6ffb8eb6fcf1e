-- phase: expand
-- serves: 0.1.0
-- loses: what transactions said beside their spans, and which events belong to which trace

-- forward

-- What a transaction said beside its spans. Found by the client's id through event_id.
CREATE TABLE transaction_payload (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    event_id BLOB NOT NULL,
    trace_id BLOB NOT NULL,
    span_id BLOB NOT NULL,
    timestamp BIGINT NOT NULL,
    codec INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX transaction_payload_project ON transaction_payload (project_id, id);
CREATE INDEX transaction_payload_expiry ON transaction_payload (expires_day);

-- The events of a trace that are no spans: errors and messages.
CREATE TABLE trace_event (
    expires_day INTEGER NOT NULL,
    trace_id BLOB NOT NULL,
    event_row BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    PRIMARY KEY (expires_day, trace_id, event_row)
) WITHOUT ROWID;
CREATE INDEX trace_event_project ON trace_event (project_id, event_row);

-- reverse

DROP TABLE trace_event;
DROP TABLE transaction_payload;
