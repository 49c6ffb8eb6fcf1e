-- phase: expand
-- serves: 0.1.0
-- loses: which events people gave feedback about

-- forward

-- What people said about events. Each is an event of type feedback too, named by feedback_id.
CREATE TABLE feedback (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    event_id BYTEA NOT NULL,
    feedback_id BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    comments TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (expires_day, id),
    UNIQUE (project_id, feedback_id)
);
CREATE INDEX feedback_event ON feedback (project_id, event_id);
CREATE INDEX feedback_project ON feedback (project_id, id);

-- reverse

DROP TABLE feedback;
