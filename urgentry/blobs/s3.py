"""Blobs as objects of an S3-compatible store.

`obstore` does the work: it signs, streams, uploads in parts what is large, and finds temporary
credentials where none are given (of a role, a container or a machine). It is imported only where
this store is used.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any

import msgspec

from urgentry import clock
from urgentry.blobs.base import Blob, Content
from urgentry.blobs.keys import checked_key, checked_prefix
from urgentry.errors import BlobError, BlobNotFound, BlobStoreUnavailable, StorageFull

_PART_BYTES = 8 << 20
_PARTS_AT_ONCE = 2
"""Both together bound what an upload holds in memory. A download asks for a part at a time, so that
a slow reader keeps no request open."""
_DELETED_AT_ONCE = 1000
_LISTED = 1000
_ATTEMPTS = 3
_CONNECT_SECONDS = 5
_SECONDS = 60
_REST_SECONDS = 0.1
_NO_ROOM = ("507 ", "StorageFull", "InsufficientStorage", "QuotaExceeded")
_NO_BUCKET = "NoSuchBucket"
_ABSENT = checked_key("kept/absent/0/" + "0" * 64)


class S3Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where the objects are. What is empty is left to the store's, or the machine's, default."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    is_path_style: bool = True
    encryption: str = ""
    kms_key_id: str = ""
    deletes_in_bulk: bool = True


class S3Store:
    """The store of one bucket, or of what lies below a prefix in it."""

    def __init__(self, target: S3Target) -> None:
        import obstore  # noqa: PLC0415 - who keeps blobs on a disk should not pay for it
        from obstore.store import S3Store as Bucket  # noqa: PLC0415 - same

        self._obstore = obstore
        self._target = target
        self._bucket = _bucket(Bucket, target)

    async def put(self, key: str, content: Content) -> int:
        path = checked_key(key)
        if isinstance(content, bytes):
            await self._ask(self._obstore.put_async(self._bucket, path, content))
            return len(content)
        counted = _Counted(content)
        try:
            await self._obstore.put_async(
                self._bucket,
                path,
                aiter(counted),
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        except asyncio.CancelledError:
            counted.is_cancelled = True  # else the library would go on without us
            raise
        except Exception as error:
            if counted.failure is not None:
                raise counted.failure from error
            raise self._refusal(error) from error
        return counted.size

    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        size = await self.size(key)
        if size is None:
            raise BlobNotFound("there is no such blob")
        end = size if length is None else min(size, start + length)
        while start < end:
            part = min(end, start + _PART_BYTES)
            asked = self._obstore.get_range_async(self._bucket, key, start=start, end=part)
            yield bytes(await self._ask(asked))
            start = part

    async def size(self, key: str) -> int | None:
        path = checked_key(key)
        try:
            found = await self._ask(self._obstore.head_async(self._bucket, path))
        except BlobNotFound:
            return None
        size: int = found["size"]
        return size

    async def delete(self, keys: Iterable[str]) -> None:
        paths = iter([checked_key(key) for key in keys])
        while some := list(islice(paths, _DELETED_AT_ONCE)):
            with suppress(BlobNotFound):  # where each is removed by itself
                await self._ask(self._obstore.delete_async(self._bucket, some))

    async def delete_all(self, prefix: str) -> None:
        if not checked_prefix(prefix):
            raise ValueError("this would remove every blob")
        found: list[str] = []
        async for blob in self.walk(prefix):
            found.append(blob.key)
            if len(found) == _DELETED_AT_ONCE:
                await self.delete(found)
                found.clear()
        await self.delete(found)

    async def walk(self, prefix: str = "") -> AsyncIterator[Blob]:
        pages = aiter(
            self._obstore.list(self._bucket, checked_prefix(prefix) or None, chunk_size=_LISTED)
        )
        with suppress(StopAsyncIteration):
            while True:
                for found in await self._ask(anext(pages)):
                    written_at = int(found["last_modified"].timestamp()) * clock.SECOND
                    yield Blob(key=found["path"], size=found["size"], written_at=written_at)

    async def folders(self) -> list[str]:
        found = await self._ask(self._obstore.list_with_delimiter_async(self._bucket))
        return sorted(found["common_prefixes"])

    async def check(self) -> None:
        """Asks for an object that does not exist: that needs the bucket and the right to read."""
        if await self.size(_ABSENT) is not None:
            return
        await self.folders()

    def free_bytes(self) -> int | None:
        return None

    async def close(self) -> None:
        """Threads of the library may still let go of what they gave us; one that does so while the
        interpreter ends would abort the process."""
        await asyncio.sleep(_REST_SECONDS)

    async def _ask(self, question: Any) -> Any:
        try:
            return await question
        except (StopAsyncIteration, asyncio.CancelledError):
            raise
        except Exception as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> BlobError:
        """What a store says, out of the library's exceptions. Their texts hold no credentials."""
        text = str(error).partition("\n")[0]
        if any(word in str(error) for word in _NO_ROOM):
            return StorageFull("the object store has no room", hint="give it more")
        if isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
            return BlobNotFound("there is no such blob")
        return BlobStoreUnavailable(
            f"the object store does not do what it is asked: {text}",
            hint="check URGENTRY_BLOBS_S3_* and that the bucket exists",
        )


class _Counted:
    """Chunks on their way into an upload: how many bytes they were, and whether they broke off."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0
        self.failure: Exception | None = None
        self.is_cancelled = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                self._go_on()
                self.size += len(chunk)
                if chunk:
                    yield chunk
        except Exception as error:
            self.failure = error
            raise

    def _go_on(self) -> None:
        if self.is_cancelled:
            raise InterruptedError("nobody waits for this upload")


def _endpoint(target: S3Target) -> str:
    """Where requests go; the library wants the bucket in front of the host itself."""
    if target.is_path_style or not target.endpoint:
        return target.endpoint
    scheme, _, host = target.endpoint.partition("://")
    return f"{scheme}://{target.bucket}.{host}"


def _bucket(make: Any, target: S3Target) -> Any:
    given = {
        "endpoint": _endpoint(target),
        "region": target.region,
        "access_key_id": target.access_key_id,
        "secret_access_key": target.secret_access_key,
        "session_token": target.session_token,
        "server_side_encryption": target.encryption,
        "sse_kms_key_id": target.kms_key_id,
    }
    return make(
        target.bucket,
        prefix=target.prefix or None,
        config={name: text for name, text in given.items() if text},
        virtual_hosted_style_request=not target.is_path_style,
        disable_bulk_delete=not target.deletes_in_bulk,
        client_options={
            "allow_http": target.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
            "timeout": timedelta(seconds=_SECONDS),
        },
        retry_config={
            "max_retries": _ATTEMPTS - 1,
            "retry_timeout": timedelta(seconds=_SECONDS),
        },
    )
