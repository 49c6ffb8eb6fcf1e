"""Fingerprint rules for failures that would else make an issue per page or per build (spec §10.3).

They stand after a project's own rules. The sentences are React's error messages.
"""

from typing import Final

from urgentry.grouping.fingerprints.rules import FingerprintRule, matcher

_HYDRATION_SENTENCES: Final = (
    "Hydration failed because the initial UI does not match what was rendered on the server.",
    (
        "The server could not finish this Suspense boundary, likely due to an error during server "
        "rendering. Switched to client rendering."
    ),
    "There was an error while hydrating this Suspense boundary. Switched to client rendering.",
    (
        "There was an error while hydrating. Because the error happened outside of a Suspense "
        "boundary, the entire root will switch to client rendering."
    ),
    "Text content does not match server-rendered HTML.",
)


def _chunk(key: str, pattern: str) -> FingerprintRule:
    return FingerprintRule(
        (matcher("family", "javascript"), matcher(key, pattern)),
        ("chunkloaderror",),
        is_builtin=True,
    )


def _hydration(sentence: str) -> FingerprintRule:
    return FingerprintRule(
        (
            matcher("family", "javascript"),
            matcher("tags.transaction", "*"),
            matcher("message", sentence),
        ),
        ("hydrationerror", "{{tags.transaction}}"),
        is_builtin=True,
    )


BUILT_IN: Final = (
    _chunk("type", "ChunkLoadError"),
    _chunk("value", "ChunkLoadError*"),
    *map(_hydration, _HYDRATION_SENTENCES),
)
