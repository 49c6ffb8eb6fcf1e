"""Pages for people: rendered on the server, enhanced by small modules in the browser, live.

`routes.routes(deps)` is the table of contents that `app` mounts. A module lists its pages as
`PAGES`; a handler takes a `Visit` and answers a response. `view` turns domain types into what
templates print; `templates/` and `static/` hold the rest. Every change goes through a use case of
`triage` or `tenancy`, and every page asks `access` first.
"""
