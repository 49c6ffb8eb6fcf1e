"""The web API in Sentry's shapes, under `/api/0/`: a module per resource.

`routes.routes(deps)` is the table of contents that `app` mounts. A module lists its endpoints as
`ENDPOINTS`; a handler takes a `Call` and answers a response; `Call.enter` asks `access` who may.
What the program does not do has no path here and is 404, rather than an answer that means nothing.
"""
