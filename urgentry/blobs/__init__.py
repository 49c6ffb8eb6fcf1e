"""Content that is too large for rows: attachments, recordings, profiles, uploaded files.

A blob is written before the row that names it, and goes when no row names it any more
(`jobs.blob_sweeping`) or when its day of expiry has passed. `keys` says what a blob is called,
`base` what every store keeps to, `disk` and `s3` are the stores; `opening` chooses one.
"""
