-- phase: expand
-- serves: 0.1.0
-- loses: the quotas of organizations, projects and keys, and what was taken of them

-- forward

-- What people let an organization, a project (key_id is 0) or a key take; project_id and key_id are
-- 0 for an organization's. An empty list of categories stands for everything.
CREATE TABLE quota (
    organization_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL DEFAULT 0,
    key_id BIGINT NOT NULL DEFAULT 0,
    categories TEXT COLLATE "C" NOT NULL,
    window_seconds BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (organization_id, project_id, key_id, categories, window_seconds)
);
CREATE INDEX quota_project ON quota (project_id) WHERE project_id > 0;

-- What each server took of a quota in one of its windows; in place of key_usage, which a later
-- version drops.
CREATE TABLE quota_usage (
    quota TEXT COLLATE "C" NOT NULL,
    begins BIGINT NOT NULL,
    server TEXT COLLATE "C" NOT NULL,
    ends BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    PRIMARY KEY (quota, begins, server)
);
CREATE INDEX quota_usage_ends ON quota_usage (ends);

-- reverse

DROP TABLE quota_usage;
DROP TABLE quota;
