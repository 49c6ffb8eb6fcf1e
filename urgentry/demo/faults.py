"""What goes wrong in the made-up shop: each fault becomes an issue. How its events look is told
here, what the faults are in a module for each language.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Literal

Shape = Literal["steady", "nightly", "spike", "fading", "fresh", "once"]
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A place in a stack trace. In `code`, the line that ran begins with `>`."""

    function: str
    file: str
    line: int
    module: str = ""
    column: int | None = None
    is_ours: bool = True
    code: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def shape(self) -> dict[str, Any]:
        """As SDKs send it."""
        shape: dict[str, Any] = {
            "function": self.function,
            "filename": self.file,
            "lineno": self.line,
            "in_app": self.is_ours,
        }
        if self.module:
            shape["module"] = self.module
        if self.column is not None:
            shape["colno"] = self.column
        if self.variables:
            shape["vars"] = dict(self.variables)
        return shape | _context(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong, `a_day` times when it does, in a rhythm, in releases from the
    `since`th on and up to the `until`th. Numbers in `said` vary where braces name them."""

    part: str
    kind: str
    said: str
    frames: tuple[Frame, ...] = ()
    cause: tuple[str, str, tuple[Frame, ...]] | None = None
    a_day: float = 4.0
    shape: Shape = "steady"
    since: int = 0
    until: int | None = None
    level: str = "error"
    is_handled: bool = True
    transaction: str = ""
    mechanism: str = "generic"
    url: str = ""
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    logger: str = ""
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_notes: bool = False
    """Whether a file of notes comes beside its events."""
    crumbs: tuple[tuple[str, str, str], ...] = ()
    """Category, level and message of each, the oldest first."""

    def event(self, rng: random.Random) -> dict[str, Any]:
        """What is its own in an event of it."""
        event: dict[str, Any] = {"level": self.level}
        said = _filled(self.said, rng)
        if self.frames or self.kind:
            event["exception"] = {"values": self._exceptions(said)}
        else:
            event["logentry"] = {"message": self.said, "formatted": said}
        if self.transaction:
            event["transaction"] = self.transaction
        if self.logger:
            event["logger"] = self.logger
        if self.tags:
            event["tags"] = {name: rng.choice(values) for name, values in self.tags.items()}
        return event

    def _exceptions(self, said: str) -> list[dict[str, Any]]:
        mechanism = {"type": self.mechanism, "handled": self.is_handled}
        last = {
            "type": self.kind,
            "value": said,
            "mechanism": mechanism,
            "stacktrace": {"frames": [frame.shape() for frame in self.frames]},
        }
        if self.cause is None:
            return [last]
        kind, value, frames = self.cause
        stack = {"frames": [frame.shape() for frame in frames]}
        return [{"type": kind, "value": value, "stacktrace": stack}, last]


def _context(code: str) -> dict[str, Any]:
    lines = dedent(code).strip("\n").split("\n")
    ran = next((number for number, line in enumerate(lines) if line.startswith(">")), None)
    if ran is None:
        return {}
    return {
        "pre_context": lines[:ran],
        "context_line": " " + lines[ran][1:],
        "post_context": lines[ran + 1 :],
    }


def _filled(text: str, rng: random.Random) -> str:
    numbers = {
        "order": lambda: str(rng.randrange(520_000, 790_000)),
        "ms": lambda: str(rng.randrange(3_000, 9_000)),
        "sku": lambda: f"LK-{rng.randrange(100, 999)}",
        "hex": lambda: f"{rng.getrandbits(32):08x}",
        "count": lambda: str(rng.randrange(12, 90)),
    }
    return _PLACE.sub(lambda match: numbers[match[1]](), text)
