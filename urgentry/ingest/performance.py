"""Performance problems of spans as events: found when the spans are read, stored beside them."""

from collections.abc import Sequence

from urgentry.domain.event import PreparedEvent
from urgentry.ingest.occurrences import (
    Evidence,
    Json,
    Occurrence,
    Owner,
    event_id_of,
    event_of,
    span_context,
)
from urgentry.ingest.receipt import Receipt
from urgentry.telemetry import names
from urgentry.telemetry.problems import Problem, duration_of, find_problems, size_of
from urgentry.telemetry.signal import Signal

_FROM_TRANSACTION = (
    *("platform", "environment", "release", "dist", "user", "contexts", "request", "sdk"),
    *("transaction", "server_name", "tags"),
)
_MOST_IDS = 100
_ABOUT_CHARS = 2_000
_MS = 1_000


def problems_of_transaction(
    event: Json, signals: Sequence[Signal], receipt: Receipt
) -> list[PreparedEvent]:
    """Events for what is slow in a transaction; they share its surroundings."""
    problems = find_problems(signals, receipt.scope.performance)
    around = {name: event[name] for name in _FROM_TRANSACTION if event.get(name)}
    return [_event(problem, signals, around, receipt) for problem in problems]


def problems_of_spans(signals: Sequence[Signal], receipt: Receipt) -> list[PreparedEvent]:
    """The same for spans that came without their transaction."""
    return [
        _event(problem, signals, _around(problem.offenders[0]), receipt)
        for problem in find_problems(signals, receipt.scope.performance)
    ]


def _event(
    problem: Problem, signals: Sequence[Signal], around: Json, receipt: Receipt
) -> PreparedEvent:
    scope, first, last = receipt.scope, problem.offenders[0], problem.offenders[-1]
    trace = span_context(first.trace_id.hex(), first.span_id.hex())
    contexts = around.get("contexts") or {}
    parent = next((each for each in signals if each.span_id == first.parent_id), None)
    occurrence = _occurrence(problem, parent)
    return event_of(
        occurrence,
        around | {"level": "info", "contexts": contexts | trace},
        Owner(
            organization_id=scope.organization_id,
            project_id=scope.project_id,
            key_id=scope.key_id,
            retention_days=scope.retention_days,
        ),
        event_id=event_id_of(occurrence, first.trace_id, first.span_id),
        at=last.at + round(duration_of(last) * _MS),
        received=receipt.received,
    )


def _occurrence(problem: Problem, parent: Signal | None) -> Occurrence:
    first, count = problem.offenders[0], len(problem.offenders)
    transaction = _said(first, names.SEGMENT_NAME) or "<unlabeled transaction>"
    about = problem.about[:_ABOUT_CHARS]
    evidence = [Evidence(name="Transaction", value=transaction)]
    if parent is not None:
        evidence.append(Evidence(name="Parent span", value=_named(parent)))
    if problem.cause is not None:
        evidence.append(Evidence(name="Preceding span", value=_named(problem.cause)))
    times = f", {count} times" if count > 1 else ""
    evidence.append(Evidence(name=f"Offending span{times}", value=about, important=True))
    evidence.append(Evidence(name="Took", value=f"{problem.took_ms:,.0f} ms"))
    if size := max(map(size_of, problem.offenders)):
        evidence.append(Evidence(name="Payload", value=f"{size:,.0f} bytes"))
    operation = _said(parent, names.OP) if parent else ""
    return Occurrence(
        kind=problem.kind,
        title=problem.kind.title,
        subtitle=about,
        culprit=transaction,
        fingerprint=(transaction, operation, problem.pattern),
        evidence=evidence,
        data={
            "op": _said(first, names.OP),
            "transactionName": transaction,
            "parentSpanIds": [parent.span_id.hex()] if parent else [],
            "causeSpanIds": [problem.cause.span_id.hex()] if problem.cause else [],
            "offenderSpanIds": [each.span_id.hex() for each in problem.offenders[:_MOST_IDS]],
            "numRepeatingSpans": count,
            "repeatingSpans": problem.pattern[:_ABOUT_CHARS],
        },
    )


def _named(signal: Signal) -> str:
    said = _said(signal, names.DESCRIPTION) or signal.span_id.hex()
    return f"{_said(signal, names.OP)} - {said}"[:_ABOUT_CHARS]


def _said(signal: Signal, name: str) -> str:
    value = signal.attributes.get(name)
    return value if isinstance(value, str) else ""


def _around(signal: Signal) -> Json:
    """What a span says of where it happened."""
    user = _said(signal, names.USER)
    told = {
        "platform": _said(signal, names.PLATFORM),
        "environment": _said(signal, names.ENVIRONMENT),
        "release": _said(signal, names.RELEASE),
        "dist": _said(signal, names.DIST),
        "transaction": _said(signal, names.SEGMENT_NAME),
        "server_name": _said(signal, "server_name"),
        "user": {"sentry_user": user} if user else None,
    }
    return {name: value for name, value in told.items() if value}
