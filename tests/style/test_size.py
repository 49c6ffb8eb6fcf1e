"""Files and functions stay small enough to be read at once, and their names say what they hold."""

import ast

import pytest

from tests.style.tree import python_files, text_files, tracked_files

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 80
SAYS_NOTHING = {
    "utils",
    "util",
    "common",
    "helpers",
    "helper",
    "manager",
    "service",
    "data",
    "info",
}


@pytest.mark.parametrize("suffix", [".py", ".js", ".css"])
def test_files_are_short(suffix: str) -> None:
    lengths = {
        str(path): text.count("\n") for path, text in text_files().items() if path.suffix == suffix
    }
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in python_files().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert not long


def test_modules_are_named_after_what_they_hold() -> None:
    assert not [path for path in tracked_files() if path.stem in SAYS_NOTHING]


def test_every_module_of_the_program_says_what_it_owns() -> None:
    silent = [
        str(path)
        for path, tree in python_files().items()
        if path.parts[0] in ("urgentry", "scripts", "bench") and tree.body
        if not ast.get_docstring(tree)
    ]
    assert not silent
