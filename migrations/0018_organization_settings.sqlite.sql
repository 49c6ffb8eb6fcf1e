-- phase: expand
-- serves: 0.1.0
-- loses: what organizations ask of the privacy of all their projects

-- forward

ALTER TABLE organization ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- reverse

ALTER TABLE organization DROP COLUMN settings;
