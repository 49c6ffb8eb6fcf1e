"""How a key of an organization's collector leads what it exports on to the projects: by an
attribute of the resource that spans and logs come from; pure.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from urgentry.domain.organization import slugify

SERVICE: Final = "service.name"
MAX_ROUTES: Final = 500
MAX_CHARS: Final = 200
"""Of an attribute's name or value."""


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """Which attribute tells, and projects by its values. Any other value leads to the project whose
    slug it makes; where there is none, what came stays with the key's own project."""

    attribute: str = SERVICE
    projects: dict[str, int] = {}
    """Ids of projects of the same organization by values of the attribute."""

    def value_of(self, resource: Mapping[str, Any]) -> str:
        """What a resource is led by; empty where it says nothing."""
        value = resource.get(self.attribute)
        return value[:MAX_CHARS] if isinstance(value, str) else ""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value leads: a project by its id, or else by its slug."""

    project_id: int = 0
    slug: str = ""


def destination_of(routing: Routing, value: str) -> Destination | None:
    """None for a value that leads nowhere."""
    if project_id := routing.projects.get(value):
        return Destination(project_id=project_id)
    slug = slugify(value, fallback="") if value else ""
    return Destination(slug=slug) if slug else None


def read_routing(text: str) -> Routing | None:
    """From what is stored with a key."""
    return msgspec.json.decode(text, type=Routing) if text else None


def stored_routing(routing: Routing | None) -> str:
    """What the reader above reads."""
    return msgspec.json.encode(routing).decode() if routing else ""
