"""What grouping answers: the hashes of an event, and the variants that they come from.

`variants` makes these, `config` remembers them, `explain` and `describe` read them.
"""

import msgspec

from urgentry.grouping.component import Component


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One way to group an event; `hash` is None where it is not used."""

    name: str
    type: str
    description: str
    hash: bytes | None
    hint: str | None = None
    component: Component | None = None
    values: tuple[str, ...] | None = None
    client_values: tuple[str, ...] | None = None
    matched_rule: str | None = None


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """What an event groups by. `hashes` are 16 bytes each: `app` first, `system` last."""

    config: str
    hashes: tuple[bytes, ...]
    variants: tuple[Variant, ...]
    title: str | None = None
    """The title that a fingerprint rule gave."""
    in_app_frame_mix: str | None = None
