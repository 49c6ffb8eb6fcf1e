"""The table of contents of `/api/0/`. `app` mounts what `routes` answers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from urgentry.api import (
    attachments,
    environments,
    explore_routes,
    filters,
    index,
    issue_routes,
    keys,
    members,
    monitors,
    organizations,
    performance,
    profiles,
    project_stats,
    projects,
    quotas,
    releases,
    replays,
    sessions,
    stats,
    teams,
    tokens,
    user_feedback,
    users,
)
from urgentry.api.endpoint import (
    EVERY_METHOD,
    ApiDeps,
    Endpoint,
    as_route,
    json_response,
    with_headers,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *index.ENDPOINTS,
    *users.ENDPOINTS,
    *tokens.ENDPOINTS,
    *organizations.ENDPOINTS,
    *members.ENDPOINTS,
    *teams.ENDPOINTS,
    *projects.ENDPOINTS,
    *project_stats.ENDPOINTS,
    *filters.ENDPOINTS,
    *performance.ENDPOINTS,
    *stats.ENDPOINTS,
    *keys.ENDPOINTS,
    *quotas.ENDPOINTS,
    *environments.ENDPOINTS,
    *releases.ENDPOINTS,
    *sessions.ENDPOINTS,
    *monitors.ENDPOINTS,
    *profiles.ENDPOINTS,
    *replays.ENDPOINTS,
    *issue_routes.ENDPOINTS,
    *explore_routes.ENDPOINTS,
    *attachments.ENDPOINTS,
    *user_feedback.ENDPOINTS,
)


def routes(deps: ApiDeps) -> list[BaseRoute]:
    """One mount at `/api/0` with every endpoint; any other path below it is a 404 in JSON."""
    table: list[BaseRoute] = [as_route(declared, deps) for declared in ENDPOINTS]
    table.append(Route("/{path:path}", _unknown, methods=EVERY_METHOD))
    return [Mount("/api/0", app=_with_slash(Router(table, redirect_slashes=False)))]


def _with_slash(app: ASGIApp) -> ASGIApp:
    """Takes paths with and without the slash at their end, as clients write both."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].endswith("/"):
            scope = {**scope, "path": scope["path"] + "/"}
        await app(scope, receive, send)

    return call


async def _unknown(_: Request) -> Response:
    return with_headers(json_response({"detail": "The requested resource does not exist"}, 404))
