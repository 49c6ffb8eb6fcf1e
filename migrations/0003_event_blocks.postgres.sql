-- phase: expand
-- serves: 0.1.0
-- loses: the payloads of events that are packed into blocks

-- forward

-- Payloads of like events that share one compressed body, and where each event's payload is.

CREATE TABLE event_block (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    events INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (expires_day, id)
) PARTITION BY RANGE (expires_day);
ALTER TABLE event_block ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE event_block_default PARTITION OF event_block DEFAULT;

CREATE TABLE packed_event (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    block_id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (expires_day, id)
) PARTITION BY RANGE (expires_day);
CREATE TABLE packed_event_default PARTITION OF packed_event DEFAULT;

-- reverse

DROP TABLE packed_event;
DROP TABLE event_block;
