"""The table of contents of the pages. `app` mounts what `routes` answers, below `/`."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from urgentry.web import (
    account_pages,
    appearance,
    assets,
    comments,
    completion,
    components,
    cron_form,
    crons_pages,
    different_page,
    endpoints_page,
    event_files,
    filter_settings,
    grouping_page,
    grouping_settings,
    instance_page,
    issue_actions,
    issue_list,
    issue_page,
    issue_parts,
    limits_page,
    live,
    logs_page,
    member_pages,
    organization_pages,
    palette,
    performance_settings,
    privacy_settings,
    project_settings,
    projects,
    releases_page,
    saved_views,
    setup,
    sign_in,
    signal_completion,
    similar_page,
    stats_page,
    trace_page,
    traces_page,
)
from urgentry.web.deps import WebDeps
from urgentry.web.edge import Page, as_route, not_found, with_headers

PAGES: tuple[Page, ...] = (
    *sign_in.PAGES,
    *setup.PAGES,
    *appearance.PAGES,
    *account_pages.PAGES,
    *instance_page.PAGES,
    *components.PAGES,
    *live.PAGES,
    *member_pages.PAGES,
    *organization_pages.PAGES,
    *palette.PAGES,
    *projects.PAGES,
    *stats_page.PAGES,
    *releases_page.PAGES,
    *cron_form.PAGES,
    *crons_pages.PAGES,
    *project_settings.PAGES,
    *filter_settings.PAGES,
    *performance_settings.PAGES,
    *privacy_settings.PAGES,
    *limits_page.PAGES,
    *grouping_settings.PAGES,
    *completion.PAGES,
    *saved_views.PAGES,
    *issue_list.PAGES,
    *issue_actions.PAGES,
    *issue_parts.PAGES,
    *grouping_page.PAGES,
    *similar_page.PAGES,
    *different_page.PAGES,
    *comments.PAGES,
    *event_files.PAGES,
    *issue_page.PAGES,
    *signal_completion.PAGES,
    *logs_page.PAGES,
    *traces_page.PAGES,
    *endpoints_page.PAGES,
    *trace_page.PAGES,
)


def routes(deps: WebDeps) -> list[BaseRoute]:
    """Every page, the static files, and a page for what does not exist."""

    async def rest(request: Request) -> Response:
        return with_headers(await _rest(request, deps))

    async def file(request: Request) -> Response:
        return with_headers(await assets.serve(request))

    table: list[BaseRoute] = [Route("/static/{version}/{name:path}", file)]
    table += [as_route(declared, deps) for declared in _joined(PAGES)]
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    table.append(Route("/{path:path}", rest, methods=methods))
    return table


def _joined(pages: Iterable[Page]) -> list[Page]:
    """One page for each address, whichever modules bring its methods."""
    joined: dict[str, Page] = {}
    for declared in pages:
        known = joined.get(declared.path)
        methods = {**known.methods, **declared.methods} if known else declared.methods
        joined[declared.path] = Page(declared.path, methods, declared.is_public)
    return list(joined.values())


async def _rest(request: Request, deps: WebDeps) -> Response:
    """Addresses without their slash, those of Sentry's links, those that lead nowhere."""
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    if request.method in ("GET", "HEAD"):
        if not path.endswith("/") and "." not in path.rpartition("/")[2]:
            return RedirectResponse("/" + path.lstrip("/") + "/" + query, 307)
        if path.startswith("/organizations/"):
            return RedirectResponse(
                "/" + path.removeprefix("/organizations/").lstrip("/") + query, 307
            )
    return await not_found(request, deps)
