"""Use cases of organizations, projects, teams, keys, people and tokens that `api`, `web` and `cli`
share.

Each is the body of one write transaction, or opens its own where it says so. It asks the `Access`
that its caller got whether this may be done, changes rows, and tells the feed last, so that every
replica forgets within a second what it had cached.
"""
