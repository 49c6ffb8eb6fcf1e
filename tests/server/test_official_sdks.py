"""Official SDKs, unmodified, each in a program of its own: what they capture can be read in full
through the web API and on the issue's page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, StorageState, expect

from tests.server.official_sdks import SDKS, Sdk
from tests.server.real_browser import RealBrowser
from tests.server.running_server import Bootstrapped, RunningServer

BREADCRUMB = "added SKU-7 to the cart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """One program has run; its event is the only one of its project."""

    sdk: Sdk
    event_id: str
    made: Bootstrapped
    api: httpx.Client

    def get(self, path: str, **query: str) -> Any:
        """The JSON of one GET."""
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def issue(self) -> Any:
        """The project's one issue, as the list shows it."""
        (issue,) = self.get(
            f"/organizations/{self.made.organization}/issues/", project=self.made.project_id
        )
        return issue


@pytest.fixture(scope="module", params=SDKS, ids=lambda sdk: sdk.name)
def captured(
    request: pytest.FixtureRequest,
    server: RunningServer,
    browser: RealBrowser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Captured]:
    sdk: Sdk = request.param
    made = server.bootstrap(project=f"sdk-{sdk.name}")
    event_id = sdk.run(made.dsn, tmp_path_factory.mktemp("program"), browser)
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    with httpx.Client(base_url=f"{server.base_url}/api/0", headers=headers) as api:
        yield Captured(sdk=sdk, event_id=event_id, made=made, api=api)


@pytest.fixture(scope="module")
def signed_in(server: RunningServer, browser: RealBrowser) -> StorageState:
    """The cookies of a person who has signed in by the form."""
    made = server.bootstrap()

    def sign_in(chromium: Browser) -> StorageState:
        with chromium.new_context() as context:
            page = context.new_page()
            page.goto(server.base_url)
            page.get_by_label("Email address").fill(made.email)
            page.get_by_label("Password").fill(made.password)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_label("Password")).to_have_count(0)
            return context.storage_state()

    return browser.run(sign_in)


def test_issue_list_shows_the_exception(captured: Captured) -> None:
    issue = captured.issue()
    assert issue["title"] == captured.sdk.title
    assert issue["culprit"] == captured.sdk.culprit
    assert issue["level"] == "error"
    assert (issue["count"], issue["userCount"]) == ("1", 1)
    assert issue["project"]["slug"] == captured.made.project


@pytest.mark.parametrize(
    "search",
    [
        "is:unresolved release:{sdk.release}",
        "environment:staging checkout.step:payment",
        "user.email:{sdk.email}",
        "no stock left",
    ],
)
def test_issue_is_found_by_what_the_program_set(captured: Captured, search: str) -> None:
    place = f"/organizations/{captured.made.organization}/issues/"
    query = search.format(sdk=captured.sdk)
    found = captured.get(place, project=captured.made.project_id, query=query)
    assert [issue["title"] for issue in found] == [captured.sdk.title]


def test_issue_knows_its_first_release(captured: Captured) -> None:
    place = f"/organizations/{captured.made.organization}/issues/{captured.issue()['id']}/"
    issue = captured.get(place)
    assert issue["firstRelease"]["version"] == captured.sdk.release
    assert issue["culprit"] == captured.sdk.culprit


def test_latest_event_tells_everything(captured: Captured) -> None:
    sdk = captured.sdk
    issue = captured.issue()["id"]
    event = captured.get(
        f"/organizations/{captured.made.organization}/issues/{issue}/events/latest/"
    )
    assert event["eventID"] == captured.event_id
    assert event["title"] == sdk.title
    assert event["culprit"] == sdk.culprit
    tags = {tag["key"]: tag["value"] for tag in event["tags"]}
    assert tags["checkout.step"] == "payment"
    assert (tags["environment"], tags["release"]) == ("staging", sdk.release)
    assert (event["user"]["id"], event["user"]["email"]) == (sdk.user_id, sdk.email)
    assert event["release"]["version"] == sdk.release
    entries = {entry["type"]: entry["data"] for entry in event["entries"]}
    _assert_frames(sdk, entries["exception"]["values"])
    assert BREADCRUMB in [crumb["message"] for crumb in entries["breadcrumbs"]["values"]]


def test_normalised_payload_keeps_what_was_sent(captured: Captured) -> None:
    sdk, made = captured.sdk, captured.made
    event = captured.get(
        f"/projects/{made.organization}/{made.project}/events/{captured.event_id}/json/"
    )
    assert event["event_id"] == captured.event_id
    assert (event["release"], event["environment"]) == (sdk.release, "staging")
    assert ["checkout.step", "payment"] in event["tags"]
    assert (event["user"]["id"], event["user"]["email"]) == (sdk.user_id, sdk.email)
    _assert_frames(sdk, event["exception"]["values"])
    assert BREADCRUMB in [crumb.get("message") for crumb in event["breadcrumbs"]["values"]]


def test_issue_page_shows_everything(
    captured: Captured, browser: RealBrowser, signed_in: StorageState
) -> None:
    def text_of_page(chromium: Browser) -> str:
        with chromium.new_context(storage_state=signed_in) as context:
            page = context.new_page()
            page.goto(captured.issue()["permalink"])
            return page.locator("body").text_content() or ""

    sdk, shown = captured.sdk, browser.run(text_of_page)
    kind, _, value = sdk.title.partition(": ")
    code = (kind, value, sdk.culprit, *sdk.functions, sdk.file)
    people = ("checkout.step", "payment", sdk.email, BREADCRUMB, sdk.release, "staging")
    assert [text for text in (*code, *people) if text not in shown] == []


def _assert_frames(sdk: Sdk, exceptions: list[dict[str, Any]]) -> None:
    assert f"{exceptions[-1]['type']}: {exceptions[-1]['value']}" == sdk.title
    frames = exceptions[-1]["stacktrace"]["frames"]
    ours = [frame for frame in frames if frame.get("function") in sdk.functions]
    assert [frame["function"] for frame in ours] == list(sdk.functions)
    for frame in ours:
        assert sdk.file in (frame.get("filename") or frame.get("absPath") or frame["abs_path"])
        assert (frame.get("lineNo") or frame["lineno"]) > 0
