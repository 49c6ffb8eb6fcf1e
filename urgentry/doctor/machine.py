"""The machine: the data directory, its disk and its permissions, and the ports."""

import errno
import http.client
import os
import secrets
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from urgentry.config import Settings
from urgentry.doctor.finding import Finding, failed, ok, warning
from urgentry.storage.data_directory import KEY_NAME

_WRITES = 16
_PAGE = bytes(8192)
_SLOW_FSYNC_SECONDS = 0.02
_LOW_BYTES = 1 << 30
_NO_BYTES = 64 << 20
_OTHERS = 0o007
_ALL_BUT_OWNER = 0o077
_HEALTH_SECONDS = 2


def look(settings: Settings) -> Iterator[Finding]:
    """All of it. Files that are written on trial are removed."""
    yield from _directory(settings.data_dir)
    yield from _keys(settings)
    for port, name in (
        (settings.port, "URGENTRY_PORT"),
        (settings.otlp_http_port, "URGENTRY_OTLP_HTTP_PORT"),
        (settings.otlp_grpc_port, "URGENTRY_OTLP_GRPC_PORT"),
    ):
        if port:
            yield _port(settings, port, name)


def _directory(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield _missing(path)
        return
    try:
        seconds = _fsync_seconds(path)
        found = os.statvfs(path)
    except OSError as error:
        yield failed(
            "data directory",
            f"{path} cannot be written to: {error.strerror}",
            "it must belong to the user of the server (URGENTRY_DATA_DIR)",
        )
        return
    yield _permissions(path)
    yield _free(path, found.f_bavail * found.f_frsize)
    text = f"a write is on the disk in {seconds * 1000:.2f} ms"
    if seconds > _SLOW_FSYNC_SECONDS:
        yield warning("fsync", text, "events wait for it: use a faster disk, or PostgreSQL")
    else:
        yield ok("fsync", text)


def _missing(path: Path) -> Finding:
    """It is not made here: whoever looks need not be the server's user."""
    parent = next(place for place in path.absolute().parents if place.exists())
    if os.access(parent, os.W_OK):
        return ok("data directory", f"the first start makes {path}")
    return failed(
        "data directory",
        f"{path} does not exist and cannot be made",
        "make it, and give it to the user of the server (URGENTRY_DATA_DIR)",
    )


def _fsync_seconds(path: Path) -> float:
    """The median time until a page is on the disk."""
    trial = path / f".doctor.{secrets.token_hex(8)}"
    descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        return statistics.median(_timed_write(descriptor) for _ in range(_WRITES))
    finally:
        os.close(descriptor)
        trial.unlink()


def _timed_write(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, _PAGE)
    os.fsync(descriptor)
    return time.perf_counter() - began


def _permissions(path: Path) -> Finding:
    found = path.stat()
    mode = found.st_mode & 0o777
    if found.st_uid != os.geteuid():
        return warning(
            "data directory",
            f"{path} belongs to user {found.st_uid}, and this is {os.geteuid()}",
            "run this as the user of the server; what another one makes it cannot use",
        )
    if mode & _OTHERS:
        return warning(
            "data directory", f"{path} is open to everybody ({mode:04o})", f"chmod 0700 {path}"
        )
    return ok("data directory", f"{path} can be written to ({mode:04o})")


def _free(path: Path, free: int) -> Finding:
    text = f"{free / (1 << 30):.1f} GiB are free in {path}"
    if free < _NO_BYTES:
        return failed("disk", text, "make room: nothing can be written soon")
    return warning("disk", text, "make room") if free < _LOW_BYTES else ok("disk", text)


def _keys(settings: Settings) -> Iterator[Finding]:
    file = settings.data_dir / KEY_NAME
    if settings.secret_keys:
        yield ok("secret keys", f"{len(settings.secret_keys)} given")
    elif not file.exists():
        yield ok("secret keys", f"one will be made in {file}")
    else:
        mode = file.stat().st_mode & 0o777
        if not os.access(file, os.R_OK):
            yield failed("secret keys", f"{file} cannot be read", "give it to the server's user")
        elif mode & _ALL_BUT_OWNER:
            yield failed(
                "secret keys",
                f"others may read {file} ({mode:04o}), and sign in as anybody",
                f"chmod 0600 {file}, and set another key: everyone signs in anew",
            )
        else:
            yield ok("secret keys", f"kept in {file}")


def _port(settings: Settings, port: int, name: str) -> Finding:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, port))
        except OSError as error:
            return _taken(settings, port, name, error)
    return ok("port", f"{port} is free")


def _taken(settings: Settings, port: int, name: str, error: OSError) -> Finding:
    if error.errno != errno.EADDRINUSE:
        return failed(
            "port",
            f"{port} of {settings.host} is not to be had: {error.strerror}",
            f"choose one above 1023 ({name}), and an address of this machine (URGENTRY_HOST)",
        )
    if _is_served(settings):
        return ok("port", f"{port} is taken while a server answers at {settings.port}")
    return failed("port", f"{port} is taken by another program", f"stop it, or set {name}")


def _is_served(settings: Settings) -> bool:
    """Whether a server of ours answers at the main port."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=_HEALTH_SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK and answer.read(64) == b'{"status":"ok"}'
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
