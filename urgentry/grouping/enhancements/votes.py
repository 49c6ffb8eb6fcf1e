"""The second pass of stack-trace rules: which frames of a variant contribute, and their limits.

Called by `stacktrace` with one variant's frame components (spec §8.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from urgentry.grouping.component import Component, hinted, muted, voiced
from urgentry.grouping.enhancements.bits import Bits, decided, places
from urgentry.grouping.enhancements.rules import Flag, Rule
from urgentry.grouping.enhancements.stack import Stack

Limit = tuple[int, Rule]


@dataclass(slots=True)
class _Ballot:
    """What rules said so far."""

    stack: Stack
    contributing: Bits
    open_to_all: Bits
    """Frames that a rule can make contribute; the others it can only silence."""
    changed: Bits
    """Frames on which rules decided otherwise than the client whose they are."""
    told: list[tuple[Bits, str]] = field(default_factory=list)
    """Which frames got which hint; the last one stays."""
    limits: dict[str, Limit] = field(default_factory=dict)

    def cast(self, rule: Rule, bits: Bits) -> None:
        for limit in rule.limits:
            self.limits[limit.name] = (int(limit.value), rule)
        if rule.app_flags and self.changed:
            for flag, reached in decided(rule.app_flags, bits, self.stack.everything):
                side = "in-app" if flag.value else "out of app"
                self.told.append((reached & self.changed, f"marked {side} {rule.reason}"))
        if rule.group_flags:
            self._weigh(rule, rule.group_flags, bits, self.open_to_all)
            if silencing := [flag for flag in rule.group_flags if not flag.value]:
                self._weigh(rule, silencing, bits, self.stack.everything & ~self.open_to_all)

    def _weigh(self, rule: Rule, flags: Sequence[Flag], bits: Bits, among: Bits) -> None:
        for flag, reached in decided(flags, bits, self.stack.everything):
            if flag.value:
                flipped = reached & among & ~self.contributing
                self.contributing |= flipped
            else:
                flipped = reached & among & self.contributing
                self.contributing &= ~flipped
            if flipped:
                verb = "un-ignored" if flag.value else "ignored"
                self.told.append((flipped, f"{verb} {rule.reason}"))


def vote(stack: Stack, components: list[Component], *, clamp: bool) -> str | None:
    """Changes `components` in place; answers why the stack as a whole is discarded, if it is.

    With `clamp`, frames that are not in-app never contribute, whatever a rule says.
    """
    steps = [step for step in stack.steps if step[0].votes]
    if not steps:
        return None
    contributing = sum([1 << place for place, c in enumerate(components) if c.contributes])
    open_to_all = stack.in_app if clamp else stack.everything
    ballot = _Ballot(stack, contributing, open_to_all, _changed(stack))
    for step in steps:
        if bits := stack.holding(step):
            ballot.cast(step[0], bits)
    _tell(ballot, components)
    if most := ballot.limits.get("max-frames"):
        _keep_last(components, *most)
    least = ballot.limits.get("min-frames")
    return _too_few(components, *least) if least else None


def _changed(stack: Stack) -> Bits:
    found = 0
    for place in places(stack.moved):
        if stack.frames[place].frame.in_app is not bool(stack.in_app >> place & 1):
            found |= 1 << place
    return found


def _tell(ballot: _Ballot, components: list[Component]) -> None:
    left = ballot.stack.everything
    for bits, hint in reversed(ballot.told):
        for place in places(bits & left):
            component = components[place]
            if not ballot.contributing >> place & 1:
                components[place] = muted(component, hint)
            elif component.contributes:
                components[place] = hinted(component, hint)
            else:
                components[place] = voiced(component, hint)
        left &= ~bits


def _keep_last(components: list[Component], most: int, rule: Rule) -> None:
    """Of the contributing frames only the `most` nearest to the crash stay; 0 sets no limit."""
    kept = 0
    for place in range(len(components) - 1, -1, -1):
        if most > 0 and components[place].contributes:
            kept += 1
            if kept > most:
                hint = f"ignored because only {_frames(most)} considered {rule.reason}"
                components[place] = muted(components[place], hint)


def _too_few(components: list[Component], least: int, rule: Rule) -> str | None:
    count = sum(component.contributes for component in components)
    if not 0 < count < least:
        return None
    return (
        f"discarded because stack trace only contains {_frames(count)} "
        f"which is under the configured threshold {rule.reason}"
    )


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
