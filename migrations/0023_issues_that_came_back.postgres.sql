-- phase: expand
-- serves: 0.1.0

-- forward

-- The few issues that regressed or escalate, for the tab that counts them at each look at a list.
CREATE INDEX issue_came_back ON issue (substatus) WHERE substatus IN ('regressed', 'escalating');

-- reverse

DROP INDEX issue_came_back;
