-- phase: expand
-- serves: 0.1.0
-- loses: how many events of each hash were counted without being stored

-- forward

-- Where a project keeps only some events of a storm, how many of a hash it counted only.
ALTER TABLE hash ADD COLUMN unstored BIGINT NOT NULL DEFAULT 0;

-- reverse

ALTER TABLE hash DROP COLUMN unstored;
