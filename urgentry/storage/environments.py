"""The environments that events named, as people see and hide them. Ingest interns them."""

from collections.abc import Iterable

import orjson

from urgentry.domain.project import Environment
from urgentry.storage.database import Row, Transaction


async def list_environments(tx: Transaction, project_ids: Iterable[int]) -> list[Environment]:
    """The environments of projects, by name."""
    ids = orjson.dumps(sorted(set(project_ids))).decode()
    return [_environment(row) for row in await tx.all("environments.list_environments", ids=ids)]


async def find_environment(tx: Transaction, project_id: int, name: str) -> Environment | None:
    """A project's environment by name."""
    row = await tx.one("environments.find_environment", project_id=project_id, name=name)
    return _environment(row) if row else None


async def set_hidden(
    tx: Transaction, project_id: int, names: Iterable[str], *, is_hidden: bool
) -> int:
    """Hides environments or shows them again; how many there are of these names."""
    listed = orjson.dumps(sorted(set(names))).decode()
    params = {"project_id": project_id, "names": listed, "is_hidden": is_hidden}
    return await tx.run("environments.set_hidden", **params)


def _environment(row: Row) -> Environment:
    return Environment(
        id=row["id"],
        project_id=row["project_id"],
        name=row["name"],
        is_hidden=bool(row["is_hidden"]),
    )
