"""A saved view: a name for what the list of issues was asked for."""

import msgspec

MAX_NAME_CHARS = 60
MAX_QUERY_CHARS = 4_000
MAX_OWN = 50
MAX_SHARED = 100


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """Of one person, for everybody in the organization where it is shared."""

    id: int
    organization_id: int
    account_id: int
    name: str
    is_shared: bool
    query: str
    """The query of the list's address, without its question mark."""
