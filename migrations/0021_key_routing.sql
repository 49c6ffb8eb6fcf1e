-- phase: expand
-- serves: 0.1.0
-- loses: which keys lead exports of OpenTelemetry on to other projects

-- forward

-- By what exports with the key are led on to other projects, as JSON; empty for not at all.
ALTER TABLE project_key ADD COLUMN routing TEXT NOT NULL DEFAULT '';

-- reverse

ALTER TABLE project_key DROP COLUMN routing;
