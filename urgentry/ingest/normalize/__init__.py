"""From what a client sent to the event that is stored: typed, defaulted, trimmed, deterministic.

`parse_event_json` reads the bytes, `normalize_event` does the rest; both are pure. One module holds
one attribute of the event, `fields` the loop they share, `limits` every number, `report` what was
found wrong (`_meta`, `errors`). `event` says in which order things happen.
"""

from urgentry.ingest.normalize.event import normalize_event
from urgentry.ingest.normalize.parse import parse_event_json
from urgentry.ingest.normalize.receipt import NormalizeContext

__all__ = ["NormalizeContext", "normalize_event", "parse_event_json"]
