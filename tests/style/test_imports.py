"""Imports point left in the table of rooms, siblings do not meet, and nothing goes round."""

from graphlib import CycleError, TopologicalSorter

from tests.style.tree import Module, imported_modules, imported_names, modules

LAYERS = (
    {"errors", "clock", "metrics"},
    {"protocol", "domain", "beats"},
    {"config"},
    {"grouping", "privacy", "telemetry"},
    {"storage", "blobs"},
    {"live", "connection"},
    {"access", "search", "triage", "explore"},
    {"ingest", "alerts", "jobs", "tenancy", "backup"},
    {"api", "web", "otlp", "operations", "logs", "server"},
    {"opening", "app", "reporting", "serving", "demo", "doctor", "commands", "cli", "__main__"},
)
RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}
TOP = RANK["app"]

PURE = ("protocol", "domain", "grouping", "privacy", "search", "telemetry")
PURE_MODULES = (
    *("urgentry.ingest.normalize", "urgentry.ingest.filters", "urgentry.ingest.reports"),
    *("urgentry.ingest.envelope", "urgentry.ingest.group", "urgentry.ingest.signals"),
    *("urgentry.otlp.answers", "urgentry.otlp.convert", "urgentry.otlp.messages"),
)
OUTSIDE_WORLD = {
    *("apsw", "asyncio", "asyncpg", "glob", "http", "os", "pathlib", "prometheus_client", "shutil"),
    *("socket", "sqlite3", "starlette", "structlog", "subprocess", "tempfile", "threading"),
    *("time", "uvicorn"),
}
BACKENDS = (
    *("urgentry.storage.open", "urgentry.storage.sqlite", "urgentry.storage.postgres"),
    *("urgentry.blobs.disk", "urgentry.blobs.s3"),
)


def is_pure(module: Module) -> bool:
    return module.room in PURE or any(
        module.name == name or module.name.startswith(name + ".") for name in PURE_MODULES
    )


def test_every_room_has_its_place_in_the_order() -> None:
    assert {module.room for module in modules().values()} - {""} <= RANK.keys()


def test_imports_point_left() -> None:
    wrong = [
        f"{module.name} imports {target}"
        for module in modules().values()
        for target in imported_modules(module)
        if (room := modules()[target].room) != module.room and RANK[module.room] != TOP
        if RANK[room] >= RANK[module.room]
    ]
    assert not wrong


def test_no_import_goes_round() -> None:
    graph = {name: imported_modules(module) for name, module in modules().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        raise AssertionError(" → ".join(cycle.args[1])) from None


def test_imports_are_absolute() -> None:
    relative = [
        module.name
        for module in modules().values()
        if any(name.startswith("None.") for name in imported_names(module.tree))
    ]
    assert not relative


def may_import(module: Module, name: str) -> bool:
    if name.startswith("urgentry.storage"):
        # Search composes conditions of named fragments; it runs none.
        return module.room == "search" and name.startswith("urgentry.storage.queries")
    if name.startswith("urgentry.metrics"):
        return False
    return name.partition(".")[0] not in OUTSIDE_WORLD


def test_pure_rooms_touch_nothing_outside() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in modules().values()
        if is_pure(module)
        for name in imported_names(module.tree)
        if not may_import(module, name)
    ]
    assert not wrong


def test_only_the_composition_names_a_backend() -> None:
    wrong = [
        f"{module.name} imports {target}"
        for module in modules().values()
        if module.room != "opening" and module.name != "urgentry.storage.open"
        for target in imported_modules(module)
        if target in BACKENDS
    ]
    assert not wrong


def test_settings_travel_as_plain_values() -> None:
    wrong = [
        module.name
        for module in modules().values()
        if module.room != "config" and RANK.get(module.room, TOP) < TOP
        for target in imported_modules(module)
        if modules()[target].room == "config"
    ]
    assert not wrong
