"""Backups: a folder that holds the database, the blobs and the key of one moment.

    backup/
      manifest.json       versions, schema, counts, and the checksum of every file but the blobs
      manifest.sha256     its own checksum, as `sha256sum` writes it
      tables/<table>/     rows in chunks: MessagePack in a zstd frame, the same from both databases
      blobs/              content by its own SHA-256, as a disk keeps it
      blob_list/          which blobs there are: rows in chunks as well
      secret_key          the key that is kept in the data directory, where there is one

`taking` writes one, `verifying` finds damage, `restoring` fills an empty system; `commands` calls
all three. Since rows are kept as values and not as pages of a database, what was taken from SQLite
fills PostgreSQL too.
"""
