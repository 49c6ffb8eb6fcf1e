-- phase: expand
-- serves: 0.1.0

-- forward

-- Blobs that no row names, since when that is known: they are removed some days later.
CREATE TABLE unnamed_blob (
    key text COLLATE "C" PRIMARY KEY,
    found_at bigint NOT NULL
);

-- reverse

DROP TABLE unnamed_blob;
