"""The words of stack-trace rules: matchers, actions, and a rule of both.

The parser and the built-in facts make these; the index and the passes read them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from urgentry.grouping.glob import Glob, compile_glob

Range = Literal["", "^", "v"]

PATH_ATTRIBUTES: Final = frozenset({"path", "package"})
FRAME_GLOBS: Final = frozenset({"path", "package", "module", "function", "category"})
EXCEPTION_GLOBS: Final = frozenset({"type", "value", "mechanism"})
LIMITS: Final = frozenset({"max-frames", "min-frames"})
NEVER: Final = Glob(test=lambda _value: False)
_TRUE: Final = frozenset({"1", "yes", "true"})
_FALSE: Final = frozenset({"0", "no", "false"})


@dataclass(frozen=True)
class Matcher:
    """`[!]name:argument` on one attribute of a frame or of the exception that owns it."""

    attribute: str
    argument: str
    negated: bool = False

    @cached_property
    def glob(self) -> Glob:
        """The argument as a pattern; a broken one on a frame attribute never matches."""
        try:
            return compile_glob(self.argument, path=self.attribute in PATH_ATTRIBUTES)
        except ValueError:
            return NEVER

    @cached_property
    def in_app(self) -> bool | None:
        """What an `app:` matcher asks for; None asks for nothing that exists."""
        text = self.argument.lower()
        return True if text in _TRUE else False if text in _FALSE else None

    @cached_property
    def families(self) -> frozenset[str]:
        return frozenset(part.strip() for part in self.argument.split(","))

    def accepts_family(self, family: str) -> bool:
        return (family in self.families or "all" in self.families) is not self.negated

    def __str__(self) -> str:
        return f"{'!' * self.negated}{self.attribute}:{self.argument}"


@dataclass(frozen=True, slots=True)
class Flag:
    """`[^|v](+|-)(app|group)` on the frame, on those towards the crash, or on those before."""

    name: Literal["app", "group"]
    value: bool
    span: Range = ""

    def __str__(self) -> str:
        return f"{self.span}{'+' if self.value else '-'}{self.name}"


@dataclass(frozen=True, slots=True)
class Setting:
    """`max-frames=N`, `min-frames=N`, `category=name`, or one without effect any more."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


Action = Flag | Setting


@dataclass(frozen=True)
class Rule:
    matchers: tuple[Matcher, ...]
    actions: tuple[Action, ...]
    caller: Matcher | None = None
    callee: Matcher | None = None

    @cached_property
    def on_exception(self) -> tuple[Matcher, ...]:
        return tuple(m for m in self.matchers if m.attribute in EXCEPTION_GLOBS)

    @cached_property
    def on_frame(self) -> tuple[Matcher, ...]:
        return tuple(m for m in self.matchers if m.attribute not in EXCEPTION_GLOBS)

    @cached_property
    def on_itself(self) -> tuple[Matcher, ...]:
        """The matchers on what no rule can change."""
        return tuple(m for m in self.on_frame if m.attribute not in ("category", "app"))

    @cached_property
    def on_state(self) -> tuple[Matcher, ...]:
        """The matchers on what other rules may have changed."""
        return tuple(m for m in self.matchers if m.attribute in ("category", "app"))

    @cached_property
    def modifies(self) -> bool:
        """Whether the rule has a say in the first pass, which changes frames."""
        return bool(self.categories or self.app_flags)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(
            action.value
            for action in self.actions
            if isinstance(action, Setting) and action.name == "category"
        )

    @cached_property
    def app_flags(self) -> tuple[Flag, ...]:
        return self._flags("app")

    @cached_property
    def group_flags(self) -> tuple[Flag, ...]:
        return self._flags("group")

    def _flags(self, name: str) -> tuple[Flag, ...]:
        flags = (action for action in self.actions if isinstance(action, Flag))
        return tuple(flag for flag in flags if flag.name == name)

    @cached_property
    def limits(self) -> tuple[Setting, ...]:
        return tuple(
            action
            for action in self.actions
            if isinstance(action, Setting) and action.name in LIMITS
        )

    @cached_property
    def votes(self) -> bool:
        """Whether the rule has a say in the second pass (`app` flags explain themselves there)."""
        return bool(self.app_flags or self.group_flags or self.limits)

    @cached_property
    def text(self) -> str:
        """The rule as one would write it, for hints."""
        parts = [str(matcher) for matcher in self.matchers]
        if self.caller:
            parts = [f"[ {self.caller} ] |", *parts]
        if self.callee:
            parts += [f"| [ {self.callee} ]"]
        return " ".join([*parts, *map(str, self.actions)])

    @cached_property
    def reason(self) -> str:
        """How hints name the rule."""
        return f"by stack trace rule ({self.text})"
