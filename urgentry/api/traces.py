"""A trace: its spans as a tree with the errors that happened in them, and how much there is."""

from collections import Counter
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import not_found, visible_projects
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_question import read_span
from urgentry.api.shapes.traces import TraceView, trace_tree
from urgentry.api.signal_question import SCOPES
from urgentry.domain.project import Project
from urgentry.explore.scanning import Work
from urgentry.explore.trace_errors import count_errors_of_trace, errors_of_trace
from urgentry.explore.traces import (
    TraceScope,
    count_groups_of_trace,
    count_of_trace,
    signals_of_trace,
)
from urgentry.ingest.signals.ids import read_trace_id
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_TRACE, Kind

Json = dict[str, Any]

_MOST_ATTRIBUTES = 50


class AskedTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A trace within what the caller may see."""

    scope: TraceScope
    projects: dict[int, Project]


async def show(call: Call) -> Response:
    """The spans of a trace as a tree, each with its children and the errors that happened in it;
    errors of no span stand beside them. `additional_attributes` names what spans tell as well."""
    asked = await _read(call)
    async with call.deps.desk.work() as work:
        spans = await signals_of_trace(work, asked.scope, Kind.SPAN)
        errors = await errors_of_trace(work.tx, asked.scope)
    view = TraceView(
        slugs={id_: project.slug for id_, project in asked.projects.items()},
        attributes=tuple(call.query.getlist("additional_attributes")[:_MOST_ATTRIBUTES]),
    )
    return json_response(trace_tree(spans, errors, view))


async def show_meta(call: Call) -> Response:
    """How many spans, errors, logs and metrics a trace has, and how many spans of which kind."""
    asked = await _read(call)
    async with call.deps.desk.work() as work:
        content = await _count(work, asked)
    return json_response(content)


async def _read(call: Call) -> AskedTrace:
    trace_id = read_trace_id(call.path("trace"))
    async with call.database.read() as tx:
        access = await call.enter(tx, *SCOPES)
        projects = await visible_projects(tx, access)
    if trace_id is None or trace_id == NO_TRACE:
        raise not_found()
    now = clock.now()
    span = read_span(call, now)
    return AskedTrace(
        scope=TraceScope(
            organization_id=access.organization.id,
            project_ids=[project.id for project in projects],
            trace_id=trace_id,
            now=now,
            start=span.start,
            end=span.end,
        ),
        projects={project.id: project for project in projects},
    )


async def _count(work: Work, asked: AskedTrace) -> Json:
    spans = await count_groups_of_trace(work, asked.scope, Kind.SPAN, names.OP, names.EVENT_ID)
    operations, by_transaction = Counter[str](), Counter[str]()
    for (operation, event_id), count in spans.items():
        operations[str(operation or "default")] += count
        if isinstance(event_id, str):
            by_transaction[event_id] += count
    return {
        "errorsCount": await count_errors_of_trace(work.tx, asked.scope),
        "performanceIssuesCount": 0,
        "spansCount": sum(spans.values()),
        "logsCount": await count_of_trace(work, asked.scope, Kind.LOG),
        "metricsCount": await count_of_trace(work, asked.scope, Kind.METRIC),
        "uptimeCount": 0,
        "transactionChildCountMap": [
            {"transaction.event_id": event_id, "count()": count}
            for event_id, count in by_transaction.items()
        ],
        "spansCountMap": dict(operations),
    }
