"""What `app` gives the pages."""

import msgspec

from urgentry.access.seals import Seals
from urgentry.blobs.base import BlobStore
from urgentry.domain.sdk_loader import VERSIONS
from urgentry.explore.scanning import Desk
from urgentry.explore.tailing import Tails
from urgentry.live.hub import Hub
from urgentry.metrics import Metrics
from urgentry.protocol.forwarded import Networks
from urgentry.storage.database import Database


class WebDeps(msgspec.Struct, frozen=True, kw_only=True):
    """Plain values and the parts that pages talk to."""

    database: Database
    blobs: BlobStore
    hub: Hub
    metrics: Metrics
    max_database_bytes: int = 0
    """Above so many nothing is taken; 0 for no limit."""
    desk: Desk
    tails: Tails
    base_url: str
    seals: Seals = msgspec.field(default_factory=Seals)
    trusted_proxies: Networks = ()
    event_retention_days: int = 90
    browser_sdk_versions: tuple[str, ...] = VERSIONS
    is_read_only: bool = False
    """Whether nothing may be changed: the server is under maintenance."""

    @property
    def is_secure(self) -> bool:
        """Whether cookies may travel on encrypted connections only."""
        return self.base_url.startswith("https:")
