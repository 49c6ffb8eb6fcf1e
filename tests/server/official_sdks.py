"""The programs in `sdk_programs`: what each one captures, and how it is run with an official SDK
that nobody modified. Called by `test_official_sdks`.
"""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser

from tests.server.real_browser import RealBrowser

PROGRAMS = Path(__file__).parent / "sdk_programs"
TIMEOUT_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk:
    """One program: how it runs, and what a person must find afterwards."""

    name: str
    run: Callable[[str, Path, RealBrowser], str]
    """Takes a DSN, a scratch directory and a browser, answers the event's id."""
    title: str
    culprit: str
    functions: tuple[str, ...]
    """Frames of our own, innermost last."""
    file: str
    user_id: str
    email: str

    @property
    def release(self) -> str:
        """Each program has a release of its own."""
        return f"shop-{self.name}@1.4.0"


def _run_python(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
    return output_of([sys.executable, "program.py"], PROGRAMS / "python", dsn)


def _run_node(dsn: str, _scratch: Path, _browser: RealBrowser) -> str:
    return output_of([tool("node"), "program.js"], PROGRAMS / "node", dsn)


def _run_go(dsn: str, scratch: Path, _browser: RealBrowser) -> str:
    program = str(scratch / "program")
    output_of([tool("go"), "build", "-buildvcs=false", "-o", program, "."], PROGRAMS / "go", dsn)
    return output_of([program], PROGRAMS / "go", dsn)


def _run_browser(dsn: str, _scratch: Path, browser: RealBrowser) -> str:
    return title_at_the_end("program", dsn, browser)


def title_at_the_end(program: str, dsn: str, browser: RealBrowser) -> str:
    """Runs a program of the browser's folder in its page; the title that it leaves."""
    with served(PROGRAMS / "browser") as url:
        return title_of(f"{url}/index.html", program, dsn, browser)


def title_of(page: str, program: str, dsn: str, browser: RealBrowser) -> str:
    """The title that a program leaves in a page which runs the one that it is told."""
    address = f"{page}?program={program}&dsn={quote(dsn, safe='')}"
    return browser.run(lambda chromium: _title(chromium, address))


def _title(chromium: Browser, address: str) -> str:
    page = chromium.new_page()
    page.goto(address)
    page.wait_for_function("document.title !== 'running'")
    title = page.title()
    page.close()
    return title


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Pages and modules that were asked for are no news."""

    def end_headers(self) -> None:
        """A page says that it may be profiled."""
        self.send_header("Document-Policy", "js-profiling")
        super().end_headers()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder over HTTP, as an application's own origin."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def output_of(
    command: list[str], folder: Path, dsn: str, *, settings: Mapping[str, str] | None = None
) -> str:
    """Runs a program, with settings in its environment; what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"SENTRY_DSN": dsn} | dict(settings or {}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def tool(name: str) -> str:
    """Where a program is."""
    found = shutil.which(name) or shutil.which(name, path="/usr/local/go/bin")
    assert found, f"{name} is missing: run scripts/setup --with tests"
    return found


SDKS = (
    Sdk(
        name="python",
        run=_run_python,
        title="OutOfStock: no stock left for SKU-7",
        culprit="__main__ in reserve_stock",
        functions=("main", "place_order", "reserve_stock"),
        file="program.py",
        user_id="42",
        email="snake@example.com",
    ),
    Sdk(
        name="node",
        run=_run_node,
        title="OutOfStock: no stock left for SKU-7",
        culprit="reserveStock(program)",
        functions=("placeOrder", "reserveStock"),
        file="program.js",
        user_id="43",
        email="crab@example.com",
    ),
    Sdk(
        name="browser",
        run=_run_browser,
        title="OutOfStock: no stock left for SKU-7",
        culprit="reserveStock(/program.js)",
        functions=("placeOrder", "reserveStock"),
        file="program.js",
        user_id="44",
        email="fox@example.com",
    ),
    Sdk(
        name="go",
        run=_run_go,
        title="*fmt.wrapError: order refused: no stock left for SKU-7",
        culprit="main in checkout",
        functions=("main", "checkout"),
        file="main.go",
        user_id="41",
        email="gopher@example.com",
    ),
)
