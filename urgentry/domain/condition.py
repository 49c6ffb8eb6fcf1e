"""A boolean tree over named SQL fragments: what `search` makes of a query and `storage` renders.

It lets the pure search room speak about conditions without knowing SQL, and the storage room run
them without knowing the grammar. Values travel beside the fragment's name, always as parameters.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Holds:
    """One fragment of `storage/sql/` is true with these parameters."""

    fragment: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Within:
    """A fragment with a slot named `inner` that another condition fills: "has a release that …"."""

    fragment: str
    inner: "Condition"
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; no parts: true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; no parts: false."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold. Fragments never answer NULL, so this is the exact complement."""

    part: "Condition"


Condition = Holds | Within | AllOf | AnyOf | Not

ALWAYS = AllOf(())
NEVER = AnyOf(())
