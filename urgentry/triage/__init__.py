"""Use cases around issues that api and web share.

`reading` gathers what a list or page of issues shows. `decisions` are the changes that people make,
`applying` writes them with their activity and feed entries in one transaction; `merging` moves
hashes between issues, `deletion` removes issues, `notes` are comments, `assignees` finds who a text
names.
"""
