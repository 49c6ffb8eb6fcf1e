"""Avatars: letters, drawn by whoever shows them; nothing is fetched from elsewhere."""

from typing import Any


def letter_avatar() -> dict[str, Any]:
    """The avatar of everything."""
    return {"avatarType": "letter_avatar", "avatarUuid": None, "avatarUrl": None}
