-- name: server_facts (postgres)
-- What `urgentry doctor` asks of a server. SQLite has none.
SELECT current_setting('server_version') AS version,
    CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS clock,
    CAST(current_setting('max_connections') AS integer) AS connections,
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
        AND current_setting('synchronous_commit') <> 'off' AS is_durable,
    pg_is_in_recovery() AS is_standby,
    COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create

-- name: backend (postgres)
-- The server's process that answers. SQLite has none.
SELECT pg_backend_pid()
