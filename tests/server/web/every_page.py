"""Every page that there is, each with an address at which the demo has something to show. Tests go
through them all, and so does `scripts/screenshots`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from tests.server.running_server import EMAIL, PASSWORD, Bootstrapped, RunningServer
from urgentry.web.routes import PAGES

ORGANIZATION = "demo"
QUERY = "GatewayTimeout"
PROJECT = "checkout"

OWNER = Bootstrapped(
    dsn="", auth_token="", organization=ORGANIZATION, project=PROJECT, project_id=""
)

WITHOUT_A_FACE = {
    "/": "leads on",
    "/live/{organization}/": "a stream",
    "/live/{organization}/logs/": "a stream",
    "/{organization}/logs/complete/": "a part of a page",
    "/{organization}/traces/complete/": "a part of a page",
    "/{organization}/issues/complete/": "a part of a page",
    "/{organization}/issues/matching/": "a part of a page",
    "/{organization}/issues/{issue}/events/{event}/markdown/": "a text",
    "/{organization}/projects/{project}/": "leads on",
    "/{organization}/projects/{project}/events/{event}/attachments/{attachment}/": "a file",
    "/invitation/{secret}/": "needs an invitation; tests/server/web/test_sign_in.py looks at it",
    "/setup/": "there before the first account; tests/server/web/test_first_run.py looks at it",
}
SIGNED_OUT = {"/sign-in/"}
LONGER = {
    "/{organization}/issues/": "?period=14d",
    "/{organization}/stats/": "?period=30d",
    "/{organization}/logs/": "?period=30d",
    "/{organization}/traces/": "?period=30d&view=spans&by=span.op",
    "/{organization}/performance/": "?period=30d",
    "/{organization}/releases/": "?period=30d",
}
"""What comes after the path, so that there is more to see."""


def declared() -> list[str]:
    """The paths that show a page when they are asked for, as they are declared."""
    shown = dict.fromkeys(page.path for page in PAGES if "GET" in page.methods)
    return [path for path in shown if path not in WITHOUT_A_FACE]


def name_of(path: str) -> str:
    """A page's name, for a file."""
    return re.sub(r"[^a-z]+", "-", path.replace("{organization}", "")).strip("-") or "start"


def make_demo(server: RunningServer) -> None:
    """Fills the data directory of a server that does not run yet."""
    account = ("--email", EMAIL, "--password", PASSWORD)
    server.run("demo", "--org", ORGANIZATION, *account, timeout_s=300)


def places(server: RunningServer) -> dict[str, str]:
    """What stands for each part in braces."""
    api, issues = _api(server), f"/api/0/organizations/{ORGANIZATION}/issues/"
    with api:
        issue = api.get(issues, params={"query": QUERY, "statsPeriod": "30d"}).json()[0]
        event = api.get(f"{issues}{issue['id']}/events/latest/").json()
        trace = _newest(api, "spans", "trace")["trace"]
        log = _newest(api, "logs", "id", "timestamp_precise")
    return {
        "organization": ORGANIZATION,
        "project": PROJECT,
        "issue": issue["shortId"],
        "event": event["eventID"],
        "key": "release",
        "team": "platform",
        "trace": trace,
        "log": f"{log['timestamp_precise'] // 1000}-{int(log['id'], 16):x}",
        "monitor": "nightly-stock-count",
        "version": quote("storefront@4.13.0", safe="@"),
    }


def _newest(api: httpx.Client, dataset: str, *fields: str) -> dict[str, Any]:
    """The newest span or log of the demo."""
    asked = {"dataset": dataset, "field": [*fields, "timestamp"], "statsPeriod": "30d"}
    place = f"/api/0/organizations/{ORGANIZATION}/events/"
    answer = api.get(place, params=asked | {"sort": "-timestamp", "per_page": 1})
    found: dict[str, Any] = answer.json()["data"][0]
    return found


def _api(server: RunningServer) -> httpx.Client:
    named = ("--org", ORGANIZATION, "--project", "storefront", "--email", EMAIL)
    made = server.run("bootstrap", *named, "--rotate-token", "--format", "json")
    headers = {"Authorization": f"Bearer {orjson.loads(made)['auth_token']}"}
    return httpx.Client(base_url=server.base_url, headers=headers, timeout=30)


def address_of(path: str, filled: Mapping[str, str]) -> str:
    """Where the page is, with what makes it interesting."""
    return path.format_map(filled) + LONGER.get(path, "")
