"""What the store on S3 asks for, told by a server that writes requests down."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.database_servers import free_port
from urgentry.blobs.keys import kept_key
from urgentry.blobs.s3 import S3Store, S3Target
from urgentry.config import Settings
from urgentry.errors import BlobStoreUnavailable, StorageFull
from urgentry.opening import open_blob_store

KEY = kept_key("files", 1, "ab" * 32)
FULL = b"<Error><Code>XMinioStorageFull</Code><Message>no room</Message></Error>"


class Recorder:
    """A server that answers every request alike."""

    def __init__(self, status: str = "200 OK", body: bytes = b"") -> None:
        self.heads: list[str] = []
        self.port = 0
        self._answer = (
            f'HTTP/1.1 {status}\r\nETag: "x"\r\nContent-Length: {len(body)}\r\n'
            "Connection: close\r\n\r\n"
        ).encode() + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        for line in head.splitlines():
            name, _, text = line.partition(":")
            if name.lower() == "content-length":
                await reader.readexactly(int(text))
        writer.write(self._answer)
        await writer.drain()
        writer.close()

    @property
    def first(self) -> dict[str, str]:
        lines = self.heads[0].splitlines()
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        return {"": lines[0], **headers}


@asynccontextmanager
async def recorder(status: str = "200 OK", body: bytes = b"") -> AsyncIterator[Recorder]:
    made = Recorder(status, body)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def settings(port: int, **more: str) -> Settings:
    given = {
        "STORE": "s3",
        "S3_BUCKET": "errors",
        "S3_ENDPOINT": f"http://127.0.0.1:{port}",
        "S3_ACCESS_KEY_ID": "AKIA",
        "S3_SECRET_ACCESS_KEY": "secret",
        **more,
    }
    return Settings.from_environment({f"URGENTRY_BLOBS_{name}": given[name] for name in given})


async def test_temporary_credentials_and_encryption_are_asked_for() -> None:
    async with recorder() as server:
        store = open_blob_store(
            settings(
                server.port,
                S3_SESSION_TOKEN="of an hour",
                S3_ENCRYPTION="aws:kms",
                S3_KMS_KEY_ID="arn:key",
                S3_PREFIX="/team/",
                S3_REGION="eu-central-1",
            ).blobs
        )
        await store.put(KEY, b"content")
        await store.close()
    asked = server.first
    assert asked[""] == f"PUT /errors/team/{KEY} HTTP/1.1"
    assert asked["x-amz-security-token"] == "of an hour"
    assert asked["x-amz-server-side-encryption"] == "aws:kms"
    assert asked["x-amz-server-side-encryption-aws-kms-key-id"] == "arn:key"
    assert "/eu-central-1/s3/" in asked["authorization"]
    assert "secret" not in server.heads[0]


async def test_without_a_wish_the_bucket_decides_on_encryption() -> None:
    async with recorder() as server:
        store = open_blob_store(settings(server.port).blobs)
        await store.put(KEY, b"content")
        await store.close()
    assert not [name for name in server.first if "encryption" in name]
    assert "x-amz-security-token" not in server.first


async def test_the_bucket_may_stand_before_the_host() -> None:
    """Nobody resolves such a name here; the answer tells whom it would have asked."""
    store = open_blob_store(
        settings(1, S3_ENDPOINT="http://s3.invalid:9000", S3_PATH_STYLE="no").blobs
    )
    with pytest.raises(BlobStoreUnavailable, match=f"http://errors.s3.invalid:9000/{KEY}"):
        await store.put(KEY, b"content")
    await store.close()


@pytest.mark.parametrize(("bulk", "method"), [("yes", "POST"), ("no", "DELETE")])
async def test_stores_without_bulk_deletion_are_asked_one_by_one(bulk: str, method: str) -> None:
    deleted = f"<Deleted><Key>{KEY}</Key></Deleted>"
    body = f"<DeleteResult>{deleted}</DeleteResult>".encode()
    async with recorder(body=body) as server:
        store = open_blob_store(settings(server.port, S3_BULK_DELETE=bulk).blobs)
        await store.delete([KEY])
        await store.close()
    assert server.first[""].split()[0] == method


@pytest.mark.parametrize("status", ["507 Insufficient Storage", "400 Bad Request"])
async def test_a_store_without_room_says_so(status: str) -> None:
    async with recorder(status, FULL) as server:
        store = open_blob_store(settings(server.port).blobs)
        with pytest.raises(StorageFull):
            await store.put(KEY, b"content")
        await store.close()


async def test_a_store_that_is_away_is_unavailable() -> None:
    store = open_blob_store(settings(free_port()).blobs)
    for call in (store.put(KEY, b"x"), store.size(KEY), store.check(), store.folders()):
        with pytest.raises(BlobStoreUnavailable) as away:
            await call
        assert "URGENTRY_BLOBS_S3_" in away.value.hint
        assert "secret" not in str(away.value)
    await store.close()


async def test_refused_credentials_and_missing_buckets_are_told() -> None:
    no_bucket = b"<Error><Code>NoSuchBucket</Code></Error>"
    for status, body in (("403 Forbidden", b""), ("404 Not Found", no_bucket)):
        async with recorder(status, body) as server:
            store = open_blob_store(settings(server.port).blobs)
            with pytest.raises(BlobStoreUnavailable):
                await store.check()
            await store.close()


def test_who_keeps_blobs_on_a_disk_does_not_load_the_library() -> None:
    program = "import sys, urgentry.cli; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_process_that_used_it_ends_well() -> None:
    """Threads of the library must have let go before the interpreter does."""
    program = f"""
import asyncio
from urgentry.blobs.s3 import S3Store, S3Target
from urgentry.errors import BlobError

async def main():
    target = S3Target(bucket="b", endpoint="http://127.0.0.1:{free_port()}",
                      access_key_id="a", secret_access_key="b")
    store = S3Store(target)
    try:
        await store.put("{KEY}", b"x")
    except BlobError:
        pass
    await store.close()

asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")


async def test_the_target_may_leave_everything_to_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with a role of the pod: credentials come from where AWS puts them."""
    async with recorder() as server:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIA")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "of a role")
        store = S3Store(S3Target(bucket="errors", endpoint=f"http://127.0.0.1:{server.port}"))
        await store.put(KEY, b"content")
        await store.close()
    assert server.first["x-amz-security-token"] == "of a role"
    assert "credential=asia/" in server.first["authorization"]
