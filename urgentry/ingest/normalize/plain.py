"""Lists of objects that are already as they shall be, which nearly all are: read in one C call.

The reader is made of the same table that `fit_fields` goes by, so that both agree on every member.
It reports nothing: where one member of one object is not of its exact type and within its cap, it
answers None and the caller goes the long way. Used for frames and breadcrumbs.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import msgspec

from urgentry.ingest.normalize.fields import Field, Fields

Reader = Callable[[list[Any]], list[dict[str, Any]] | None]

# No value has this type: a member that only its own fit can judge sends the list the long way.
_NEVER = Annotated[int, msgspec.Meta(ge=1, le=0)]


def plain_list(fields: Fields, others: dict[str, Any]) -> Reader:
    """A reader of objects with these members; `others` gives the types that `fields` leaves open.

    Members that `fields` does not know are left out; what has type `Any` is the caller's to check.
    """
    typed_dict: Any = TypedDict
    kinds = {name: others.get(name, _kind(field)) for name, field in fields.items()}
    plain: Any = typed_dict("Plain", kinds, total=False)
    # A struct around the list, because msgspec remembers only a struct's type between calls.
    holder: Any = msgspec.defstruct("Listed", [("values", list.__class_getitem__(plain))])

    def read(listed: list[Any]) -> list[dict[str, Any]] | None:
        try:
            values: list[dict[str, Any]] = msgspec.convert({"values": listed}, holder).values
        except (msgspec.ValidationError, UnicodeError):
            return None
        return values

    return read


def _kind(field: Field) -> Any:
    exact, cap, _ = field
    if exact is bool or (exact is str and cap is None):
        return exact
    if exact is str:
        return Annotated[str, msgspec.Meta(max_length=cap)]
    return Annotated[int, msgspec.Meta(ge=cap)] if exact is int else _NEVER
