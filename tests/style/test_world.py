"""The environment and the wall clock are read in one place each."""

import ast
from collections.abc import Iterator

from tests.style.tree import Module, imported_names, modules

ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "os.putenv"}
CLOCK = {
    *("time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "date.today"),
}


def names_used(module: Module) -> Iterator[str]:
    """Dotted names as they stand in the text, and what is imported."""
    yield from imported_names(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def modules_that_use(names: set[str]) -> set[str]:
    return {name for name, module in modules().items() if names & set(names_used(module))}


def test_only_config_reads_the_environment() -> None:
    assert modules_that_use(ENVIRONMENT) == {"urgentry.config.settings"}


def test_only_clock_tells_the_time() -> None:
    assert modules_that_use(CLOCK) == {"urgentry.clock"}
