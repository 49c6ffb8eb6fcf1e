"""The exception strategy: single exceptions, chains, and groups of exceptions (spec §5, §7).

Answers a tree per variant; `strategies` decides which of them counts.
"""

from typing import Any

from urgentry.grouping.component import Component, leaf, muted, node
from urgentry.grouping.exception_groups import select
from urgentry.grouping.run import Run, Variants
from urgentry.grouping.values import items_of, object_of, text_of


def exception_variants(run: Run) -> Variants:
    """The trees of an event's exceptions; remembers the main exception if a group has one."""
    exceptions = items_of(run.event, "exception")
    if not exceptions:
        return {}
    # Groups compare exceptions by all that is in them, so their messages are always read.
    reads_all = run.explains or len(exceptions) > 1
    trees = [_single(run, exception, reads_message=reads_all) for exception in exceptions]
    chosen = select(run, exceptions, trees)
    if len(chosen) == 1:
        return chosen[0]
    return _chain(chosen)


def _chain(trees: list[Variants]) -> Variants:
    by_variant: dict[str, list[Component]] = {}
    for tree in trees:
        for variant, component in tree.items():
            by_variant.setdefault(variant, []).append(component)
    return {name: node("chained_exception", parts) for name, parts in by_variant.items()}


def _single(run: Run, exception: dict[str, Any], *, reads_message: bool) -> Variants:
    kind = _type(exception)
    ns_error = _ns_error(exception)
    stacks = run.stacks(exception)
    variants: Variants = {}
    message: Component | None = None
    for variant, stack in (stacks or {"app": leaf("stacktrace")}).items():
        shadowed = stack.contributes or ns_error.contributes
        if message is None or not shadowed:
            message = _message(run, exception, parameterised=reads_message or not shadowed)
        parts = {
            "type": kind,
            "value": _shadow(message, stack, ns_error),
            "ns_error": ns_error,
            "stacktrace": stack,
        }
        order = run.flags.exception_order
        variants[variant] = node("exception", [parts[name] for name in order])
    return variants


def _type(exception: dict[str, Any]) -> Component:
    kind = text_of(exception, "type")
    if not kind:
        return leaf("type")
    if object_of(exception, "mechanism").get("synthetic"):
        return leaf("type", kind, contributes=False, hint="ignored because exception is synthetic")
    return leaf("type", kind)


def _ns_error(exception: dict[str, Any]) -> Component:
    error = object_of(exception, "mechanism", "meta", "ns_error")
    if not error:
        return node("ns_error")
    parts = [leaf(name, str(error[name])) for name in ("domain", "code") if name in error]
    return node("ns_error", parts)


def _message(run: Run, exception: dict[str, Any], *, parameterised: bool) -> Component:
    value = text_of(exception, "value")
    if not value:
        return leaf("value")
    template = run.template_of(value) if parameterised else value
    if not template:
        return leaf("value")
    return leaf(
        "value", template, hint="stripped event-specific values" if template != value else None
    )


def _shadow(message: Component, stack: Component, ns_error: Component) -> Component:
    """A message speaks only where nothing more telling does."""
    if not message.contributes:
        return message
    if stack.contributes:
        return muted(message, "ignored because stacktrace takes precedence")
    if ns_error.contributes:
        return muted(message, "ignored because ns-error info takes precedence")
    return message
