"""The path of an event: wire → admission → envelope → normalize → filter → quota → group → store.

`wire` makes size-capped, decompressed bytes of a request and `envelope` makes items of bytes; an
item's payload is normalised and grouped, and `pipeline` collects what is ready into batches, each
written by `store` in one transaction. The answer is sent after the commit, then `notify` wakes
whoever watches. Each stage takes the item further or raises `Rejected`; only `pipeline` and the
HTTP edge catch it, so every received item is settled exactly once.
"""
