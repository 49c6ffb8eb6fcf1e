"""Reads the text of a project's stack-trace rules; every error names its line and column.

Used when a project's settings are saved and when its grouping configuration is built.
"""

import re
from typing import Final

from urgentry.grouping.enhancements.rules import (
    EXCEPTION_GLOBS,
    FRAME_GLOBS,
    LIMITS,
    PATH_ATTRIBUTES,
    Action,
    Flag,
    Matcher,
    Range,
    Rule,
    Setting,
)
from urgentry.grouping.glob import compile_glob
from urgentry.grouping.glob_pieces import TooManyAlternatives
from urgentry.grouping.rule_line import RuleLine, rule_lines

_ALIASES: Final = {
    "stack.module": "module",
    "stack.function": "function",
    "stack.abs_path": "path",
    "stack.package": "package",
    "error.type": "type",
    "error.value": "value",
    "error.mechanism": "mechanism",
}
_ATTRIBUTES: Final = frozenset(_ALIASES.values()) | {"category", "family", "app"}
_LIMIT_DIGITS: Final = 9
_SPANS: Final[dict[str, Range]] = {"": "", "^": "^", "v": "v"}

_MATCHER = re.compile(r'(!?)([A-Za-z_][A-Za-z0-9_.-]*):(?:"([^"]*)"|(\S+))')
_FLAG = re.compile(r"([\^v]?)([+-])(app|group)(?=\s|$|#)")
_SETTING = re.compile(r"(max-frames|min-frames|invert-stacktrace|category)\s*=\s*([^\s#]+)")


def parse_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a text, in order; raises InvalidRule."""
    return tuple(_Reader(line).rule() for line in rule_lines(text))


class _Reader:
    """Reads one line."""

    def __init__(self, line: RuleLine) -> None:
        self._line = line

    def rule(self) -> Rule:
        caller = self._neighbour(before=True)
        matchers = self._matchers()
        callee = self._neighbour(before=False)
        actions = self._actions()
        return Rule(matchers=matchers, actions=actions, caller=caller, callee=callee)

    def _neighbour(self, *, before: bool) -> Matcher | None:
        """`[ matcher ] |` in front of the matchers, `| [ matcher ]` behind them."""
        if not before and not self._line.take("|"):
            return None
        if not self._line.take("["):
            return None if before else self._line.fail("expected [ after |")
        self._line.skip()
        start = self._line.at
        matcher = self._matcher() or self._line.fail("expected a matcher")
        if matcher.attribute in EXCEPTION_GLOBS:
            self._line.fail("a caller or callee is matched by its frame", at=start)
        if not self._line.take("]"):
            self._line.fail("expected ] after one matcher")
        if before and not self._line.take("|"):
            self._line.fail("expected | after the caller")
        return matcher

    def _matchers(self) -> tuple[Matcher, ...]:
        matchers = []
        while matcher := self._matcher():
            matchers.append(matcher)
        if not matchers:
            self._line.fail("expected a matcher")
        return tuple(matchers)

    def _matcher(self) -> Matcher | None:
        self._line.skip()
        match = self._line.match(_MATCHER)
        if not match:
            return None
        negated, name, quoted, bare = match.groups()
        attribute = _ALIASES.get(name, name)
        if attribute not in _ATTRIBUTES:
            self._line.fail(f"unknown matcher {name!r}")
        argument = (quoted if quoted is not None else bare).replace("\\\\", "\\")
        self._check_glob(attribute, argument)
        self._line.at = match.end()
        return Matcher(attribute, argument, negated=bool(negated))

    def _check_glob(self, attribute: str, argument: str) -> None:
        """A broken pattern on a frame is no error: it never matches."""
        if attribute not in FRAME_GLOBS | EXCEPTION_GLOBS:
            return
        try:
            compile_glob(argument, path=attribute in PATH_ATTRIBUTES)
        except ValueError as error:
            if attribute in EXCEPTION_GLOBS or isinstance(error, TooManyAlternatives):
                self._line.fail(f"invalid pattern: {error}")

    def _actions(self) -> tuple[Action, ...]:
        actions: list[Action] = []
        while not self._line.ended():
            actions.append(self._action())
        if not actions:
            self._line.fail("expected an action")
        return tuple(actions)

    def _action(self) -> Action:
        if match := self._line.match(_FLAG):
            span, sign, name = match.groups()
            self._line.at = match.end()
            return Flag("app" if name == "app" else "group", sign == "+", _SPANS[span])
        match = self._line.match(_SETTING) or self._line.fail("expected an action")
        name, value = match.groups()
        if name in LIMITS and not (value.isdecimal() and len(value) <= _LIMIT_DIGITS):
            self._line.fail(f"{name} takes a number of at most {_LIMIT_DIGITS} digits")
        if name == "invert-stacktrace" and value not in ("0", "1"):
            self._line.fail("invert-stacktrace takes 0 or 1")
        self._line.at = match.end()
        return Setting(name, value)
