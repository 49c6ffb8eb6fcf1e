-- phase: expand
-- serves: 0.1.0
-- loses: which releases had sessions at all

-- forward

-- When a project had the first session of a release; NULL where it had none.
ALTER TABLE release_project ADD COLUMN first_session BIGINT;

-- reverse

ALTER TABLE release_project DROP COLUMN first_session;
