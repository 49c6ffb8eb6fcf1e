"""An event's hashes: strategies and fingerprint brought together (spec §1).

`group_event` is what ingest calls for every error; `explain_event` computes the same again for a
person who asks why, with the parts that had no say worked out as well.
"""

import re
from hashlib import md5
from typing import Any, Final

import msgspec

from urgentry.grouping.component import Component, encode, muted
from urgentry.grouping.config import GroupingConfig
from urgentry.grouping.exceptions import Shape, shape_of
from urgentry.grouping.families import family_of
from urgentry.grouping.fingerprints.matching import first_match
from urgentry.grouping.fingerprints.rules import FingerprintRule
from urgentry.grouping.fingerprints.variables import expand, expand_title, is_default, message_of
from urgentry.grouping.outcome import Grouping, Variant
from urgentry.grouping.run import Run
from urgentry.grouping.stacktrace import remember
from urgentry.grouping.strategies import calculate
from urgentry.grouping.values import items_of, object_of, text_of

_DEFAULT: Final = ("{{ default }}",)
_HASH = re.compile("[0-9a-fA-F]{32}")
_ENTRIES: Final = 256
"""Entries of a fingerprint that are read; more of them are text like any other."""
_SPELLED_CHARACTERS: Final = 1_048_576
"""Text that variables of a fingerprint may stand for: bounds what one event can take."""
_INFO: Final = "_fingerprint_info"
_ORDER: Final = {"app": 0, "system": 2}


class _Fingerprint(msgspec.Struct, frozen=True):
    entries: tuple[str, ...]
    client: tuple[str, ...] | None
    rule: FingerprintRule | None


def group_event(event: dict[str, Any], config: GroupingConfig) -> Grouping:
    """The event's hashes; trees of its variants may lack what has no say in them.

    Prepares frames in place, and writes `fingerprint` where a rule gives one.
    """
    return _group(Run(event, config))


def explain_event(event: dict[str, Any], config: GroupingConfig) -> Grouping:
    """As `group_event`, with every part worked out for display."""
    return _group(Run(event, config, explains=True))


def _group(run: Run) -> Grouping:
    run.prepare_stacks()
    fingerprint = _fingerprint(run)
    shape = None if run.explains else shape_of(run)
    if shape is None or fingerprint.entries is not _DEFAULT or "checksum" in run.event:
        return _worked_out(run, fingerprint, shape)
    groupings, kind = shape[0].groupings, (*shape[1], run.in_app_frame_mix)
    known = groupings.get(kind)
    if known is None:
        known = _worked_out(run, fingerprint, shape)
        remember(groupings, kind, known)
    run.event.pop("main_exception_id", None)
    return known


def _worked_out(run: Run, fingerprint: _Fingerprint, shape: Shape | None) -> Grouping:
    variants = _checksum(run.event) or _fingerprinted(run, fingerprint, shape)
    run.event.pop("main_exception_id", None)
    if run.main_exception is not None:
        run.event["main_exception_id"] = run.main_exception
    used = sorted((v for v in variants if v.hash is not None), key=_place)
    title = fingerprint.rule.title if fingerprint.rule else None
    return Grouping(
        config=run.config.id,
        hashes=tuple(dict.fromkeys(v.hash for v in used if v.hash is not None)),
        variants=tuple(variants),
        title=expand_title(title, run.event) if title is not None else None,
        in_app_frame_mix=run.in_app_frame_mix,
    )


def _place(variant: Variant) -> int:
    return _ORDER.get(variant.name, 1)


def _fingerprint(run: Run) -> _Fingerprint:
    """The entries to group by; a rule that matches replaces the client's in the event.

    What the client sent is kept beside it, so that grouping again starts from the same.
    """
    event = run.event
    before = event.pop(_INFO, None)
    if isinstance(before, dict):
        event["fingerprint"] = before.get("client_fingerprint")
    sent = event.get("fingerprint")
    client = tuple(map(str, sent)) if isinstance(sent, list) and sent else None
    rules = run.config.fingerprint_rules[family_of(text_of(event, "platform"))]
    rule = first_match(rules, event) if rules else None
    if rule is None:
        return _Fingerprint(client or _DEFAULT, client, None)
    event["fingerprint"] = list(rule.fingerprint)
    event[_INFO] = {"client_fingerprint": sent, "matched_rule": {"text": rule.text}}
    return _Fingerprint(rule.fingerprint, client, rule)


def _checksum(event: dict[str, Any]) -> list[Variant]:
    checksum = text_of(event, "checksum")
    if not checksum:
        return []
    if _HASH.fullmatch(checksum):
        return [_checksum_variant("checksum", "legacy checksum", bytes.fromhex(checksum))]
    hashed = md5(encode(checksum), usedforsecurity=False).digest()
    return [_checksum_variant("hashed_checksum", "hashed legacy checksum", hashed)]


def _checksum_variant(name: str, description: str, value: bytes) -> Variant:
    return Variant(name=name, type=name, description=description, hash=value)


def _fingerprinted(run: Run, fingerprint: _Fingerprint, shape: Shape | None) -> list[Variant]:
    roots = calculate(run, shape)
    defaults = sum(map(is_default, fingerprint.entries[:_ENTRIES]))
    if defaults == 0:
        hint = "custom fingerprint takes precedence"
        silent = [_component_variant(name, muted(root, hint)) for name, root in roots.items()]
        return [*silent, _custom(fingerprint, _resolved(run, fingerprint))]
    if defaults == 1 and len(fingerprint.entries) == 1:
        variants = [_component_variant(name, root) for name, root in roots.items()]
    else:
        values = _resolved(run, fingerprint)
        variants = [_salted(name, root, fingerprint, values) for name, root in roots.items()]
    if any(variant.hash is not None for variant in variants):
        return variants
    return [*variants, _fallback()]


def _component_variant(name: str, root: Component) -> Variant:
    return Variant(
        name=name,
        type="component",
        description=_description(root),
        hash=root.digest() if root.contributes else None,
        hint=root.hint,
        component=root,
    )


def _salted(
    name: str, root: Component, fingerprint: _Fingerprint, values: tuple[str, ...]
) -> Variant:
    """A hybrid: the entries in order, the variant's own leaves where `{{ default }}` stands."""
    times = min(_ENTRIES, 1 + _SPELLED_CHARACTERS // (len(root.payload) or 1))
    parts = [root.payload if is_default(value) else encode(value) for value in values[:times]]
    payload = b"".join(parts) + encode(*values[times:])
    digest = md5(payload, usedforsecurity=False).digest()
    return Variant(
        name=name,
        type="salted_component",
        description=f"modified {_description(root)}",
        hash=digest if root.contributes else None,
        hint=root.hint,
        component=root,
        values=values,
        client_values=fingerprint.client if fingerprint.rule else None,
        matched_rule=fingerprint.rule.text if fingerprint.rule else None,
    )


def _custom(fingerprint: _Fingerprint, values: tuple[str, ...]) -> Variant:
    rule = fingerprint.rule
    name, description = "custom_client_fingerprint", "custom client fingerprint"
    if rule is not None:
        origin = "built_in" if rule.is_builtin else "custom_server"
        name = f"{origin}_fingerprint"
        description = name.replace("_", " ")
    return Variant(
        name=name,
        type=name,
        description=description,
        hash=md5(encode(*values), usedforsecurity=False).digest(),
        values=values,
        client_values=fingerprint.client if rule else None,
        matched_rule=rule.text if rule else None,
    )


def _resolved(run: Run, fingerprint: _Fingerprint) -> tuple[str, ...]:
    """The entries with variables replaced, and the message among them without its ids. Past the
    budget of an event they stay as they were sent."""
    cleaned = _messages(run.event) if run.flags.cleans_fingerprints else set()
    values: list[str] = []
    spelled = 0
    for entry in fingerprint.entries[:_ENTRIES]:
        value = entry if is_default(entry) else _value_of(entry, run)
        values.append(run.template_of(value) if value in cleaned else value)
        spelled += len(value)
        if spelled > _SPELLED_CHARACTERS:
            break
    return (*values, *fingerprint.entries[len(values) :])


def _value_of(entry: str, run: Run) -> str:
    return expand(entry, run.event, names_unknown=run.flags.names_unknown_variables)


def _messages(event: dict[str, Any]) -> set[str]:
    exceptions = items_of(event, "exception")
    logentry = object_of(event, "logentry")
    found = (
        message_of(event),
        text_of(logentry, "message"),
        text_of(exceptions[-1], "value") if exceptions else None,
    )
    return {text for text in found if text}


def _fallback() -> Variant:
    """Where nothing says anything, all such events share an issue."""
    digest = md5(b"", usedforsecurity=False).digest()
    return Variant(name="fallback", type="fallback", description="fallback", hash=digest)


def _description(root: Component) -> str:
    """What a person reads: the part of the tree that made the hash."""
    for child in root.values:
        if isinstance(child, Component) and (child.contributes or not root.contributes):
            what = _noun(child)
            return f"in-app {what}" if root.id == "app" else what
    return root.id


def _noun(component: Component) -> str:
    name = component.id.replace("_", "-")
    if component.id in ("exception", "chained_exception", "threads"):
        return f"{name} stack-trace" if component.has_stacktrace else name
    return "stack-trace" if component.id == "stacktrace" else name
