"""Advanced rules as people write them: JSON with `rules` by name and `applications` by selector.

Reading holds every member to what is known, so that a mistyped one is told and not ignored.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import orjson

from urgentry.privacy.builtin import KINDS, REMOVE, builtin_rules
from urgentry.privacy.invalid import InvalidRules
from urgentry.privacy.patterns import Pattern
from urgentry.privacy.regexes import compile_pattern
from urgentry.privacy.rules import FILTERED, Method, Redaction, Rule
from urgentry.privacy.selectors import Selector, parse_selector

MAX_RULES: Final = 500
MAX_TEXT_CHARS: Final = 1_000
_NESTING: Final = 16
_METHODS: Final = {
    "default": Method.REMOVE,
    "remove": Method.REMOVE,
    "replace": Method.REPLACE,
    "mask": Method.MASK,
    "hash": Method.HASH,
}
_PAIR_TYPES: Final = ("redact_pair", "redactPair")
_REFERRING: Final = ("multiple", "alias")
_TYPES: Final = (*KINDS, "pattern", _PAIR_TYPES[0], *_REFERRING)


class Reference(msgspec.Struct, frozen=True):
    """A rule that stands for others; `hides` says that remarks name it and not them."""

    names: tuple[str, ...]
    hides: bool


class Config(msgspec.Struct, frozen=True):
    """Rules by name, and which of them apply to what a selector selects."""

    rules: Mapping[str, Rule | Reference]
    applications: tuple[tuple[Selector, tuple[str, ...]], ...]

    @property
    def has_own_patterns(self) -> bool:
        """Whether somebody wrote a regular expression."""
        return any(
            isinstance(rule, Rule) and rule.pattern is not None and rule.pattern.trace is None
            for rule in self.rules.values()
        )

    def resolve(self, name: str, depth: int = _NESTING) -> Iterator[Rule]:
        """What a name comes to; a name that leads nowhere or round in circles adds nothing."""
        found = self.rules.get(name)
        if isinstance(found, Rule):
            yield found
        elif found is None:
            yield from builtin_rules(name)
        elif depth:
            for inner in found.names:
                for rule in self.resolve(inner, depth - 1):
                    yield msgspec.structs.replace(rule, origin=name) if found.hides else rule


def read_config(text: str, prefix: str = "") -> Config:
    """The rules that a text spells; `prefix` is put before their names, to tell whose they are.

    InvalidRules says where the text is wrong.
    """
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidRules(f"invalid JSON: {error}") from None
    _require(given, dict, "an object", "the rules")
    _refuse_others(given, ("rules", "applications"), "")
    rules = _member(given, "rules", dict, "an object", "")
    applications = _member(given, "applications", dict, "an object", "")
    if len(rules) > MAX_RULES or len(applications) > MAX_RULES:
        raise InvalidRules(f"at most {MAX_RULES} rules and {MAX_RULES} selectors are possible")
    named = {name: prefix + name for name in rules}
    return Config(
        {named[name]: _read_rule(name, rule, named) for name, rule in rules.items()},
        tuple(_read_application(text, names, named) for text, names in applications.items()),
    )


def merged(first: Config, second: Config) -> Config:
    """The rules of both; their names differ."""
    return Config({**first.rules, **second.rules}, first.applications + second.applications)


def check_config(text: str) -> None:
    """InvalidRules where the text is wrong, or a rule is asked for that does not exist."""
    config = read_config(text)
    for selector, (_, names) in zip(
        orjson.loads(text).get("applications", {}), config.applications, strict=True
    ):
        for name in names:
            _check_reference(config, name, f"applications[{selector!r}]", ())
    for name, rule in config.rules.items():
        if isinstance(rule, Reference):
            _check_reference(config, name, f"rules.{name}", ())


def _check_reference(config: Config, name: str, where: str, above: tuple[str, ...]) -> None:
    found = config.rules.get(name)
    if found is None and not builtin_rules(name):
        raise InvalidRules(f"there is no rule {name!r}", where=where)
    if name in above or len(above) > _NESTING:
        raise InvalidRules(f"the rule {name!r} leads back to itself", where=where)
    for inner in found.names if isinstance(found, Reference) else ():
        _check_reference(config, inner, where, (*above, name))


def _read_application(
    selector: str, names: Any, named: Mapping[str, str]
) -> tuple[Selector, tuple[str, ...]]:
    where = f"applications[{selector!r}]"
    try:
        parsed = parse_selector(selector)
    except InvalidRules as error:
        raise InvalidRules(str(error), where=where) from None
    return parsed, _read_names(names, named, where)


def _read_names(names: Any, named: Mapping[str, str], where: str) -> tuple[str, ...]:
    _require(names, list, "a list of rule names", where)
    for name in names:
        _require(name, str, "a rule name", where)
    return tuple(named.get(name, name) for name in names)


def _read_rule(name: str, given: Any, named: Mapping[str, str]) -> Rule | Reference:
    where = f"rules.{name}"
    _require(given, dict, "an object", where)
    kind = given.get("type")
    if kind not in (*_TYPES, *_PAIR_TYPES):
        raise InvalidRules(f"type must be one of {', '.join(_TYPES)}", where=where)
    if kind in _REFERRING:
        return _read_reference(kind, given, named, where)
    return Rule(
        id=named[name],
        origin=named[name],
        pattern=_read_pattern(kind, given, where),
        redaction=_read_redaction(given, where),
    )


def _read_reference(
    kind: str, given: dict[str, Any], named: Mapping[str, str], where: str
) -> Reference:
    member = "rules" if kind == "multiple" else "rule"
    _refuse_others(given, ("type", member, "hideInner"), where)
    if member not in given:
        raise InvalidRules(f"{member} is missing", where=where)
    names = given[member] if kind == "multiple" else [given[member]]
    hides = _member(given, "hideInner", bool, "true or false", where)
    return Reference(_read_names(names, named, f"{where}.{member}"), hides)


def _read_pattern(kind: str, given: dict[str, Any], where: str) -> Pattern | None:
    if kind in KINDS:
        _refuse_others(given, ("type", "redaction"), where)
        return KINDS[kind]
    if kind == "pattern":
        _refuse_others(given, ("type", "redaction", "pattern", "replaceGroups"), where)
        value = _regex(given, "pattern", where)
        return Pattern(value, groups=_read_groups(given, value, where))
    _refuse_others(given, ("type", "redaction", "keyPattern"), where)
    key = _regex(given, "keyPattern", where)
    return Pattern(key, groups=None, key=key)


def _read_groups(given: dict[str, Any], pattern: str, where: str) -> frozenset[int]:
    groups = given.get("replaceGroups")
    if groups is None:
        return frozenset((0,))
    where = f"{where}.replaceGroups"
    _require(groups, list, "a list of group numbers", where)
    most = compile_pattern(pattern).groups
    for group in groups:
        if type(group) is not int or not 0 <= group <= most:
            raise InvalidRules(f"the pattern has groups 0 to {most}", where=where)
    return frozenset(groups)


def _regex(given: dict[str, Any], name: str, where: str) -> str:
    pattern = given.get(name)
    if pattern is None:
        raise InvalidRules(f"{name} is missing", where=where)
    _require(pattern, str, "a regular expression", f"{where}.{name}")
    try:
        compile_pattern(pattern)
    except InvalidRules as error:
        raise InvalidRules(str(error), where=f"{where}.{name}") from None
    return str(pattern)


def _read_redaction(given: dict[str, Any], where: str) -> Redaction:
    if "redaction" not in given:
        return REMOVE
    redaction: Any = given["redaction"]
    where = f"{where}.redaction"
    _require(redaction, dict, "an object", where)
    name = redaction.get("method")
    method = _METHODS.get(name) if type(name) is str else None
    if method is None:
        known = ", ".join(each for each in _METHODS if each != "default")
        raise InvalidRules(f"method must be one of {known}", where=where)
    members = ("method", "text") if method is Method.REPLACE else ("method",)
    _refuse_others(redaction, members, where)
    text = redaction.get("text", FILTERED)
    _require(text, str, "a text", f"{where}.text")
    if len(text) > MAX_TEXT_CHARS:
        raise InvalidRules(f"at most {MAX_TEXT_CHARS} characters", where=f"{where}.text")
    return Redaction(method, text)


def _member(given: dict[str, Any], name: str, kind: type, called: str, where: str) -> Any:
    value = given.get(name, kind())
    _require(value, kind, called, f"{where}.{name}" if where else name)
    return value


def _require(value: Any, kind: type, called: str, where: str) -> None:
    if type(value) is not kind:
        raise InvalidRules(f"expected {called}", where=where)


def _refuse_others(given: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in given:
        if name not in known:
            reason = f"unknown member {name!r}: there are {', '.join(known)}"
            raise InvalidRules(reason, where=where)
