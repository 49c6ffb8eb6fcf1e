"""Questions about spans, logs and metrics: pages of signals, counts over time and groups, traces.

A `Desk` lets a few be worked on at once, each within a budget of time. Blocks are read in chunks
from a snapshot and worked on by a thread in short steps, so that ingest and pages go on beside it.
Called by api and web.
"""
