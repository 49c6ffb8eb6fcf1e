-- phase: expand
-- serves: 0.1.0
-- loses: how far spools are drained; drain them before

-- forward

-- How far each spool is drained, moved on in the transaction that writes what stands before.
CREATE TABLE spool_position (
    spool TEXT PRIMARY KEY,
    file_number BIGINT NOT NULL,
    file_offset BIGINT NOT NULL,
    moved_at BIGINT NOT NULL
);

-- reverse

DROP TABLE spool_position;
