"""Attachments can be read and sent at any moment of a move from the disk to a bucket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx

from tests.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, running_s3
from tests.server.ingest.wire import envelope_of
from tests.server.running_server import Bootstrapped, RunningServer

MANY = 15


def s3_settings(server: S3Server) -> dict[str, str]:
    return {
        "URGENTRY_BLOBS_STORE": "s3",
        "URGENTRY_BLOBS_S3_BUCKET": server.make_bucket(),
        "URGENTRY_BLOBS_S3_ENDPOINT": server.endpoint,
        "URGENTRY_BLOBS_S3_ACCESS_KEY_ID": ACCESS_KEY,
        "URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY": SECRET_KEY,
    }


class Sender:
    """Sends attachments and reads them back."""

    def __init__(self, server: RunningServer, project: Bootstrapped) -> None:
        self._key = project.dsn.split("//")[1].split("@")[0]
        self._envelopes = f"/api/{project.project_id}/envelope/?sentry_key={self._key}"
        token = {"Authorization": f"Bearer {project.auth_token}"}
        self.client = httpx.AsyncClient(base_url=server.base_url, headers=token)
        self.sent: dict[str, bytes] = {}

    async def send(self) -> None:
        event_id = uuid4().hex
        content = event_id.encode() * 1_000
        event = envelope_of({"event_id": event_id, "message": "hello"}, event_id=event_id)
        head = b'{"type":"attachment","filename":"a.txt","length":%d}\n' % len(content)
        body = event.rstrip(b"\n") + b"\n" + head + content
        answer = await self.client.post(self._envelopes, content=body)
        assert answer.status_code == 200
        self.sent[event_id] = content

    async def read_all(self) -> None:
        for event_id, content in list(self.sent.items()):
            path = f"/api/0/projects/acme/web/events/{event_id}/attachments/"
            (attachment,) = (await self.client.get(path)).json()
            answer = await self.client.get(f"{path}{attachment['id']}/", params={"download": "1"})
            assert answer.content == content


async def again_and_again(work: Callable[[], Awaitable[None]], until: asyncio.Event) -> None:
    while not until.is_set():
        await work()


async def test_attachments_move_while_they_are_read_and_sent(tmp_path: Path) -> None:
    disk = RunningServer(tmp_path / "server")
    files = tmp_path / "server" / "blobs"
    with running_s3() as s3:
        bucket = disk.with_settings(**s3_settings(s3))
        async with running(disk):
            sender = Sender(disk, await asyncio.to_thread(disk.bootstrap))
            for _ in range(MANY):
                await sender.send()
        assert files_in(files) == MANY

        async with running(bucket.with_settings(URGENTRY_BLOBS_FORMER_STORE="disk")) as both:
            done = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(again_and_again(sender.read_all, done))
                tasks.create_task(again_and_again(sender.send, done))
                told = await asyncio.to_thread(both.run, "blobs", "move")
                done.set()
        assert told.startswith(f"moved {MANY} blobs of {MANY * 32_000} bytes from disk to s3")
        assert files_in(files) == 0
        assert len(sender.sent) > MANY

        async with running(bucket):
            await sender.read_all()
            await sender.client.aclose()


@asynccontextmanager
async def running(server: RunningServer) -> AsyncIterator[RunningServer]:
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


def files_in(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])
