"""The settings of the program, read once from `URGENTRY_*` by `app` and `cli`.

This is the only room that reads the environment; everything else gets plain values. `settings`
declares each setting as a field with its default, its parser and a line of help, from which
`docs/settings.md` is made.
"""

from urgentry.config.blobs import BlobSettings
from urgentry.config.settings import (
    OTLP_GRPC_PORT,
    OTLP_HTTP_PORT,
    BootstrapSettings,
    DatabaseSettings,
    Described,
    LimitSettings,
    Settings,
    describe,
)

__all__ = [
    "OTLP_GRPC_PORT",
    "OTLP_HTTP_PORT",
    "BlobSettings",
    "BootstrapSettings",
    "DatabaseSettings",
    "Described",
    "LimitSettings",
    "Settings",
    "describe",
]
