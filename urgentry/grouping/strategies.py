"""The strategies from strongest to weakest, and which of their trees carry hashes (spec §2).

`variants` calls `calculate`; every strategy that could say something is kept for the explanation,
but only the strongest that contributes is heard.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from urgentry.grouping.component import Component, Variants, leaf, muted, node
from urgentry.grouping.exceptions import Shape, exception_variants
from urgentry.grouping.run import Run
from urgentry.grouping.stacktrace import remember
from urgentry.grouping.threads import telling_thread
from urgentry.grouping.values import items_of, object_of, text_of

Strategy = Callable[[Run], Variants]

_LEGACY_REPORTS: Final = {
    "hpkp": "hpkp",
    "expectstaple": "expect-staple",
    "expectct": "expect-ct",
}
_LOCAL: Final = "'self'"
_SCRIPT_VIOLATIONS: Final = ("'unsafe-inline'", "'unsafe-eval'")
_OTHER_SIDE: Final = {"app": "system", "system": "app"}


def calculate(run: Run, shape: Shape | None) -> Variants:
    """The tree of each variant, its root named after it.

    Where nobody asks for an explanation, strategies after the winner are not asked, and events of
    one shape (None: it has none of its own) share their trees.
    """
    if shape is None:
        return _calculate(run)
    stack, kind = shape
    trees = stack.trees.get(kind)
    if trees is None:
        run.reads_messages = False
        trees = _calculate(run)
        remember(stack.trees, kind, trees)
    return trees


def _calculate(run: Run) -> Variants:
    collected: dict[str, list[Component]] = {}
    winner: tuple[str, str] | None = None
    for interface, name, strategy in STRATEGIES:
        if not run.event.get(interface):
            continue
        if winner and not run.explains:
            break
        trees = strategy(run)
        if len(trees) > 1 or "app" in trees:
            trees = _without_stackless(_decide(trees, app_decides=run.flags.app_decides))
        heard = sorted(variant for variant, tree in trees.items() if tree.contributes)
        for variant, tree in trees.items():
            shown = muted(tree, winner[1]) if winner and tree.contributes else tree
            collected.setdefault(variant, []).append(shown)
        if heard and winner is None:
            winner = name, _precedence(name, heard)
    return {variant: _root(variant, trees, winner) for variant, trees in collected.items()}


def _root(variant: str, trees: list[Component], winner: tuple[str, str] | None) -> Component:
    root = node(variant, trees)
    if root.contributes or winner is None:
        return root
    return muted(root, winner[1])


def _precedence(name: str, heard: list[str]) -> str:
    if heard == ["default"]:
        return f"{name} takes precedence"
    return f"{name} of {'/'.join(heard)} takes precedence"


def _decide(trees: Variants, *, app_decides: bool) -> Variants:
    """Of two variants with one hash a single one keeps it; `system` may be mandatory."""
    app, system = trees.get("app"), trees.get("system")
    if app is None or system is None:
        return trees
    if app.contributes and system.contributes and app.payload == system.payload:
        loser, reason = ("system", "app") if app_decides else ("app", "system")
        hint = f"ignored because hash matches {reason} variant"
        return {**trees, loser: muted(trees[loser], hint)}
    if not app_decides and app.contributes and not system.contributes:
        return {**trees, "app": muted(app, "ignored because system variant is not used")}
    return trees


def _without_stackless(trees: Variants) -> Variants:
    """Where one variant has a contributing stack trace, those without are not heard."""
    if not any(tree.has_stacktrace for tree in trees.values()):
        return trees
    return {
        variant: tree if tree.has_stacktrace else muted(tree, _stackless_hint(variant))
        for variant, tree in trees.items()
    }


def _stackless_hint(variant: str) -> str:
    other = _OTHER_SIDE.get(variant, "other")
    return (
        "ignored because this variant does not have a contributing stacktrace, "
        f"but the {other} variant does"
    )


def _threads(run: Run) -> Variants:
    threads = items_of(run.event, "threads")
    if not threads:
        return {}
    thread = telling_thread(run.event)
    if thread is None:
        hint = (
            "ignored because does not contain exactly one crashing, one current or just one "
            f"thread, instead contains {len(threads)} threads"
        )
        return {"app": node("threads", contributes=False, hint=hint)}
    stack = run.stack(thread)
    if stack is None:
        hint = "thread has no stacktrace"
        return {"app": node("threads", contributes=False, hint=hint)}
    return {"system": node("threads", [stack.system]), "app": node("threads", [stack.app])}


def _stacktrace(run: Run) -> Variants:
    stack = run.stack(run.event)
    return {} if stack is None else {"system": stack.system, "app": stack.app}


def _template(run: Run) -> Variants:
    template = object_of(run.event, "template")
    if not template:
        return {}
    parts = [
        leaf(name, value) if (value := text_of(template, name)) else leaf(name)
        for name in ("filename", "context_line")
    ]
    return {"default": node("template", parts)}


def _message(run: Run) -> Variants:
    logentry = object_of(run.event, "logentry")
    if not logentry:
        return {}
    message = text_of(logentry, "message") or text_of(logentry, "formatted") or ""
    template = run.template_of(message)
    hint = "stripped event-specific values" if template != message else None
    return {"default": leaf("message", template, hint=hint)}


def _csp(run: Run) -> Variants:
    report = object_of(run.event, "csp")
    if not report:
        return {}
    directive = text_of(report, "effective_directive") or ""
    uri = normalized_blocked_uri(text_of(report, "blocked_uri") or "")
    salt = leaf("salt", directive, hint="a static salt")
    if directive == "script-src" and uri == _LOCAL:
        violated = text_of(report, "violated_directive") or ""
        for keyword in _SCRIPT_VIOLATIONS:
            if keyword in violated:
                shown = leaf("uri", uri, contributes=False, hint="violation takes precedence")
                return {"default": node("csp", [salt, leaf("violation", keyword), shown])}
    violation = leaf("violation", hint="not a local script violation")
    return {"default": node("csp", [salt, violation, leaf("uri", uri)])}


def normalized_blocked_uri(uri: str) -> str:
    """What was blocked, without what differs between two loads of one page (spec §7.6)."""
    if uri in ("", "self", _LOCAL):
        return _LOCAL
    if ":" not in uri:
        uri = f"{uri}:"
    scheme = uri.split(":", 1)[0]
    try:
        host = urlsplit(uri).netloc
    except ValueError:
        host = ""
    if scheme in ("http", "https"):
        return host
    return f"{scheme}://{host}" if host else f"{scheme}:"


def _legacy_report(interface: str) -> Strategy:
    def strategy(run: Run) -> Variants:
        report = object_of(run.event, interface)
        if not report:
            return {}
        name = _LEGACY_REPORTS[interface]
        salt = leaf("salt", name, hint="a static salt")
        return {"default": node(name, [salt, leaf("hostname", text_of(report, "hostname") or "")])}

    return strategy


STRATEGIES: Final[tuple[tuple[str, str, Strategy], ...]] = (
    ("exception", "exception", exception_variants),
    ("threads", "threads", _threads),
    ("stacktrace", "stacktrace", _stacktrace),
    ("template", "template", _template),
    ("csp", "csp", _csp),
    ("hpkp", "hpkp", _legacy_report("hpkp")),
    ("expectstaple", "expect-staple", _legacy_report("expectstaple")),
    ("expectct", "expect-ct", _legacy_report("expectct")),
    ("logentry", "message", _message),
)
"""The part of the event that each reads, its name, and itself."""
