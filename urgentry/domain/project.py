"""Projects, the keys by which SDKs reach them, and the environments that their events name."""

from typing import Any

import msgspec

from urgentry.domain.routing import Routing
from urgentry.domain.sdk_loader import LoaderOptions

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
    loader: LoaderOptions = LoaderOptions()
    routing: Routing | None = None
    """How exports of OpenTelemetry are led on; None where they stay."""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment stage that a project's events named; an event without one has name ""."""

    id: int
    project_id: int
    name: str
    is_hidden: bool
