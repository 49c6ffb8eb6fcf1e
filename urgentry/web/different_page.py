"""What is different about an issue: values of tags that its events have more or less often than all
others of the project.
"""

from starlette.responses import Response

from urgentry.storage import tags
from urgentry.web.edge import page
from urgentry.web.issue_lookup import enter_issue
from urgentry.web.issue_parts import read_issue_view
from urgentry.web.view.different import differences_of
from urgentry.web.visit import Visit

_VALUES = 8
"""Of each tag that are looked at."""


async def show(visit: Visit) -> Response:
    """The differences, the largest first, each with the way to its events."""
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        view = await read_issue_view(tx, place, issue)
        summaries = await tags.list_tags(tx, issue.id, top=_VALUES)
        values = [(each.key, value.value) for each in summaries for value in each.top_values]
        in_project = await tags.count_in_project(tx, issue.project_id, values)
        all_events = await tags.count_project_events(tx, issue.project_id)
    return visit.page(
        "issue_different.html",
        section="issues",
        issue=view,
        rows=differences_of(summaries, in_project, events=issue.times_seen, all_events=all_events),
        others=all_events - issue.times_seen,
        events=issue.times_seen,
    )


PAGES = (page("/{organization}/issues/{issue}/different/", GET=show),)
