"""Platform families: which rules of frame clean-up and stack-trace matching a frame follows."""

from typing import Final, Literal

Family = Literal["native", "javascript", "other"]
FAMILIES: Final[tuple[Family, ...]] = ("native", "javascript", "other")

_FAMILY: Final[dict[str, Family]] = {
    "objc": "native",
    "cocoa": "native",
    "swift": "native",
    "native": "native",
    "c": "native",
    "javascript": "javascript",
    "node": "javascript",
}


def family_of(platform: str | None) -> Family:
    """The family of an event's or a frame's platform (spec §4)."""
    return _FAMILY.get(platform or "", "other")
