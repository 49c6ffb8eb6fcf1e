"""The exception strategy: single exceptions, chains, and groups of exceptions (spec §5, §7).

Answers a tree per variant; `strategies` decides which of them counts.
"""

from typing import Any

from urgentry.grouping.component import Component, Variants, leaf, muted, node
from urgentry.grouping.exception_groups import select
from urgentry.grouping.main_exception import wrapped_main_exception
from urgentry.grouping.run import Run
from urgentry.grouping.stacktrace import GroupedStack
from urgentry.grouping.values import object_of, text_of

Shape = tuple[GroupedStack, tuple[str | None, bool]]
"""The only stack of an event, and the kind of exception that it raised."""


def shape_of(run: Run) -> Shape | None:
    """What alone decides the trees of an event with one exception, if its message does not.

    A contributing stack trace silences the message, and most exceptions have one.
    """
    if len(run.exceptions) != 1:
        return None
    exception = run.exceptions[0]
    stack, mechanism = run.stack(exception), exception.get("mechanism") or {}
    if stack is None or not (stack.app.contributes or stack.system.contributes):
        return None
    if not isinstance(mechanism, dict) or mechanism.get("meta"):
        return None
    return stack, (text_of(exception, "type"), bool(mechanism.get("synthetic")))


def exception_variants(run: Run) -> Variants:
    """The trees of an event's exceptions; remembers the main exception if a group has one."""
    if not run.exceptions:
        return {}
    chosen = select(run, [(exception, _single(run, exception)) for exception in run.exceptions])
    if run.flags.unwraps_main_exception:
        wrapped = wrapped_main_exception([exception for exception, _ in chosen])
        run.main_exception = run.main_exception if wrapped is None else wrapped
    trees = [tree for _, tree in chosen]
    return trees[0] if len(trees) == 1 else _chain(trees)


def _chain(trees: list[Variants]) -> Variants:
    by_variant: dict[str, list[Component]] = {}
    for tree in trees:
        for variant, component in tree.items():
            by_variant.setdefault(variant, []).append(component)
    return {name: node("chained_exception", parts) for name, parts in by_variant.items()}


def _single(run: Run, exception: dict[str, Any]) -> Variants:
    stack = run.stack(exception)
    stacks = {"app": leaf("stacktrace")}
    if stack is not None:
        stacks = {"system": stack.system, "app": stack.app}
    kind, message, ns_error = _type(exception), _message(run, exception), _ns_error(exception)
    variants: Variants = {}
    for variant, tree in stacks.items():
        parts = {
            "type": kind,
            "value": _shadow(message, tree, ns_error),
            "ns_error": ns_error,
            "stacktrace": tree,
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


def _message(run: Run, exception: dict[str, Any]) -> Component:
    value = text_of(exception, "value") if run.reads_messages else None
    template = run.template_of(value) if value else None
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
