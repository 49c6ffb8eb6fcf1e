"""Types of what is already as it shall be, which is nearly all there ever is: proved in one C call.

They are made of the tables that `fit_fields` goes by, so that both agree on every member. A list
that was proved is a **tuple**: a parser of JSON makes none, so the attribute modules know by it
that each object has its known members only, each of its exact type and within its cap. What a type
cannot say (the bytes of a bag, an address' spelling) the attribute module still looks at.
"""

from collections.abc import Callable
from typing import Annotated, Any, Required, TypedDict

import msgspec

from urgentry.ingest.normalize.fields import MIN_I64, Field, Fields

Objects = tuple[dict[str, Any], ...]
Reader = Callable[[list[Any]], Objects | None]

# No value has this type: what only its own fit can judge sends the whole the long way.
NEVER: Any = Annotated[int, msgspec.Meta(ge=1, le=0)]
# Numbers above are left to the long way, as the two parsers read them differently.
MAX_I64 = -MIN_I64 - 1
WHOLE: Any = Annotated[int, msgspec.Meta(ge=MIN_I64, le=MAX_I64)]
_SCALAR: Any = str | WHOLE | float | bool | None


def json_value(depth: int) -> Any:
    """A JSON value in which containers stand at most `depth` deep in each other."""
    kind: Any = _SCALAR
    for _ in range(depth):
        kind = _SCALAR | json_object_of(kind) | json_list_of(kind)
    return kind


def json_bag(depth: int) -> Any:
    """An object that a bag of this depth keeps whole, if it is short enough."""
    return json_object_of(json_value(depth - 2))


def json_object_of(kind: Any) -> Any:
    return dict.__class_getitem__((str, kind))


def json_list_of(kind: Any, *, most: int | None = None) -> Any:
    return Annotated[list.__class_getitem__(kind), msgspec.Meta(max_length=most)]


def nonempty_text(cap: int) -> Any:
    return Annotated[str, msgspec.Meta(min_length=1, max_length=cap)]


def proved_list_of(kind: Any, *, least: int = 0, most: int | None = None) -> Any:
    """The type of a list of such objects that is read as a tuple."""
    listed: Any = tuple.__class_getitem__((kind, ...))
    return Annotated[listed, msgspec.Meta(min_length=least, max_length=most)]


def plain_object(
    fields: Fields, others: dict[str, Any], *, required: str = "", nullable: bool = False
) -> Any:
    """Objects with these members; `others` gives the types that `fields` leaves open.

    Unknown members are left out, as by `fit_fields`. One without each `required` member is not
    plain, nor is one with a null member unless it is `nullable`.
    """
    kinds: dict[str, Any] = {name: _kind(field) for name, field in fields.items()} | others
    if nullable:
        kinds = {k: v if k in required.split() else v | None for k, v in kinds.items()}
    for name in required.split():
        kinds[name] = Required.__getitem__(kinds[name])
    typed_dict: Any = TypedDict
    return typed_dict("Plain", kinds, total=False)


def list_reader(fields: Fields, others: dict[str, Any], *, required: str = "") -> Reader:
    """Proves a list of parsed objects, but for null members, which it leaves out; None where one
    of them is not plain."""
    convert = _converter(plain_object(fields, others, required=required))
    convert_nullable = _converter(plain_object(fields, others, required=required, nullable=True))

    def read(listed: list[Any]) -> Objects | None:
        values = convert(listed)
        if values is not None:
            return values
        values = convert_nullable(listed)
        return values and tuple(_without_null(value) for value in values)

    return read


def _converter(kind: Any) -> Reader:
    # A struct around the list, because msgspec remembers only a struct's type between calls.
    holder: Any = msgspec.defstruct("Listed", [("values", proved_list_of(kind))])

    def convert(listed: list[Any]) -> Objects | None:
        try:
            values: Objects = msgspec.convert({"values": listed}, holder).values
        except (msgspec.ValidationError, UnicodeError):
            return None
        return values

    return convert


def _without_null(value: dict[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in value.items() if member is not None}


def _kind(field: Field) -> Any:
    exact, cap, _ = field
    if exact is bool or exact is float or (exact is str and cap is None):
        return exact
    if exact is str:
        return Annotated[str, msgspec.Meta(max_length=cap)]
    return Annotated[int, msgspec.Meta(ge=cap, le=MAX_I64)] if exact is int else NEVER
