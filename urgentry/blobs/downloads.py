"""How contents that came from anybody go to a browser: never as a page, never as a script.

Both the API and the pages send them so. Only images of a few well-known kinds are shown in place,
and only when their first bytes agree.
"""

from urllib.parse import quote

_SHOWN = {
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
}
HEAD_BYTES = 16
"""As many first bytes tell what an image is."""
_NAME_CHARS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$&+-.^_`|~()[]{},;=@'"
)
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def is_shown(content_type: str, head: bytes) -> bool:
    """Whether content is an image that may be shown, by its declared type and first bytes."""
    if content_type == "image/webp" and head[8:12] != b"WEBP":
        return False
    return head.startswith(_SHOWN.get(content_type, ()))


def download_headers(
    name: str, *, content_type: str, size: int, in_place: bool = False
) -> dict[str, str]:
    """The headers of content as a file to keep, or `in_place` as an image to show."""
    how = "inline" if in_place else "attachment"
    return {
        "content-type": content_type if in_place else "application/octet-stream",
        "content-length": str(size),
        "content-disposition": f"{how}; {_named(name)}",
        "content-security-policy": _SANDBOX,
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }


def _named(name: str) -> str:
    """The file's name for clients of old, and as it is. A path is none: its last part stands."""
    name = name.replace("\\", "/").rpartition("/")[2] or "unnamed"
    plain = "".join(char if char in _NAME_CHARS else "_" for char in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    return f"filename=\"{plain}\"; filename*=UTF-8''{encoded}"
