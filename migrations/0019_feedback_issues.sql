-- phase: expand
-- serves: 0.1.0

-- forward

-- Finds whether a project has feedback at all.
CREATE INDEX issue_feedback ON issue (project_id) WHERE type = 'feedback';

-- reverse

DROP INDEX issue_feedback;
