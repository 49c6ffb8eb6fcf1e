"""A real Chromium for tests. Playwright's blocking interface leaves an event loop running in its
thread, so it gets a thread of its own, apart from the tests that are coroutines.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from playwright.sync_api import Browser, Playwright, sync_playwright

T = TypeVar("T")


class RealBrowser:
    """Runs what is asked of a browser in the browser's own thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._playwright, self._browser = self._thread.submit(_launch).result()

    def run(self, use: Callable[[Browser], T]) -> T:
        """What `use` answers or raises. Pages and contexts must not leave it."""
        return self._thread.submit(use, self._browser).result()

    def close(self) -> None:
        """Ends the browser and its thread."""
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()


@contextmanager
def real_browser() -> Iterator[RealBrowser]:
    """A browser for the length of the block."""
    browser = RealBrowser()
    try:
        yield browser
    finally:
        browser.close()


def _launch() -> tuple[Playwright, Browser]:
    found = shutil.which("chromium")
    if not found:
        raise RuntimeError("chromium is missing: run scripts/setup --with tests")
    # Chromium refuses its sandbox to root, who runs tests in containers.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    playwright = sync_playwright().start()
    return playwright, playwright.chromium.launch(executable_path=found, args=sandbox)
