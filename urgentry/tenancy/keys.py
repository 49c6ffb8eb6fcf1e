"""Making, changing and deleting the keys of a project. Ingest knows within a second."""

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, found
from urgentry.access.tokens import new_key
from urgentry.domain.project import ProjectKey
from urgentry.domain.routing import MAX_CHARS, MAX_ROUTES, Routing
from urgentry.domain.sdk_loader import LoaderOptions
from urgentry.errors import FieldError
from urgentry.storage import keys, projects, quotas
from urgentry.storage.database import Transaction
from urgentry.storage.quotas import Owner
from urgentry.tenancy.changes import tell

RateLimit = tuple[int, int]
"""(events, seconds)."""


async def create_key(
    tx: Transaction,
    access: Access,
    *,
    label: str | None = None,
    rate_limit: RateLimit | None = None,
    loader: LoaderOptions | None = None,
) -> ProjectKey:
    """A new active key of the chosen project."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    public_key = new_key()
    key = await keys.insert_key(
        tx,
        project_id=project.id,
        public_key=public_key,
        secret_key=new_key(),
        label=label or f"Key {public_key[:6]}",
        at=clock.now(),
        rate_limit_count=rate_limit[0] if rate_limit else None,
        rate_limit_window=rate_limit[1] if rate_limit else None,
        loader=loader,
    )
    await _tell(tx, access, "key.created", project.id)
    return key


async def find_key(tx: Transaction, access: Access, public_key: str) -> ProjectKey:
    """A key of the chosen project by its public part; 404 when there is none."""
    is_readable = public_key.isascii() and public_key.isprintable()
    project_id = found(access.project).id
    return found(await keys.find_key(tx, project_id, public_key) if is_readable else None)


async def update_key(
    tx: Transaction,
    access: Access,
    key: ProjectKey,
    *,
    label: str | None = None,
    is_active: bool | None = None,
    loader: LoaderOptions | None = None,
) -> ProjectKey:
    """Changes what is given."""
    return await _store(
        tx,
        access,
        msgspec.structs.replace(
            key,
            label=key.label if label is None else label,
            is_active=key.is_active if is_active is None else is_active,
            loader=loader or key.loader,
        ),
    )


async def set_rate_limit(
    tx: Transaction, access: Access, key: ProjectKey, rate_limit: RateLimit | None
) -> ProjectKey:
    """Sets how many events a key takes in how many seconds; None takes the limit away."""
    count, window = rate_limit or (None, None)
    limited = msgspec.structs.replace(key, rate_limit_count=count, rate_limit_window=window)
    return await _store(tx, access, limited)


async def set_routing(
    tx: Transaction, access: Access, key: ProjectKey, routing: Routing | None
) -> ProjectKey:
    """Makes a key lead exports of OpenTelemetry on to all projects of the organization, or keeps
    them with its own (None). FieldError for a project that the organization does not have."""
    access.require("org:write", "org:admin")
    if routing is not None:
        listed = await projects.list_projects(tx, access.organization.id)
        own = {project.id for project in listed}
        if len(routing.projects) > MAX_ROUTES:
            raise FieldError({"routing": [f"At most {MAX_ROUTES} routes are possible."]})
        if not own.issuperset(routing.projects.values()):
            raise FieldError({"routing": ["A route leads to no project of this organization."]})
        if not 0 < len(routing.attribute) <= MAX_CHARS:
            raise FieldError({"routing": ["Name an attribute of resources."]})
    return await _store(tx, access, msgspec.structs.replace(key, routing=routing))


async def delete_key(tx: Transaction, access: Access, key: ProjectKey) -> None:
    """Removes a key: what is sent with it is refused from then on."""
    access.require("project:admin")
    await keys.delete_key(tx, key.id)
    await quotas.replace(tx, Owner(access.organization.id, key.project_id, key.id), [])
    await _tell(tx, access, "key.deleted", key.project_id)


async def _store(tx: Transaction, access: Access, key: ProjectKey) -> ProjectKey:
    access.require("project:write", "project:admin")
    await keys.update_key(tx, key)
    await _tell(tx, access, "key.updated", key.project_id)
    return key


async def _tell(tx: Transaction, access: Access, action: str, project_id: int) -> None:
    organization_id = access.organization.id
    await tell(tx, action, organization_id=organization_id, project_id=project_id)
