"""What a DSN's key leads to: the project that events belong to, and how it wants them handled."""

import msgspec

from urgentry.domain.crash_reports import DEFAULT
from urgentry.domain.filters import FilterSettings
from urgentry.domain.grouping_settings import GroupingSettings
from urgentry.domain.performance_settings import PerformanceSettings
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.domain.quotas import Quota
from urgentry.domain.routing import Routing
from urgentry.domain.sdk_loader import LoaderOptions
from urgentry.domain.storms import StormRule


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A key and its project, as the path of an event needs them."""

    organization_id: int
    project_id: int
    key_id: int
    public_key: str
    retention_days: int
    telemetry_days: int = 30
    """How long spans, logs and metrics are kept."""
    grouping: GroupingSettings
    filters: FilterSettings = FilterSettings()
    privacy: PrivacySettings = PrivacySettings()
    performance: PerformanceSettings = PerformanceSettings()
    storm: StormRule | None = None
    crash_reports_kept: int = DEFAULT
    """Dumps and reports that are kept of each hash; -1 keeps all."""
    quotas: tuple[Quota, ...] = ()
    """What holds for what comes by the key: its own, its project's and its organization's."""
    has_spike_protection: bool = False
    allowed_origins: tuple[str, ...] = ("*",)
    loader: LoaderOptions = LoaderOptions()
    """What pages get that load the SDK by this key."""
    routing: Routing | None = None
    """How exports of OpenTelemetry by this key are led on to other projects."""
