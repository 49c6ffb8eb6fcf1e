"""The scrubbing stage: what a project does not want to keep is taken out of what it was sent.

Called after filters, which look at what was sent, and before anything that is stored is made of it.
"""

from typing import Any

from urgentry.domain.scope import Scope
from urgentry.privacy import InvalidRules, Scrubber, scrubber
from urgentry.protocol.outcome import Reason, invalid
from urgentry.telemetry import names
from urgentry.telemetry.signal import Kind, Signal


def scrub_event(event: dict[str, Any], scope: Scope) -> None:
    """Scrubs a normalised event or transaction in place."""
    _rules(scope).event(event)


def scrub_replay(event: dict[str, Any], scope: Scope) -> None:
    """The same for the event of a replay."""
    _rules(scope).replay(event)


def scrub_file(name: str, content: memoryview, scope: Scope) -> memoryview:
    """A file with what rules about attachments find in it overwritten."""
    rules = _rules(scope)
    if not rules.looks_into(name, bytes(content[:4])):
        return content
    return memoryview(rules.attachment(name, bytes(content)))


def scrub_signals(kind: Kind, signals: list[Signal], scope: Scope) -> None:
    """Scrubs the attributes of signals in place, and the bodies of logs."""
    rules = _rules(scope)
    records = [{"attributes": signal.attributes} for signal in signals]
    if kind is Kind.LOG:
        _scrub_logs(rules, records)
    elif kind is Kind.SPAN:
        rules.spans(records)
    else:
        rules.metrics(records)
    for record in records:
        _without_nulls(record["attributes"])


def _scrub_logs(rules: Scrubber, records: list[dict[str, Any]]) -> None:
    """A body is an attribute among others where logs are kept, and not where rules speak of it."""
    for record in records:
        record["body"] = record["attributes"].pop(names.BODY, None)
    rules.logs(records)
    for record in records:
        if record["body"] is not None:
            record["attributes"][names.BODY] = record["body"]


def _without_nulls(attributes: dict[str, Any]) -> None:
    """What was removed as a whole is no attribute any more."""
    for name in [name for name, value in attributes.items() if value is None]:
        del attributes[name]


def _rules(scope: Scope) -> Scrubber:
    """Rules that cannot be read keep everything out: nothing is stored that they may speak of."""
    try:
        return scrubber(scope.privacy)
    except InvalidRules as error:
        raise invalid(Reason.PROJECT_STATE_PII, "the project's rules are invalid") from error
