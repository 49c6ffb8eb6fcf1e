"""The blob store: each right that the server needs, tried with a blob of no use."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

from urgentry.blobs.base import BlobStore
from urgentry.blobs.keys import kept_key
from urgentry.config import BlobSettings
from urgentry.doctor.finding import Finding, failed, ok, refused, warning
from urgentry.errors import BlobError, BlobNotFound
from urgentry.opening import open_blob_store

_KIND = "doctor"
_RIGHTS = {
    "put": "s3:PutObject",
    "get": "s3:GetObject",
    "list": "s3:ListBucket",
    "delete": "s3:DeleteObject",
}


async def look(settings: BlobSettings) -> AsyncIterator[Finding]:
    """Puts, gets, lists and deletes. What was put is removed, where that is allowed."""
    if settings.store == "disk" and not settings.dir.exists():
        yield ok("blobs", f"the first one makes {settings.dir}")
        return
    store = open_blob_store(settings)
    trial = _Trial(store)
    try:
        for name, step in (
            ("put", trial.put),
            ("get", trial.get),
            ("list", trial.list),
            ("delete", trial.delete),
        ):
            yield await _tried(name, step, settings)
        room = _room(store, settings)
        if room is not None:
            yield room
        if settings.former_store != "none":
            yield warning(
                "blobs: former",
                f"what is not found is looked for on {settings.former_store}",
                "run `urgentry blobs move`, then remove URGENTRY_BLOBS_FORMER_STORE",
            )
    finally:
        await store.close()


async def _tried(name: str, step: Callable[[], Awaitable[bool]], settings: BlobSettings) -> Finding:
    check = f"blobs: {name}"
    try:
        is_right = await step()
    except BlobError as error:
        if settings.store == "s3" and name != "put":
            return failed(check, str(error), f"allow {_RIGHTS[name]}. {error.hint}".strip())
        return refused(check, error)
    if not is_right:
        return failed(check, "it does not answer what was put", "look at the store's consistency")
    return ok(check, f"{settings.store} does")


class _Trial:
    """A blob that is of no use to anybody."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._content = secrets.token_bytes(64)
        self._key = kept_key(_KIND, 0, hashlib.sha256(self._content).hexdigest())

    async def put(self) -> bool:
        return await self._store.put(self._key, self._content) == len(self._content)

    async def get(self) -> bool:
        try:
            found = b"".join([chunk async for chunk in self._store.get(self._key)])
        except BlobNotFound:
            return False
        return found == self._content

    async def list(self) -> bool:
        prefix = f"kept/{_KIND}/0/"
        return self._key in [blob.key async for blob in self._store.walk(prefix)]

    async def delete(self) -> bool:
        await self._store.delete([self._key])
        return await self._store.size(self._key) is None


def _room(store: BlobStore, settings: BlobSettings) -> Finding | None:
    free = store.free_bytes()
    if free is None:
        return None
    text = f"{free / (1 << 30):.1f} GiB are free, of which {settings.min_free_bytes} bytes stay so"
    if free < 2 * settings.min_free_bytes:
        return warning("blobs: room", text, "make room, or lower URGENTRY_BLOBS_MIN_FREE_BYTES")
    return ok("blobs: room", text)
