-- phase: expand
-- serves: 0.1.0

-- forward

-- The few issues that regressed or escalate, for the tab that counts them at each look at a list.
CREATE INDEX issue_came_back ON issue (substatus) WHERE substatus IN ('regressed', 'escalating');

-- Without numbers SQLite takes a project for ten issues, and reads all it has where a list of few ids
-- would do. These are those of a project with a hundred thousand; nothing else writes any.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE tbl = 'issue';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('issue', 'issue_last_seen', '100000 50000 25000 2 1'),
    ('issue', 'sqlite_autoindex_issue_1', '100000 50000 1');

-- reverse

DELETE FROM sqlite_stat1 WHERE tbl = 'issue';
DROP INDEX issue_came_back;
