"""The table of contents of what the API says about spans, logs, metrics and traces; part of
`routes`.
"""

from urgentry.api import datasets, signal_attributes, signal_stats, traces
from urgentry.api.endpoint import endpoint

_ORGANIZATION = "/organizations/{organization}"

ENDPOINTS = (
    endpoint(f"{_ORGANIZATION}/events/", GET=datasets.show_table),
    endpoint(f"{_ORGANIZATION}/events-timeseries/", GET=datasets.show_series),
    endpoint(f"{_ORGANIZATION}/trace/{{trace}}/", GET=traces.show),
    endpoint(f"{_ORGANIZATION}/trace-meta/{{trace}}/", GET=traces.show_meta),
    endpoint(f"{_ORGANIZATION}/trace-items/attributes/", GET=signal_attributes.list_names),
    endpoint(f"{_ORGANIZATION}/trace-items/stats/", GET=signal_stats.show),
    endpoint(
        f"{_ORGANIZATION}/trace-items/attributes/{{key}}/values/",
        GET=signal_attributes.list_values,
    ),
)
