"""What a DSN's key leads to. Called by ingest, which remembers the answers."""

import orjson

from urgentry.domain.crash_reports import read_crash_reports_kept
from urgentry.domain.filters import read_filter_settings
from urgentry.domain.grouping_settings import read_grouping_settings
from urgentry.domain.performance_settings import read_performance_settings
from urgentry.domain.privacy_settings import (
    effective,
    read_organization_rules,
    read_project_rules,
)
from urgentry.domain.quotas import Quota, QuotaScope, make_quota
from urgentry.domain.routing import Destination, read_routing
from urgentry.domain.scope import Scope
from urgentry.domain.sdk_loader import read_loader_options
from urgentry.domain.storms import read_storm_rule
from urgentry.protocol.stats import ERRORS
from urgentry.storage import quotas
from urgentry.storage.database import Row, Transaction


async def get_scope(tx: Transaction, public_key: str) -> Scope | None:
    """The scope of an active key; None when there is no such key."""
    row = await tx.one("scopes.get_scope", public_key=public_key)
    return await _scope(tx, row, public_key) if row else None


async def get_routed_scope(
    tx: Transaction, public_key: str, destination: Destination
) -> Scope | None:
    """The scope of a project of the same organization to which an active key leads; None when there
    is no such project."""
    row = await tx.one(
        "scopes.get_routed_scope",
        public_key=public_key,
        project_id=destination.project_id,
        slug=destination.slug,
    )
    return await _scope(tx, row, public_key) if row else None


async def _scope(tx: Transaction, row: Row, public_key: str) -> Scope:
    settings = orjson.loads(row["settings"])
    origins = settings.get("allowed_origins", ["*"])
    return Scope(
        organization_id=row["organization_id"],
        project_id=row["project_id"],
        key_id=row["key_id"],
        public_key=public_key,
        retention_days=row["retention_days"],
        grouping=read_grouping_settings(row["grouping_config"], settings),
        filters=read_filter_settings(settings),
        privacy=effective(
            read_project_rules(settings),
            read_organization_rules(orjson.loads(row["organization_settings"])),
        ),
        performance=read_performance_settings(settings),
        storm=read_storm_rule(settings),
        crash_reports_kept=read_crash_reports_kept(settings),
        quotas=(*_key_limit(row), *await _quotas(tx, row)),
        has_spike_protection=settings.get("spike_protection", False),
        allowed_origins=tuple(origins),
        loader=read_loader_options(row["loader"]),
        routing=read_routing(row["routing"]),
    )


def _key_limit(row: Row) -> list[Quota]:
    """The limit of a key's events, as it is set by Sentry's API."""
    if row["rate_limit_count"] is None:
        return []
    return [
        make_quota(
            QuotaScope.KEY,
            row["key_id"],
            frozenset(ERRORS),
            quantity=row["rate_limit_count"],
            window_s=row["rate_limit_window"],
        )
    ]


async def _quotas(tx: Transaction, row: Row) -> list[Quota]:
    return await quotas.list_for_key(
        tx,
        organization_id=row["organization_id"],
        project_id=row["project_id"],
        key_id=row["key_id"],
    )
