-- phase: expand
-- serves: 0.1.0
-- loses: the payloads of events that are packed into blocks

-- forward

-- Payloads of like events that share one compressed body, and where each event's payload is.

CREATE TABLE event_block (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    events INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE packed_event (
    id INTEGER PRIMARY KEY,
    expires_day INTEGER NOT NULL,
    block_id BIGINT NOT NULL,
    place INTEGER NOT NULL
);

-- reverse

DROP TABLE packed_event;
DROP TABLE event_block;
