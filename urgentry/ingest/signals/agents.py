"""What a browser's user agent says, as attributes."""

import re
from collections.abc import Iterable
from functools import lru_cache

_REMEMBERED = 2_048
_MAX_CHARS = 1_024
_VERSION = r"[ /](\d+(?:\.\d+)*)"
_BROWSERS = tuple(
    (name, re.compile(mark + _VERSION))
    for name, mark in (
        *(("Opera", "OPR"), ("Edge", "Edg(?:e|A|iOS)?"), ("Samsung Internet", "SamsungBrowser")),
        *(("Firefox", "Firefox"), ("Firefox iOS", "FxiOS"), ("Chrome Mobile iOS", "CriOS")),
        *(("Electron", "Electron"), ("HeadlessChrome", "HeadlessChrome")),
        ("Chrome", "Chrome"),
    )
)
_SAFARI = re.compile(r"Version/(\d+(?:\.\d+)*).* (?:Mobile/\S+ )?Safari/")
"""Nearly all others pretend to be Safari too, so it is asked last."""


def browser_attributes(user_agent: str) -> Iterable[tuple[str, str]]:
    """Name and version of the browser that a user agent names, and the user agent itself."""
    return _read(user_agent[:_MAX_CHARS])


@lru_cache(maxsize=_REMEMBERED)
def _read(user_agent: str) -> tuple[tuple[str, str], ...]:
    named = (("user_agent.original", user_agent),)
    for name, mark in _BROWSERS:
        if found := mark.search(user_agent):
            return (("browser.name", name), ("browser.version", found[1]), *named)
    if found := _SAFARI.search(user_agent):
        name = "Mobile Safari" if "Mobile/" in user_agent else "Safari"
        return (("browser.name", name), ("browser.version", found[1]), *named)
    return ()
