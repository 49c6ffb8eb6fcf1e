"""What a rule does once its name, its type and its references are settled."""

import hashlib
import hmac
from enum import StrEnum

import msgspec

from urgentry.privacy.patterns import Pattern

FILTERED = "[Filtered]"


class Method(StrEnum):
    """How what a rule found is made harmless; the value is what a remark says of it."""

    REMOVE = "x"
    REPLACE = "s"
    MASK = "m"
    HASH = "p"


class Redaction(msgspec.Struct, frozen=True):
    """A method, and for `REPLACE` the text that takes the place."""

    method: Method
    text: str = FILTERED

    def __call__(self, found: str) -> str:
        """What stands where `found` stood."""
        if self.method is Method.REPLACE:
            return self.text
        if self.method is Method.MASK:
            return "*" * len(found)
        return hashed(found) if self.method is Method.HASH else ""


def hashed(text: str) -> str:
    """The same for the same text, on every server of this kind."""
    return hmac.new(b"", text.encode(errors="replace"), hashlib.sha1).hexdigest().upper()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of data and what becomes of it."""

    id: str
    """Orders the rules of a place."""
    origin: str
    """The name that remarks give."""
    redaction: Redaction
    pattern: Pattern | None
    """None matches anything."""

    @property
    def removes(self) -> bool:
        """Whether nothing is put in the place of what goes."""
        return self.redaction.method is Method.REMOVE

    def matches_key(self, key: str) -> bool:
        """Whether a member of this name goes whatever its value is."""
        if self.pattern is None:
            return True
        regex = self.pattern.key_regex
        return regex is not None and regex.search(key.encode(errors="replace")) is not None
