"""A site with a browser in front of it. Whatever a test does there, the browser must have nothing
to complain about: no error of a script, no violation of the content security policy.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

import httpx
import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect
from playwright.sync_api import Error as PlaywrightError

from tests.server.real_browser import RealBrowser
from tests.server.running_server import Bootstrapped, RunningServer

T = TypeVar("T")

NOTE_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`violation of ${event.violatedDirective} by ${event.blockedURI}`));
"""
EXPECTED = ("Failed to load resource: the server responded with a status of 4",)
"""A page that is refused is no mistake of its scripts."""


@dataclass
class Site:
    """A server, the browser, and one project that is the test's own."""

    server: RunningServer
    browser: RealBrowser
    made: Bootstrapped
    complaints: list[str] = field(default_factory=list)
    _state: StorageState | None = None

    @property
    def issues(self) -> str:
        """The address of the project's issues."""
        return f"/{self.made.organization}/issues/?project={self.made.project}"

    def visit(
        self,
        use: Callable[[Page], T],
        *,
        signed_in: bool = True,
        scripts: bool = True,
        may_lose_server: bool = False,
    ) -> T:
        """What `use` answers; it gets a page in a context of its own."""

        def run(chromium: Browser) -> T:
            state = self.signed_in(chromium) if signed_in else None
            with self._context(chromium, state, scripts=scripts) as context:
                page = self.page(context)
                try:
                    return use(page)
                except (AssertionError, PlaywrightError) as failure:
                    failure.add_note(f"on {page.url}:\n{page.locator('body').inner_text()[:1500]}")
                    raise

        answer = self.browser.run(run)
        lost = ("Failed to load resource: net::",) if may_lose_server else ()
        assert [each for each in self.complaints if not each.startswith(lost)] == []
        return answer

    def page(self, context: BrowserContext) -> Page:
        """A page whose complaints are noted."""
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text)
                if said.type == "error" and not said.text.startswith(EXPECTED)
                else None
            ),
        )
        return page

    def send(self, **event: Any) -> str:
        """Sends an event; its id."""
        event = {"event_id": secrets.token_hex(16), **event}
        assert self.status(**event) == 200
        return str(event["event_id"])

    def status(self, **event: Any) -> int:
        """How an event is answered."""
        event = {"event_id": secrets.token_hex(16), "platform": "python", **event}
        lines = [{"event_id": event["event_id"], "dsn": self.made.dsn}, {"type": "event"}, event]
        return httpx.post(
            f"{self.server.base_url}/api/{self.made.project_id}/envelope/",
            content=b"\n".join(map(orjson.dumps, lines)),
        ).status_code

    def _context(
        self, chromium: Browser, state: StorageState | None, *, scripts: bool
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=self.server.base_url, storage_state=state, java_script_enabled=scripts
        )
        context.set_default_timeout(10_000)
        if scripts:
            context.add_init_script(NOTE_VIOLATIONS)
        return context

    def signed_in(self, chromium: Browser) -> StorageState:
        """The cookies of the owner, who signs in once a test."""
        if self._state is None:
            with self._context(chromium, None, scripts=True) as context:
                page = self.page(context)
                sign_in(page, self.made)
                self._state = context.storage_state()
        return self._state


def sign_in(page: Page, made: Bootstrapped, *, password: str = "") -> None:
    """Fills the form and sends it."""
    page.goto("/sign-in/")
    page.get_by_label("Email address").fill(made.email)
    page.get_by_label("Password").fill(password or made.password)
    page.get_by_role("button", name="Sign in").click()
    if not password:
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def error(kind: str, said: str = "it broke", **more: Any) -> dict[str, Any]:
    """An event with one exception and two frames; each kind is an issue of its own."""
    frames = [
        {"function": "run", "module": "library.loop", "filename": "library/loop.py", "lineno": 7},
        {
            "function": f"make_{kind.lower()}",
            "module": "app.work",
            "filename": "app/work.py",
            "lineno": 42,
            "in_app": True,
            "pre_context": ["def make():", "    value = 1"],
            "context_line": "    raise error",
            "post_context": [""],
            "vars": {"value": "1"},
        },
    ]
    exception = {"type": kind, "value": said, "stacktrace": {"frames": frames}}
    return {"exception": {"values": [exception]}, **more}


@pytest.fixture(scope="session")
def quick_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on SQLite for what does not depend on the database."""
    with RunningServer(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def site(quick_server: RunningServer, browser: RealBrowser) -> Site:
    return Site(server=quick_server, browser=browser, made=_own_project(quick_server))


@pytest.fixture
def every_site(server: RunningServer, browser: RealBrowser) -> Site:
    """The same on each database in turn."""
    return Site(server=server, browser=browser, made=_own_project(server))


@cache
def _first(server: RunningServer) -> Bootstrapped:
    return server.bootstrap(org="pages", project="first")


def _own_project(server: RunningServer) -> Bootstrapped:
    """A project of the test's own in the one organization of these tests."""
    first, slug = _first(server), f"p{secrets.token_hex(4)}"
    headers = {"Authorization": f"Bearer {first.auth_token}"}
    with httpx.Client(base_url=f"{server.base_url}/api/0", headers=headers) as api:
        place = f"/teams/{first.organization}/{first.organization}/projects/"
        project = api.post(place, json={"name": slug, "slug": slug}).json()
        key = api.get(f"/projects/{first.organization}/{slug}/keys/").json()[0]
    return replace(first, project=slug, project_id=project["id"], dsn=key["dsn"]["public"])
