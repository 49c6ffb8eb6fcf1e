"""A page, a service in Python and one in Go, each with its own SDK and project: one trace, which
runs through all of them by the headers that they send each other.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.database_servers import free_port, listens
from tests.server.exported import Exported, exported_by
from tests.server.official_sdks import PROGRAMS, output_of, title_of
from tests.server.running_server import ROOT, Bootstrapped
from tests.server.web.conftest import Site

VERSIONS = PROGRAMS / "versions"
PATIENCE_S = 20.0
LOGS = {"an order came in", "the shelf is empty"}


def bundle(folder: Path) -> None:
    """The page, with the browser's SDK in its script."""
    sentry = ("--alias:sentry=sentry-browser-11", "--bundle", "--format=esm")
    told = ("--log-level=error", f"--outfile={folder / 'bundles/shop.js'}")
    output_of(
        [str(VERSIONS / "node_modules/.bin/esbuild"), "shop.mjs", *sentry, *told], VERSIONS, ""
    )
    shutil.copy(VERSIONS / "index.html", folder)


@contextmanager
def service(command: list[str], port: int, name: str, settings: dict[str, str]) -> Iterator[None]:
    """A service that listens."""
    environment = os.environ | settings | {"OTEL_SERVICE_NAME": name}
    process = subprocess.Popen(command, cwd=PROGRAMS / "shop", env=environment)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not listens(port):
            assert time.monotonic() < deadline, f"{name} does not start"
            time.sleep(0.02)
        yield
    finally:
        process.kill()
        process.wait()


def exporting(made: Bootstrapped, port: int) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-sentry-dsn={made.dsn}",
        "OTEL_EXPORTER_OTLP_INSECURE": "true",
    }


def place_order(site: Site, folder: Path) -> str:
    """The id of the trace."""
    server, own = site.server, secrets.token_hex(4)
    orders = server.bootstrap(org=site.made.organization, project=f"orders-{own}")
    stock = server.bootstrap(org=site.made.organization, project=f"stock-{own}")
    bundle(folder)
    build = [str(ROOT / "scripts/go-tool"), "tests/server/sdk_programs/otel-go"]
    program = output_of([*build, "urgentry.dev/otelprogram/stock"], ROOT, "")
    orders_port, stock_port = free_port(), free_port()
    with ExitStack() as stack:
        command = [program, str(stock_port)]
        settings = exporting(stock, server.grpc_port)
        stack.enter_context(service(command, stock_port, "stock", settings))
        command = [sys.executable, "orders.py", str(orders_port), str(stock_port), str(folder)]
        settings = exporting(orders, server.otlp_port)
        stack.enter_context(service(command, orders_port, "orders", settings))
        page = f"http://127.0.0.1:{orders_port}/index.html"
        return title_of(page, "shop", site.made.dsn, site.browser)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


def test_one_waterfall_with_its_error_and_its_logs(site: Site, shop: Path) -> None:
    trace = place_order(site, shop)
    with exported_by(site.server, site.made) as told:
        roots = told.of_organization(f"/trace/{trace}/", project="-1")
        (root,) = (each for each in roots if each["description"] == "place order")
        assert operations(root) == [
            "ui.action.click place order",
            "  http.client POST 127.0.0.1",
            "    http.server POST /orders",
            "      http.client GET stock",
            "        http.server GET /stock",
        ]
        meta = told.of_organization(f"/trace-meta/{trace}/", project="-1")
        assert (meta["errorsCount"], meta["logsCount"]) == (1, 2)
        assert logs_of(told, trace) == LOGS

    def use(page: Page) -> None:
        page.goto(f"/{site.made.organization}/traces/{trace}/")
        for text in ("place order", "POST /orders", "GET /stock", "no stock left of SKU-7", *LOGS):
            expect(page.get_by_text(text).first).to_be_visible()

    site.visit(use)


def operations(span: dict[str, object], depth: int = 0) -> list[str]:
    """A text for each span, indented by depth."""
    own = f"{'  ' * depth}{span['op']} {span['description']}"
    children = span["children"]
    assert isinstance(children, list)
    return [own, *(line for child in children for line in operations(child, depth + 1))]


def logs_of(told: Exported, trace: str) -> set[str]:
    found = told.rows("logs", "message", query=f"trace:{trace}", project="-1")
    return {row["message"] for row in found}
