"""The table of contents of what the API says about issues and events; part of `routes`."""

from urgentry.api import issue_detail, issue_events, issues, project_events

ENDPOINTS = (
    *issues.ENDPOINTS,
    *issue_detail.ENDPOINTS,
    *issue_events.ENDPOINTS,
    *project_events.ENDPOINTS,
)
