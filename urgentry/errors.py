"""The exception tree of the program.

    UrgentryError
    ├── ConfigError            a setting is unknown or invalid; stops the start
    ├── ApiError               the caller's mistake: an HTTP status and a sentence
    │   └── FieldError             members of a form or a JSON body are wrong, each with sentences
    ├── BackupError            a backup cannot be made, is damaged, or does not fit
    ├── BlobError              the store of blobs could not do what was asked
    │   ├── BlobNotFound           there is no blob of that key
    │   ├── BlobDamaged            its content is not what its key says
    │   ├── BlobStoreUnavailable   it is away or refuses us: try again later
    │   └── StorageFull            there is no room: refuse what would need some
    └── StorageError           the database could not do what was asked
        ├── DatabaseUnavailable    it is away, or the pool is exhausted: try again later
        ├── CommitAmbiguous        the connection broke while COMMIT was under way
        ├── DataRejected           one row's values are refused: bisect the batch
        ├── UniqueViolation        a constraint says that it exists already
        ├── SchemaMismatch         migrate first, or run another program version
        └── SpoolUnavailable       what waits for the database cannot be written to disk

`Rejected`, the fate of an ingested item, lives in `protocol.outcome` beside the outcomes. All else
is a bug: a traceback and a 500. Operators' errors carry a hint that says what to do next.
"""


class UrgentryError(Exception):
    """Base of every error that this program raises on purpose."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(UrgentryError):
    """A setting is unknown or its value is invalid."""


class ApiError(UrgentryError):
    """The caller's mistake, told in the protocol's own form: `{"detail": …}` with a status."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


class FieldError(ApiError):
    """What was entered is wrong, told for each field: `{"slug": ["…"]}` with status 400."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__(400, " ".join(text for texts in fields.values() for text in texts))
        self.fields = fields


class BackupError(UrgentryError):
    """A backup cannot be made, is damaged, or does not fit what it is restored into."""


class BlobError(UrgentryError):
    """The store of blobs could not do what was asked."""


class BlobNotFound(BlobError):
    """There is no blob of that key."""


class BlobDamaged(BlobError):
    """The content of a blob is not what its key says."""


class BlobStoreUnavailable(BlobError):
    """The store of blobs is away, or refuses us: the same call may go through later."""


class StorageFull(BlobError):
    """There is no room left, or none below the floor that the operator set."""


class StorageError(UrgentryError):
    """The database could not do what was asked."""


class DatabaseUnavailable(StorageError):
    """The database is away or has no connection to give: the same call may go through later."""


class CommitAmbiguous(StorageError):
    """The connection broke while COMMIT was under way: the transaction may have happened."""


class DataRejected(StorageError):
    """The database refuses the values of one row (NUL in text, number out of range, …)."""


class UniqueViolation(StorageError):
    """Such a row, or such a table, exists already."""


class SchemaMismatch(StorageError):
    """The schema is older than this program needs, or serves only newer programs."""


class SpoolUnavailable(StorageError):
    """The data directory does not take what should wait there for the database."""
