"""Spans, logs and metrics in bulk: signals, the compressed blocks that hold them, and questions.

A block holds up to 512 signals of a project as columns (`encoding`, `block`), beside what tells
without opening it that a question finds nothing there (`directory`, `bloom`, `verdicts`).
`conditions` are tests of signals, `aggregation` counts and measures them. Pure: `storage` keeps
blocks, `explore` reads them, ingest makes signals.
"""
