"""Every way in, in the order in which paths are compared: the busiest first."""

from collections.abc import Sequence

from urgentry.ingest.endpoints.attachments import AttachmentsEndpoint
from urgentry.ingest.endpoints.base import Endpoint
from urgentry.ingest.endpoints.crons import CronEndpoint
from urgentry.ingest.endpoints.envelopes import EnvelopeEndpoint
from urgentry.ingest.endpoints.error_page import ErrorPageEndpoint
from urgentry.ingest.endpoints.minidumps import MinidumpEndpoint
from urgentry.ingest.endpoints.network_errors import NetworkErrorEndpoint
from urgentry.ingest.endpoints.security import SecurityEndpoint
from urgentry.ingest.endpoints.stores import StoreEndpoint
from urgentry.ingest.endpoints.unreal import UnrealEndpoint

ENDPOINTS: Sequence[Endpoint] = (
    EnvelopeEndpoint(),
    StoreEndpoint(),
    AttachmentsEndpoint(),
    MinidumpEndpoint(),
    UnrealEndpoint(),
    ErrorPageEndpoint(),
    CronEndpoint(),
    SecurityEndpoint(),
    NetworkErrorEndpoint(),
)
