-- phase: expand
-- serves: 0.1.0
-- loses: how many crash reports each hash has

-- forward

-- Dumps and reports of crashes are kept up to a number a hash.
ALTER TABLE attachment ADD COLUMN hash_id BIGINT;
CREATE INDEX attachment_hash ON attachment (hash_id) WHERE hash_id IS NOT NULL;

-- reverse

DROP INDEX attachment_hash;
ALTER TABLE attachment DROP COLUMN hash_id;
