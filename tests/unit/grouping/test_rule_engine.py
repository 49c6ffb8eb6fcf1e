"""Stack-trace rules on sets of frames do what one frame after the other would have done."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from urgentry.grouping.component import contributing_leaves
from urgentry.grouping.enhancements import Rule, parse_rules
from urgentry.grouping.enhancements.index import RuleIndex
from urgentry.grouping.enhancements.rules import Flag, Matcher
from urgentry.grouping.flags import RELEASED
from urgentry.grouping.stacktrace import StackMemory, Stacktraces

Json = dict[str, Any]

FRAMES = st.lists(
    st.fixed_dictionaries(
        {
            "function": st.sampled_from("abc"),
            "module": st.sampled_from([None, "m", "n"]),
            "in_app": st.sampled_from([None, True, False]),
            "platform": st.sampled_from(["native", "other"]),
        }
    ),
    min_size=1,
    max_size=6,
)
MATCHERS = st.sampled_from(
    [
        f"{sign}{matcher}"
        for sign in ("", "!")
        for matcher in (
            "function:a", "function:b", "function:*", "module:m", "module:*", "category:x",
            "category:y", "category:*", "app:yes", "app:no", "app:huh", "family:native",
            "family:other,javascript", "family:all",
        )
    ]
)  # fmt: skip
NEIGHBOURS = st.one_of(st.none(), MATCHERS)
FLAGS = ("+app", "-app", "+group", "-group")
ACTIONS = st.lists(
    st.sampled_from(
        [
            *(f"{span}{flag}" for span in ("", "^", "v") for flag in FLAGS),
            "category=x", "category=y", "max-frames=2", "max-frames=0", "min-frames=2",
        ]
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@st.composite
def rule_lines(draw: st.DrawFn) -> str:
    caller, callee = draw(NEIGHBOURS), draw(NEIGHBOURS)
    before = f"[ {caller} ] | " if caller else ""
    after = f" | [ {callee} ]" if callee else ""
    matchers = " ".join(draw(st.lists(MATCHERS, min_size=1, max_size=2)))
    return f"{before}{matchers}{after} {' '.join(draw(ACTIONS))}"


RULES = st.lists(rule_lines(), max_size=5).map("\n".join)


@given(FRAMES, RULES, st.sampled_from(["newstyle:2023-01-11", "newstyle:2026-01-20"]))
def test_rules(frames: list[Json], text: str, config_id: str) -> None:
    rules = parse_rules(text)
    flags = RELEASED[config_id]
    stacktraces = Stacktraces(RuleIndex(rules), flags, StackMemory())
    # Each frame has its own line, so that none repeats another.
    given_frames = [{**frame, "lineno": line} for line, frame in enumerate(frames)]
    found = stacktraces.group(given_frames, "other", None)
    walk = _Walk(rules, frames)
    assert [frame["in_app"] for frame in given_frames] == walk.in_app
    assert [(f.get("data") or {}).get("category") for f in given_frames] == walk.categories
    assert [("orig_in_app" in (f.get("data") or {})) for f in given_frames] == walk.moved
    assert _leaves(found.system) == walk.leaves(app=False, clamp=False)
    assert _leaves(found.app) == walk.leaves(app=True, clamp=flags.app_frames_only)


def _leaves(component: Any) -> list[str]:
    return list(contributing_leaves(component))


class _Walk:
    """The two passes, frame by frame, as the specification tells them."""

    def __init__(self, rules: tuple[Rule, ...], frames: list[Json]) -> None:
        self.rules, self.frames = rules, frames
        self.in_app: list[bool | None] = [frame["in_app"] for frame in frames]
        self.categories: list[str | None] = [None] * len(frames)
        self.moved = [False] * len(frames)
        for rule in rules:
            for place in self._holding(rule):
                self._modify(rule, place)
        self.in_app = [bool(value) for value in self.in_app]

    def leaves(self, *, app: bool, clamp: bool) -> list[str]:
        contributing = [not app or bool(value) for value in self.in_app]
        limits: dict[str, int] = {}
        for rule in self.rules:
            for place in self._holding(rule):
                for action in rule.actions:
                    if not isinstance(action, Flag):
                        limits[action.name] = int(action.value) if action.value.isdecimal() else 0
                    elif action.name == "group":
                        for target in self._span(action, place):
                            if not (action.value and clamp and not self.in_app[target]):
                                contributing[target] = action.value
        return self._limited(contributing, limits)

    def _limited(self, contributing: list[bool], limits: dict[str, int]) -> list[str]:
        places = [place for place, value in enumerate(contributing) if value]
        if most := limits.get("max-frames", 0):
            places = places[-most:]
        if 0 < len(places) < limits.get("min-frames", 0):
            return []
        return [
            text
            for place in places
            for text in (self.frames[place]["module"], self.frames[place]["function"])
            if text
        ]

    def _modify(self, rule: Rule, place: int) -> None:
        for action in rule.actions:
            if isinstance(action, Flag) and action.name == "app":
                for target in self._span(action, place):
                    self.moved[target] |= self.in_app[target] is not action.value
                    self.in_app[target] = action.value
            elif action.name == "category" and not isinstance(action, Flag):
                self.categories[place] = action.value

    def _span(self, flag: Flag, place: int) -> Iterator[int]:
        for target in range(len(self.frames)):
            if {"": target == place, "^": target > place, "v": target < place}[flag.span]:
                yield target

    def _holding(self, rule: Rule) -> list[int]:
        places = range(len(self.frames))
        return [place for place in places if self._holds(rule, place)]

    def _holds(self, rule: Rule, place: int) -> bool:
        return (
            all(self._matches(matcher, place) for matcher in rule.matchers)
            and (rule.caller is None or self._matches(rule.caller, place - 1))
            and (rule.callee is None or self._matches(rule.callee, place + 1))
        )

    def _matches(self, matcher: Matcher, place: int) -> bool:
        if not 0 <= place < len(self.frames):
            return False
        name, argument = matcher.attribute, matcher.argument
        if name == "app":
            wanted = {"yes": True, "no": False}.get(argument)
            return (bool(self.in_app[place]) is wanted) is not matcher.negated
        if name == "family":
            family = {"native": "native"}.get(self.frames[place]["platform"], "other")
            return (family in argument.split(",") or argument == "all") is not matcher.negated
        value = self.categories[place] if name == "category" else self.frames[place][name]
        return (value is not None and argument in (value, "*")) is not matcher.negated
