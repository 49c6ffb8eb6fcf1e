"""Sentry's wire vocabulary, pure: what clients send and what a server answers, without any I/O.

`dsn` and `auth` say who sends, `items` what is sent and what it counts as, `limits` how much of it,
`outcome` how each item ends, `ratelimits` what a client is told to hold back. `event_id` and
`timestamps` are the two scalars that occur everywhere.
"""
