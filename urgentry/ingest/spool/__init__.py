"""Where accepted records wait while the database is away: files in the data directory.

`frames` is the form of the files, `files` one process's spool of them, `spool` takes batches and
`drain` writes them to the database, in order, when it answers again. Each batch keeps the id under
which its commit was tried, and its position is advanced in the transaction that writes it, so it is
written exactly once, whoever drains.
"""
