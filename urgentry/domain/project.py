"""Projects, the keys by which SDKs reach them, and the environments that their events name."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

MAX_SLUG_LENGTH = 100
MAX_NAME_LENGTH = 200


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """What events are sent to; times in microseconds."""

    id: int
    organization_id: int
    slug: str
    name: str
    platform: str
    retention_days: int
    grouping_config: str
    settings: dict[str, Any]
    created_at: int
    first_event_at: int | None


class ProjectKey(msgspec.Struct, frozen=True, kw_only=True):
    """A DSN's key. Sentry's API names it by its public part."""

    id: int
    project_id: int
    public_key: str
    secret_key: str
    label: str
    is_active: bool
    rate_limit_count: int | None
    rate_limit_window: int | None
    """Seconds."""
    created_at: int


class KeyScope(msgspec.Struct, frozen=True, kw_only=True):
    """What ingest knows of a key: whose events come in by it, and how they are to be treated."""

    key_id: int
    public_key: str
    is_active: bool
    rate_limit_count: int | None
    rate_limit_window: int | None
    project_id: int
    project_slug: str
    organization_id: int
    platform: str
    retention_days: int
    grouping_config: str
    settings: dict[str, Any]


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment stage that a project's events named; an event without one has name ""."""

    id: int
    project_id: int
    name: str
    is_hidden: bool


def dsn(base_url: str, key: ProjectKey, *, with_secret: bool = False) -> str:
    """The address that an SDK is set up with."""
    parts = urlsplit(base_url)
    login = f"{key.public_key}:{key.secret_key}" if with_secret else key.public_key
    return f"{parts.scheme}://{login}@{parts.netloc}{parts.path.rstrip('/')}/{key.project_id}"


def key_endpoint(base_url: str, key: ProjectKey, kind: str) -> str:
    """The address of one kind of report (`envelope`, `security`, `minidump`, …) with its key."""
    return f"{base_url}/api/{key.project_id}/{kind}/?sentry_key={key.public_key}"
