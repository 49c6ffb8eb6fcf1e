-- phase: expand
-- serves: 0.1.0
-- loses: attachments of events

-- forward

-- Files that came beside events, their contents in blobs. An attachment may come before its event.
CREATE TABLE attachment (
    expires_day INTEGER NOT NULL,
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    event_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha1 BLOB NOT NULL,
    blob_key TEXT NOT NULL,
    PRIMARY KEY (expires_day, id),
    UNIQUE (project_id, event_id, name, blob_key)
) WITHOUT ROWID;
CREATE INDEX attachment_blob ON attachment (blob_key);

-- reverse

DROP TABLE attachment;
