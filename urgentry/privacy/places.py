"""What is known of the places of a payload: what kind of value each holds, and how personal it is.

`schema` and its neighbours make a tree of these; `paths` walks it beside the selectors.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, Final

from urgentry.privacy.selectors import Kind

TEXT: Final = 0
NUMBER: Final = 1
OBJECT: Final = 2
LIST: Final = 3
BYTES: Final = 4
CODES: Final[dict[type, int]] = {
    str: TEXT,
    int: NUMBER,
    float: NUMBER,
    dict: OBJECT,
    list: LIST,
    bytes: BYTES,
}
"""Types that rules can match; of the others none is personal."""

NO_KINDS: frozenset[Kind] = frozenset()


class Personal(IntEnum):
    """How personal what a place holds is."""

    NEVER = 0
    """Technical: no rule changes it."""
    PERHAPS = 1
    """Only rules that name the place change it."""
    LIKELY = 2
    """Rules about values of any kind look at it."""


class Place:
    """A place that holds one value."""

    codes: tuple[int, ...] = (OBJECT,)
    """JSON types that a value may have here; what has another is left alone."""

    def __init__(
        self, personal: Personal = Personal.NEVER, kinds: frozenset[Kind] = NO_KINDS
    ) -> None:
        self.personal = personal
        self.kinds = kinds
        """What `$…` names it, beside what any value of its JSON type is named."""

    @property
    def samples(self) -> list[Any]:
        """Values that are of each form that a value here may have."""
        return [{}]

    def below(self, name: str, value: Any) -> "Place | None":  # noqa: ARG002
        """The place of a member, or of a list's member; None where nothing is done to it."""
        return None


class Text(Place):
    """A single text or number; `keeps_name` says that it is a path whose last part stays."""

    codes = (TEXT, NUMBER)

    def __init__(
        self,
        personal: Personal,
        kinds: frozenset[Kind] = NO_KINDS,
        *,
        keeps_name: bool = False,
    ) -> None:
        super().__init__(personal, kinds)
        self.keeps_name = keeps_name


class Bag(Place):
    """A value of any form; what is in it is as personal as it is."""

    codes = (TEXT, NUMBER, OBJECT, LIST)

    def below(self, name: str, value: Any) -> Place | None:  # noqa: ARG002
        return None if self.personal is Personal.NEVER else self


class Struct(Place):
    """An object with known members; all others are at `others`, or nothing is done to them."""

    def __init__(
        self,
        members: Mapping[str, Place],
        *,
        others: Place | None = None,
        personal: Personal = Personal.NEVER,
        kinds: frozenset[Kind] = NO_KINDS,
    ) -> None:
        super().__init__(personal, kinds)
        self.members = members
        self.others = others

    def below(self, name: str, value: Any) -> Place | None:  # noqa: ARG002
        return self.members.get(name, self.others)


class Content(Place):
    """Bytes: a file, or a part of one, whose length must not change."""

    codes = (BYTES,)

    def __init__(
        self,
        *kinds: Kind,
        personal: Personal = Personal.LIKELY,
        parts: Mapping[str, Place] | None = None,
    ) -> None:
        super().__init__(personal, frozenset((*kinds, Kind.BINARY)))
        self._parts = parts or {}

    def below(self, name: str, value: Any) -> Place | None:  # noqa: ARG002
        return self._parts.get(name)


class Listing(Place):
    """A list of values of one form."""

    codes = (LIST,)

    def __init__(self, member: Place, personal: Personal = Personal.NEVER) -> None:
        super().__init__(personal, frozenset((Kind.ARRAY,)))
        self.member = member

    def below(self, name: str, value: Any) -> Place | None:
        by_type = isinstance(self.member, ByType)
        return self.member.below(name, value) if by_type else self.member


class Pairs(Place):
    """Names and values, two to a list; a value's path has its name and not its number."""

    codes = (LIST,)

    def __init__(self, personal: Personal) -> None:
        super().__init__(personal, frozenset((Kind.OBJECT,)))

    def below(self, name: str, value: Any) -> Place | None:  # noqa: ARG002
        return LIKELY if self.personal is Personal.LIKELY else PERHAPS


class ByType(Place):
    """An object or list of objects that each say what they are in `type`."""

    def __init__(self, known: Mapping[str, Place], otherwise: Place) -> None:
        super().__init__(Personal.NEVER)
        self.known = known
        self.otherwise = otherwise

    def below(self, name: str, value: Any) -> Place | None:  # noqa: ARG002
        kind = value.get("type") if type(value) is dict else None
        return self.known.get(kind, self.otherwise) if type(kind) is str else self.otherwise

    @property
    def samples(self) -> list[Any]:
        return [{}, *({"type": kind} for kind in self.known)]


class Named(Place):
    """An object whose members' places depend on their names by a rule."""

    def __init__(self, of: Callable[[str], Place], personal: Personal = Personal.LIKELY) -> None:
        super().__init__(personal)
        self._of = of

    def below(self, name: str, value: Any) -> Place | None:  # noqa: ARG002
        return self._of(name)


VALUE: Final = "value"
"""What protocols call what an attribute holds."""


class Attributes(Named):
    """The same for attributes, which protocols send as objects that have the value in `value`:
    rules that name the attribute or its `value` mean the same."""


LIKELY = Bag(Personal.LIKELY)
PERHAPS = Bag(Personal.PERHAPS)
NEVER = Bag(Personal.NEVER)
LIKELY_TEXT = Text(Personal.LIKELY)
PERHAPS_TEXT = Text(Personal.PERHAPS)


def likely(names: str) -> dict[str, Place]:
    """Texts that rules about any value look at."""
    return dict.fromkeys(names.split(), LIKELY_TEXT)


def perhaps(names: str) -> dict[str, Place]:
    """Texts that only rules that name them look at."""
    return dict.fromkeys(names.split(), PERHAPS_TEXT)


def never(names: str) -> dict[str, Place]:
    """What no rule changes, where unknown members are looked at."""
    return dict.fromkeys(names.split(), NEVER)
