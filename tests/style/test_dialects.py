"""Only the store knows that there are two databases, and its queries keep to what both speak."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.style.tree import Module, imported_names, modules
from urgentry.storage.queries import library

DRIVERS = {"apsw", "asyncpg", "sqlite3"}
DRIVER_MODULES = (
    "urgentry.storage.sqlite",
    "urgentry.storage.sqlite_connection",
    "urgentry.storage.postgres",
)
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s", re.DOTALL
)
NOT_PORTABLE = {
    "::": "CAST",
    r"\bnow\s*\(": "a parameter",
    r"\bcurrent_(timestamp|date|time)\b": "a parameter",
    r"\bilike\b": "LIKE on casefolded text",
    r"\b(greatest|least|iif|ifnull|nvl)\s*\(": "CASE or COALESCE",
    r"\b(unhex|concat|string_agg|group_concat|octet_length|strftime|to_char)\s*\(": "Python",
    r"\binsert\s+or\s": "ON CONFLICT",
    r"\bany\s*\(": "a JSON list and IN",
}


def stores(module: Module) -> bool:
    return module.room == "storage"


def strings(tree: ast.AST) -> Iterator[str]:
    """String constants that are values, so without docstrings."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_only_drivers_import_drivers() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in modules().values()
        if not module.name.startswith(DRIVER_MODULES)
        for name in imported_names(module.tree)
        if name.split(".")[0] in DRIVERS
    ]
    assert not wrong


def test_sql_stands_in_the_store() -> None:
    wrong = [
        f"{module.name}: {text[:60]}"
        for module in modules().values()
        if not stores(module) and module.room != "demo"  # which tells of others' statements
        for text in strings(module.tree)
        if SQL.search(text)
    ]
    assert not wrong


def test_nobody_else_asks_which_database_it_is() -> None:
    wrong = [
        module.name
        for module in modules().values()
        # The composition migrates SQLite by itself; that choice is made where settings are read.
        if not stores(module) and module.room != "app"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "dialect"
    ]
    assert not wrong


@pytest.mark.parametrize("pattern", NOT_PORTABLE)
def test_queries_speak_what_both_databases_understand(pattern: str) -> None:
    """A text that is marked as one database's own has its reason, and is counted elsewhere."""
    wrong = [
        f"{query.name}: {match[0]}: say it with {NOT_PORTABLE[pattern]}"
        for query in library()
        if query.sqlite == query.postgres
        for match in re.finditer(pattern, query.sqlite.lower())
    ]
    assert not wrong


def test_every_query_says_what_it_answers() -> None:
    assert not [query.name for query in library() if not (query.description or query.is_fragment)]
