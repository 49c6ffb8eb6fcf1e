"""The last stage: one transaction for each batch, one module for each kind of record.

`batch` runs the writers of the kinds that a batch holds, in the order of its table, then counts
outcomes and appends to the feed. A writer gets all records of its kind at once, so the number of
statements is bounded whatever the batch's size.
"""
