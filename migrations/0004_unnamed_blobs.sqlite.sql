-- phase: expand
-- serves: 0.1.0

-- forward

-- Blobs that no row names, since when that is known: they are removed some days later.
CREATE TABLE unnamed_blob (
    key TEXT PRIMARY KEY,
    found_at BIGINT NOT NULL
) WITHOUT ROWID;

-- reverse

DROP TABLE unnamed_blob;
