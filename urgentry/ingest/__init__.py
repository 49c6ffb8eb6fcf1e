"""The path of an event: edge → wire → admission → envelope → items → pipeline → store → notify.

`edge` authenticates a request and lets its endpoint (`endpoints`) make an envelope of it; `wire`
reads the body, size-capped and decompressed, within its project's share of the memory (`budget`).
`intake` takes the envelope: it asks `quota` whether an item could be taken at all, a reader
(`items`) turns it into records (an event is normalised, filtered, grouped on the way), and `quota`
takes what they cost. `pipeline` collects the records of all requests into batches, projects in
turn, each written by `store` in one transaction. The answer is sent after the commit, then whoever
watches is woken. Each stage takes the item further or raises `Rejected`; only `intake` and the edge
catch it, so every received item is settled exactly once.

To take a new kind of item: a subclass of `domain.record.Record`, a reader in `items` (and its line
in `readers`), a writer in `store` (and its line in `store.batch`). A new form of request is a
subclass of `endpoints.base.Endpoint`.
"""
