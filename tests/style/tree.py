"""The source tree as the style tests see it: tracked files, modules and what they import."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "urgentry"
_BROKEN = Path("tests/fuzz/corpus")
"""Inputs that are broken on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module of the program, parsed."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first part below the program: "storage" for `urgentry.storage.issues`."""
        return (self.name + ".").split(".")[1]


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that the repository holds or is about to, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(Path(name) for name in sorted(listed.split("\0")) if (ROOT / name).is_file())


@cache
def text_files() -> dict[Path, str]:
    """The tracked files that are text, with their content."""
    texts = {}
    for path in tracked_files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content and _BROKEN not in path.parents:
            texts[path] = content.decode()
    return texts


@cache
def python_files() -> dict[Path, ast.Module]:
    """Every tracked Python file, parsed."""
    return {
        path: ast.parse(text, filename=str(path))
        for path, text in text_files().items()
        if path.suffix == ".py"
    }


@cache
def modules() -> dict[str, Module]:
    """The modules of the program by dotted name; a package goes by its folder's name."""
    found = {}
    for path, tree in python_files().items():
        if path.parts[0] == PROGRAM:
            parts = path.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = Module(name=name, path=path, tree=tree)
    return found


def imported_names(tree: ast.AST) -> Iterator[str]:
    """The dotted names that code imports: `from a.b import c` gives "a.b.c"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_modules(module: Module) -> set[str]:
    """The program's own modules that a module imports."""
    targets = set()
    for name in imported_names(module.tree):
        for candidate in (name, name.rpartition(".")[0]):
            if candidate in modules():
                targets.add(candidate)
                break
    return targets - {PROGRAM, module.name}
