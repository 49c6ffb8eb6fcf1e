"""Pictures of every page, from the demo, at the widths of a desk, a tablet and a phone, light and
dark: `python -m tests.server.web.screenshots FOLDER`, which `scripts/screenshots` calls.
"""

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize

from tests.server.real_browser import real_browser
from tests.server.running_server import RunningServer
from tests.server.web import every_page
from tests.server.web.conftest import Site

SIZES: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 1024, "height": 768},
    {"width": 390, "height": 844},
)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(folder: Path) -> int:
    """Fills the folder; how many pictures there are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, real_browser() as browser:
        server = RunningServer(Path(data))
        every_page.make_demo(server)
        with server:
            site = Site(server=server, browser=browser, made=every_page.OWNER)
            filled = every_page.places(server)
            return browser.run(lambda chromium: _take_all(chromium, site, filled, folder))


def _take_all(chromium: Browser, site: Site, filled: dict[str, str], folder: Path) -> int:
    made = 0
    state = site.signed_in(chromium)
    for size, theme in product(SIZES, THEMES):
        for is_signed_in in (True, False):
            context = chromium.new_context(
                base_url=site.server.base_url,
                storage_state=state if is_signed_in else None,
                viewport=size,
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = site.page(context)
            for path in every_page.declared():
                if (path in every_page.SIGNED_OUT) == is_signed_in:
                    continue
                page.goto(every_page.address_of(path, filled))
                name = f"{every_page.name_of(path)}-{size['width']}-{theme}.png"
                page.screenshot(path=folder / name, full_page=True)
                made += 1
            context.close()
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]))} pictures are in {sys.argv[1]}\n")
