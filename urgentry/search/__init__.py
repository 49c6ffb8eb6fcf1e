"""Sentry's search grammar: text → tree → conditions over named SQL fragments. Pure.

`parser.parse` reads the text, `syntax.format_query` writes it back, `issues.issue_condition` and
`events.event_condition` say what a tree means for a list of issues or of events. Errors are
`InvalidSearch`, a 400 that names the place in the text. Called by api and web.
"""
