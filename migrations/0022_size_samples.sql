-- phase: expand
-- serves: 0.1.0
-- loses: how many bytes projects and the database took on days gone by

-- forward

-- The bytes that a project's data of some kind took when they were last measured on a day, and those
-- of the whole database (project 0).
CREATE TABLE size_sample (
    day INTEGER NOT NULL,
    project_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (day, project_id, kind)
);

-- reverse

DROP TABLE size_sample;
