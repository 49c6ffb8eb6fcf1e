"""Style sheets, modules and images: read once, addressed by their content, kept by browsers.

All files stand below one digest, so that modules import each other by relative paths and a new
version of any of them changes every address.
"""

import gzip
import hashlib
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).parent / "static"
_STYLES = (
    *("tokens", "base", "layout", "components", "pieces", "palette"),
    *("issues", "views", "issue", "event", "trace"),
    *("search", "settings", "onboarding", "stats", "releases", "waterfall", "span", "explore"),
    *("logs", "crons"),
)
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOREVER = "public, max-age=31536000, immutable"


def _read() -> dict[str, bytes]:
    sheets = [(_FOLDER / "css" / f"{name}.css").read_bytes() for name in _STYLES]
    files = {"app.css": b"\n".join(sheets)}
    for path in sorted(_FOLDER.rglob("*")):
        if path.is_file() and path.suffix in (".js", ".svg"):
            files[path.relative_to(_FOLDER).as_posix()] = path.read_bytes()
    return files


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


_files = _read()
_packed: dict[tuple[str, str], bytes] = {}
VERSION = _digest(_files)


def address(name: str) -> str:
    """Where a browser finds a file."""
    return f"/static/{VERSION}/{name}"


def modules() -> list[str]:
    """The addresses of every module, to be fetched at once rather than one after another."""
    return [address(name) for name in _files if name.startswith("js/")]


async def serve(request: Request) -> Response:
    """One file. An address of another version gets today's file, and is not kept."""
    name = request.path_params["name"]
    if name not in _files:
        return Response("Not found", 404, media_type="text/plain")
    is_current = request.path_params["version"] == VERSION
    coding = _coding(request.headers.get("accept-encoding", ""))
    headers = {
        "cache-control": _FOREVER if is_current else "no-cache",
        "content-type": _TYPES[Path(name).suffix],
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }
    if coding:
        headers["content-encoding"] = coding
    return Response(_content(name, coding), headers=headers)


def _coding(accepted: str) -> str:
    return next((coding for coding in ("br", "gzip") if coding in accepted), "")


def _content(name: str, coding: str) -> bytes:
    if not coding:
        return _files[name]
    key = (name, coding)
    if key not in _packed:
        pack = brotli.compress if coding == "br" else gzip.compress
        _packed[key] = pack(_files[name])
    return _packed[key]
