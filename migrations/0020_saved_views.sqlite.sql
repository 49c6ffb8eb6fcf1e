-- phase: expand
-- serves: 0.1.0
-- loses: saved views of the issue list

-- forward

CREATE TABLE saved_view (
    id INTEGER PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    is_shared BOOLEAN NOT NULL,
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (organization_id, account_id, name)
);
CREATE INDEX saved_view_shared ON saved_view (organization_id) WHERE is_shared;

-- reverse

DROP TABLE saved_view;
