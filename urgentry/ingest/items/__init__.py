"""How each type of envelope item is read, without I/O; one module for a type.

A module's `read` takes an item, the receipt of its request and the envelope that it came in, and
returns a `Reading`: records for the store, and what of the item is not kept. The table of them is
`urgentry.ingest.readers`; each kind of record has its writer in `urgentry.ingest.store`.
"""
