"""Texts that carry a signature: what we handed out is told from what was made up, before anything
is looked up for it. Session cookies travel so.

The first of `URGENTRY_SECRET_KEYS` signs, all of them verify, so that a key can be replaced while
nobody is signed out: put the new one first, and take the old one away a month later.
"""

import hmac
import secrets
from collections.abc import Sequence
from hashlib import blake2b

KEY_BYTES = 32
_SIGNATURE_BYTES = 16


def new_key() -> str:
    """A key that cannot be guessed, as text."""
    return secrets.token_hex(KEY_BYTES)


class Seals:
    """Signs and verifies. Without keys it makes one that lasts as long as the process."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        # blake2b takes 64 bytes of key, an operator's text may be longer
        self._keys = [blake2b(key.encode()).digest() for key in keys or (new_key(),)]

    def seal(self, text: str) -> str:
        """The text with its signature."""
        return f"{text}.{_signature(self._keys[0], text)}"

    def open(self, sealed: str | None) -> str | None:
        """The text, or None when none of the keys has signed it."""
        text, _, signature = (sealed or "").rpartition(".")
        given = signature.encode("utf-8", "replace")
        for key in self._keys:
            if text and hmac.compare_digest(_signature(key, text).encode(), given):
                return text
        return None


def _signature(key: bytes, text: str) -> str:
    signed = text.encode("utf-8", "surrogateescape")
    return blake2b(signed, digest_size=_SIGNATURE_BYTES, key=key, person=b"session").hexdigest()
