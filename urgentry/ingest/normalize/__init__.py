"""From what a client sent to the event that is stored: typed, defaulted, trimmed, deterministic.

Two roads lead there, and both give the same event. `normalize_plain` reads and proves in one pass
an event in the form that today's SDKs send, and answers None for any other; `parse_event_json` and
`normalize_event` take everything. All are pure. One module holds one attribute of the event,
`fields` the loop they share, `plain` the types that prove, `limits` every number, `report` what was
found wrong (`_meta`, `errors`). `event` says in which order things happen.
"""

from urgentry.ingest.normalize.event import normalize_event
from urgentry.ingest.normalize.parse import parse_event_json, parse_json
from urgentry.ingest.normalize.plain_event import normalize_plain
from urgentry.ingest.normalize.receipt import NormalizeContext

__all__ = [
    "NormalizeContext",
    "normalize_event",
    "normalize_plain",
    "parse_event_json",
    "parse_json",
]
