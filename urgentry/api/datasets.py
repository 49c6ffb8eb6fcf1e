"""Tables and series of whatever dataset is asked: errors, spans, logs, metrics."""

from starlette.responses import Response

from urgentry.api import error_series, error_table, signal_series, signal_table
from urgentry.api.endpoint import Call
from urgentry.api.error_question import DATASETS


async def show_table(call: Call) -> Response:
    """Errors, spans, logs or metrics (`dataset`): one by one, or in groups where a `field` is
    computed, such as `count()`. `query`, `sort` and functions as in Sentry."""
    if call.query.get("dataset") in DATASETS:
        return await error_table.show_errors(call)
    return await signal_table.show(call)


async def show_series(call: Call) -> Response:
    """`yAxis` over time, for everything or, with `groupBy` and `topEvents`, for the groups that are
    largest by `sort`, and all others together unless `excludeOther` is set."""
    if call.query.get("dataset") in DATASETS:
        return await error_series.show_errors_over_time(call)
    return await signal_series.show(call)
