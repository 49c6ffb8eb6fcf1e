"""SDK names folded to what a fingerprint rule's `sdk:` names (spec §10.4)."""

import re
from typing import Final

_OTHER: Final = "other"
_SYNONYMS: Final = {
    "sentry.electron": "sentry.javascript.electron",
    "sentry.javascript.angular.ivy": "sentry.javascript.angular",
    "sentry.javascript.node.experimental": "sentry.javascript.node",
    "sentry.javascript.react.expo": "sentry.javascript.react",
    "sentry.javascript.react.native.expo": "sentry.javascript.react.native",
    "sentry.laravel": "sentry.php.laravel",
    "sentry.react": "sentry.javascript.react",
    "sentry.symfony": "sentry.php.symfony",
    "sentry.unity": "sentry.native.unity",
    "sentry.unreal": "sentry.native.unreal",
}
_DEEP: Final = frozenset({"javascript", "native"})
_NON_WORD = re.compile(r"\W+")


def normalize_sdk(name: str | None) -> str:
    """Three segments for JavaScript and native SDKs, two for the rest; `other` for strangers."""
    if not name:
        return _OTHER
    name = _NON_WORD.sub(".", name)
    name = _SYNONYMS.get(name, name)
    if not name.startswith("sentry."):
        return _OTHER
    segments = name.split(".")
    if segments[:3] == ["sentry", "javascript", "react"] and segments[3:4] == ["native"]:
        return "sentry.javascript.react.native"
    return ".".join(segments[: 3 if segments[1] in _DEEP else 2])
