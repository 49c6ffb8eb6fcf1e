"""Runs every look, one after another."""

import socket
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

from urgentry.config import Settings
from urgentry.doctor import blobs, database, machine
from urgentry.doctor.finding import Finding, ok, refused, warning
from urgentry.errors import ConfigError
from urgentry.opening import open_places


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that a server with these settings needs."""
    for finding in (*_address(settings), *_places(settings), *machine.look(settings)):
        yield finding
    async for finding in database.look(settings):
        yield finding
    async for finding in blobs.look(settings.blobs):
        yield finding
    if settings.replicas > 1 and settings.blobs.store == "disk":
        yield warning(
            "blobs: shared",
            f"{settings.replicas} servers keep blobs in {settings.blobs.dir}",
            "it must be the same volume for all of them, or use URGENTRY_BLOBS_STORE=s3",
        )


def _address(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        yield warning(
            "address",
            f"the name {host} leads nowhere from here",
            "set URGENTRY_BASE_URL to the address by which SDKs and people reach the server",
        )
    else:
        yield ok("address", settings.base_url)
    if parts.scheme == "https" and not settings.trusted_proxies:
        yield warning(
            "proxy",
            "people come by HTTPS, and no proxy is trusted",
            "name the proxy in URGENTRY_TRUSTED_PROXIES, else all clients share its address",
        )


def _places(settings: Settings) -> Iterator[Finding]:
    if settings.geoip_database is None:
        return
    try:
        places = open_places(settings.geoip_database)
    except ConfigError as error:
        yield refused("places", error)
        return
    if places is not None:
        with places:
            yield ok("places", f"{settings.geoip_database} can be read")
