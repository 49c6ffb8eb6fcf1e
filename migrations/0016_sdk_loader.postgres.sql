-- phase: expand
-- serves: 0.1.0
-- loses: what was chosen for the loader script of keys

-- forward

-- Which browser SDK, with which parts, pages load by a key: JSON, what is not in it is as at first.
ALTER TABLE project_key ADD COLUMN loader TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- reverse

ALTER TABLE project_key DROP COLUMN loader;
