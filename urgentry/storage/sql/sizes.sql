-- name: database_bytes (sqlite)
-- The bytes of the database, but for pages that are free. Each database tells its size in its own
-- way.
SELECT (pages.page_count - free.freelist_count) * size.page_size
FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size

-- name: database_bytes (postgres)
-- The bytes of the database. Each database tells its size in its own way.
SELECT pg_database_size(current_database())
