"""Finds the first fingerprint rule that an event satisfies.

All matchers of one kind must hold for one item (the same frame, the same exception); different
kinds are asked independently (spec §10.2).
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final

from urgentry.grouping.families import family_of
from urgentry.grouping.fingerprints.rules import FingerprintMatcher, FingerprintRule, Kind
from urgentry.grouping.fingerprints.sdk import normalize_sdk
from urgentry.grouping.fingerprints.variables import tag_of
from urgentry.grouping.values import frames_of, items_of, object_of, text_of

Item = dict[str, Any]
_TRUE: Final = frozenset({"1", "yes", "true"})
_FALSE: Final = frozenset({"0", "no", "false"})


def first_match(rules: Iterable[FingerprintRule], event: Item) -> FingerprintRule | None:
    """The rules are asked in order; None when no rule holds."""
    facts = _Facts(event)
    return next((rule for rule in rules if _holds(rule, facts)), None)


class _Facts:
    """What rules ask about one event, worked out when first asked."""

    def __init__(self, event: Item) -> None:
        self._event = event

    def items(self, kind: Kind) -> list[Item]:
        if kind == "frames":
            return self.frames
        if kind == "exceptions":
            return self.exceptions
        if kind == "message":
            return self.messages
        return [self._event]

    @cached_property
    def exceptions(self) -> list[Item]:
        return items_of(self._event, "exception")

    @cached_property
    def frames(self) -> list[Item]:
        holders = [self._event, *self.exceptions, *items_of(self._event, "threads")]
        return [frame for holder in holders for frame in frames_of(holder)]

    @cached_property
    def messages(self) -> list[Item]:
        texts = [text_of(object_of(self._event, "logentry"), "formatted")]
        texts += [text_of(exception, "value") for exception in self.exceptions]
        return [{"message": text} for text in texts if text]

    @cached_property
    def family(self) -> str:
        return family_of(text_of(self._event, "platform"))

    @cached_property
    def sdk(self) -> str:
        return normalize_sdk(text_of(object_of(self._event, "sdk"), "name"))


def _holds(rule: FingerprintRule, facts: _Facts) -> bool:
    for kind, matchers in rule.by_kind.items():
        if kind in ("family", "sdk"):
            value = facts.family if kind == "family" else facts.sdk
            if not all(matcher.chooses(value) for matcher in matchers):
                return False
        elif not any(_fits(matchers, item) for item in facts.items(kind)):
            return False
    return True


def _fits(matchers: tuple[FingerprintMatcher, ...], item: Item) -> bool:
    return all(_test(matcher, item) is not matcher.negated for matcher in matchers)


def _test(matcher: FingerprintMatcher, item: Item) -> bool:
    if matcher.key.startswith("tags."):
        return matcher.accepts(_stripped(tag_of(item, matcher.key.removeprefix("tags."))))
    return _TESTS[matcher.key](matcher, item)


def _function(matcher: FingerprintMatcher, frame: Item) -> bool:
    return matcher.accepts(text_of(frame, "function") or "<unknown>")


def _path(matcher: FingerprintMatcher, frame: Item) -> bool:
    filename = text_of(frame, "filename")
    return matcher.accepts(text_of(frame, "abs_path") or filename) or matcher.accepts(filename)


def _app(matcher: FingerprintMatcher, frame: Item) -> bool:
    wanted = matcher.pattern.lower()
    return wanted in (_TRUE if frame.get("in_app") else _FALSE)


def _plain(name: str) -> Callable[[FingerprintMatcher, Item], bool]:
    return lambda matcher, item: matcher.accepts(_stripped(text_of(item, name)))


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


_TESTS: Final[dict[str, Callable[[FingerprintMatcher, Item], bool]]] = {
    "function": _function,
    "path": _path,
    "app": _app,
    **{
        name: _plain(name)
        for name in (
            "type",
            "value",
            "message",
            "logger",
            "level",
            "module",
            "package",
            "release",
        )
    },
}
