"""The table of contents of what the API says about issues and events; part of `routes`.

Sentry's tools name an issue below its organization or by its id alone: both paths lead to it.
"""

from collections.abc import Iterator

from urgentry.api import (
    issue_detail,
    issue_events,
    issue_mutations,
    issue_notes,
    issue_tags,
    issues,
    project_events,
    shortcuts,
)
from urgentry.api.endpoint import Endpoint, Handler, endpoint

_LISTS = ("/organizations/{organization}/issues/", "/projects/{organization}/{project}/issues/")
_ISSUES = ("/organizations/{organization}/issues/{issue}", "/issues/{issue}")
_EVENTS = "/projects/{organization}/{project}/events"


def _of_issue(path: str, **methods: Handler) -> Iterator[Endpoint]:
    return (Endpoint(prefix + path, methods) for prefix in _ISSUES)


ENDPOINTS = (
    *(
        endpoint(
            path,
            GET=issues.list_issues,
            PUT=issue_mutations.update_many,
            DELETE=issue_mutations.remove_many,
        )
        for path in _LISTS
    ),
    *_of_issue(
        "/",
        GET=issue_detail.show,
        PUT=issue_mutations.update,
        DELETE=issue_mutations.remove,
    ),
    *_of_issue("/activities/", GET=issue_detail.list_activities),
    *_of_issue("/comments/", GET=issue_notes.list_notes, POST=issue_notes.add_note),
    *_of_issue("/comments/{note}/", PUT=issue_notes.update_note, DELETE=issue_notes.remove_note),
    *_of_issue(
        "/hashes/",
        GET=issue_detail.list_hashes,
        PUT=issue_mutations.split,
        DELETE=issue_mutations.split,
    ),
    *_of_issue("/similar/", GET=issue_detail.list_similar),
    *_of_issue("/events/", GET=issue_events.list_events),
    *_of_issue("/events/{event}/", GET=issue_events.show_event),
    *_of_issue("/tags/", GET=issue_tags.list_tags),
    *_of_issue("/tags/{key}/", GET=issue_tags.show_tag),
    *_of_issue("/tags/{key}/values/", GET=issue_tags.list_values),
    endpoint(f"{_EVENTS}/", GET=project_events.list_events),
    endpoint(f"{_EVENTS}/{{event}}/", GET=project_events.show_event),
    endpoint(f"{_EVENTS}/{{event}}/json/", GET=project_events.show_json),
    endpoint(f"{_EVENTS}/{{event}}/grouping-info/", GET=project_events.show_grouping),
    endpoint("/projects/{organization}/{project}/tags/", GET=issue_tags.list_keys),
    endpoint(
        "/projects/{organization}/{project}/tags/{key}/values/",
        GET=issue_tags.list_project_values,
    ),
    endpoint("/organizations/{organization}/tags/", GET=issue_tags.list_keys),
    endpoint(
        "/organizations/{organization}/tags/{key}/values/", GET=issue_tags.list_project_values
    ),
    endpoint("/organizations/{organization}/issues-count/", GET=shortcuts.count_issues),
    endpoint("/organizations/{organization}/shortids/{short_id}/", GET=shortcuts.resolve_short_id),
    endpoint("/organizations/{organization}/eventids/{event}/", GET=shortcuts.resolve_event_id),
)
