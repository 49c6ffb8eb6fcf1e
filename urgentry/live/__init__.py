"""Fan-out of the change log: to browsers, and to the caches that settings make stale.

It polls the feed table, which is the same on every replica and behind every pooler; a commit of
this process wakes it at once.
"""
