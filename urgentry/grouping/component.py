"""The tree that explains a hash: components with ids, leaves, hints, and whether they contribute.

Every strategy builds these; `variants` hashes them and `explain` shows them. Components are
immutable, so the engine shares the trees of frames and stacks between events.
"""

from collections.abc import Iterator, Sequence
from hashlib import md5

import msgspec


class Component(msgspec.Struct, frozen=True, gc=False):
    """One node. `payload` holds the contributing leaves below it, concatenated in order."""

    id: str
    values: "tuple[Component | str, ...]"
    contributes: bool
    hint: str | None
    payload: bytes
    has_stacktrace: bool

    def digest(self) -> bytes:
        """The 16 bytes that this tree hashes to (spec §0)."""
        return md5(self.payload, usedforsecurity=False).digest()


Variants = dict[str, Component]
"""Trees by the name of their variant."""


def node(
    component_id: str,
    values: "Sequence[Component]" = (),
    *,
    contributes: bool | None = None,
    hint: str | None = None,
) -> Component:
    """An inner node; it contributes when a child does, unless told."""
    speaks = found = False
    for child in values:
        speaks = speaks or child.contributes
        found = found or child.has_stacktrace or (child.contributes and child.id == "stacktrace")
    if contributes is None:
        contributes = speaks
    payload = b"".join([child.payload for child in values]) if contributes else b""
    return Component(component_id, tuple(values), contributes, hint, payload, found)


def node_of_leaves(component_id: str, values: "tuple[Component, ...]") -> Component:
    """As `node`, where no child can hold a stack trace: the quick form for frames and stacks."""
    payload = b"".join([child.payload for child in values])
    contributes = payload != b"" or True in [child.contributes for child in values]
    return Component(component_id, values, contributes, None, payload, False)


def leaf(
    component_id: str,
    *values: str,
    contributes: bool | None = None,
    hint: str | None = None,
) -> Component:
    """A node of plain values; it contributes when it has one, unless told."""
    if contributes is None:
        contributes = bool(values)
    payload = encode(*values) if contributes else b""
    return Component(component_id, values, contributes, hint, payload, False)


def word(component_id: str, value: str) -> Component:
    """A node of one value that contributes; the quick form of `leaf` for frames."""
    return Component(component_id, (value,), True, None, value.encode("utf-8", "replace"), False)


def muted(component: Component, hint: str | None) -> Component:
    """The same tree, hidden from the hash."""
    return Component(component.id, component.values, False, hint, b"", component.has_stacktrace)


def voiced(component: Component, hint: str | None) -> Component:
    """The same tree, made to contribute even when nothing in it does."""
    payload = b"".join(_payload(child) for child in component.values)
    return Component(component.id, component.values, True, hint, payload, component.has_stacktrace)


def hinted(component: Component, hint: str | None) -> Component:
    """The same tree under another explanation."""
    return Component(
        component.id,
        component.values,
        component.contributes,
        hint,
        component.payload,
        component.has_stacktrace,
    )


def encode(*values: str) -> bytes:
    """What a hash sees of leaf values: text without separators; what UTF-8 cannot say is `?`."""
    return "".join(values).encode("utf-8", "replace")


def contributing_leaves(component: Component) -> Iterator[str]:
    """The values that make the hash, in order."""
    if not component.contributes:
        return
    for child in component.values:
        if isinstance(child, str):
            yield child
        else:
            yield from contributing_leaves(child)


def _payload(child: "Component | str") -> bytes:
    return encode(child) if isinstance(child, str) else child.payload
