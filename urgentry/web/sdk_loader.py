"""`/js-sdk-loader/{key}.js`: the script by which a page gets the browser SDK that its key names.

Pages of strangers ask for it and caches keep it, so it knows nobody and asks the database nothing
that ingest does not remember anyway. What cannot be loaded is a script that does nothing: a page
must not break by it. Called by `app`.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import orjson

from urgentry.domain.scope import Scope
from urgentry.domain.sdk_loader import Loading, loading_of
from urgentry.errors import StorageError
from urgentry.protocol.dsn import format_dsn

PATH: Final = re.compile(r"/js-sdk-loader/(?P<key>[^/]+?)(?P<min>\.min)?\.js")

_SOURCE: Final = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_KEPT: Final = (
    b"public, max-age=3600, s-maxage=60, stale-while-revalidate=315360000, stale-if-error=315360000"
)
_NOTHING: Final = b"// There is nothing to load for this key.\n"
_METHODS: Final = ("GET", "HEAD")

Send = Callable[[dict[str, Any]], Awaitable[None]]


def _packed(source: str) -> str:
    """The same without comments and the blanks around lines."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


_PACKED: Final = _packed(_SOURCE)


class SdkLoader:
    """The ASGI application for paths that `PATH` matches."""

    def __init__(
        self,
        find: Callable[[str], Awaitable[Scope | None]],
        *,
        base_url: str,
        bundle_url: str,
        versions: Sequence[str],
    ) -> None:
        self._find = find
        self._base_url = base_url
        self._bundle_url = bundle_url
        self._versions = versions

    async def __call__(self, scope: Mapping[str, Any], _receive: Any, send: Send) -> None:
        """Answers one request; 503, kept by nobody, while the database is away."""
        if scope["method"] not in _METHODS:
            allowed = [(b"allow", b"GET, HEAD")]
            await _answer(send, scope, HTTPStatus.METHOD_NOT_ALLOWED, b"", allowed)
            return
        matched = PATH.fullmatch(scope["path"])
        assert matched is not None  # noqa: S101 - `app` asked
        try:
            found = await self._find(matched["key"])
        except StorageError:
            await _answer(send, scope, HTTPStatus.SERVICE_UNAVAILABLE, b"", _UNKEPT)
            return
        body, headers = self._script(found, is_packed=bool(matched["min"]))
        await _answer(send, scope, HTTPStatus.OK, body, [(b"cache-control", _KEPT), *headers])

    def _script(
        self, found: Scope | None, *, is_packed: bool
    ) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        loading = self._loading(found) if found is not None else None
        if found is None or loading is None:
            return _NOTHING, []
        told = {
            "key": found.public_key,
            "url": loading.sdk_url,
            "lazy": loading.is_lazy,
            "init": loading.init,
        }
        source = _PACKED if is_packed else _SOURCE
        surrogate = f"project/{found.project_id} sdk/{loading.version} sdk-loader"
        return (
            source.replace("__SETTINGS__", _literal(told)).encode(),
            [(b"surrogate-key", surrogate.encode())],
        )

    def _loading(self, found: Scope) -> Loading | None:
        return loading_of(
            found.loader,
            dsn=format_dsn(self._base_url, found.public_key, found.project_id),
            bundle_url=self._bundle_url,
            versions=self._versions,
        )


def _literal(value: Any) -> str:
    """JSON that is also JavaScript, wherever it stands."""
    text = orjson.dumps(value).decode()
    return "".join(_escaped(text))


def _escaped(text: str) -> Iterator[str]:
    for character in text:
        yield f"\\u{ord(character):04x}" if character in _UNSAFE else character


_UNSAFE: Final = "<>&\u2028\u2029"
_UNKEPT: Final = [(b"cache-control", b"no-store"), (b"retry-after", b"5")]


async def _answer(
    send: Send,
    scope: Mapping[str, Any],
    status: int,
    body: bytes,
    headers: Sequence[tuple[bytes, bytes]],
) -> None:
    sent = [
        (b"content-type", b"text/javascript"),
        (b"content-length", str(len(body)).encode()),
        (b"access-control-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
        # Pages of other sites are meant to load it.
        (b"cross-origin-resource-policy", b"cross-origin"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
