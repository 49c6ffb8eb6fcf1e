-- phase: expand
-- serves: 0.1.0
-- loses: when sets of tags were last used

-- forward

-- The last day (UTC, since the epoch) on which an event came with a set of tags: it goes when the last
-- of them has.
ALTER TABLE tagset ADD COLUMN last_day INTEGER NOT NULL DEFAULT 0;
UPDATE tagset SET last_day = CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) / 86400;
CREATE INDEX tagset_day ON tagset (last_day);

-- reverse

DROP INDEX tagset_day;
ALTER TABLE tagset DROP COLUMN last_day;
