"""The second pass of stack-trace rules: which frames of a variant contribute, and their limits.

Called by `stacktrace` with one variant's frame components (spec §8.4).
"""

from urgentry.grouping.component import Component, hinted, muted, voiced
from urgentry.grouping.enhancements.passes import Plan, Stack, span
from urgentry.grouping.enhancements.rules import Flag, Rule

Limit = tuple[int, Rule]


def vote(plan: Plan, stack: Stack, components: list[Component], *, clamp: bool) -> str | None:
    """Changes `components` in place; answers why the stack as a whole is discarded, if it is.

    With `clamp`, frames that are not in-app never contribute, whatever a rule says.
    """
    limits: dict[str, Limit] = {}
    for rule, places in plan.matching(stack, first_pass=False):
        for limit in rule.limits:
            limits[limit.name] = (int(limit.value), rule)
        flags = rule.flags if stack.moved else rule.group_flags
        for place in places if flags else ():
            for flag in flags:
                _weigh(flag, place, stack, components, rule, clamp=clamp)
    if most := limits.get("max-frames"):
        _keep_last(components, *most)
    least = limits.get("min-frames")
    return _too_few(components, *least) if least else None


def _weigh(
    flag: Flag, place: int, stack: Stack, components: list[Component], rule: Rule, *, clamp: bool
) -> None:
    for target in span(flag.span, place, len(components)):
        component = components[target]
        if flag.name == "app":
            if _in_app_changed(stack, target):
                side = "in-app" if flag.value else "out of app"
                components[target] = hinted(component, f"marked {side} {rule.reason}")
        elif flag.value is not component.contributes:
            if not flag.value:
                components[target] = muted(component, f"ignored {rule.reason}")
            elif not clamp or stack.in_app[target]:
                components[target] = voiced(component, f"un-ignored {rule.reason}")


def _in_app_changed(stack: Stack, place: int) -> bool:
    """Whether rules decided otherwise than the client."""
    return place in stack.moved and stack.frames[place].frame.in_app is not stack.in_app[place]


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
