"""The inbound filters: does the project want this event at all? Pure.

`filter_event` is the one entry, called by the item modules after normalisation and before what
costs more. `stage` puts together what a project filters, once a configuration; each other module
holds the tests of one kind.
"""

from urgentry.ingest.filters.stage import filter_event

__all__ = ["filter_event"]
