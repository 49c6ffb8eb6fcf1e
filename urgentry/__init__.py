"""An error tracker that a team hosts itself and that every Sentry SDK can talk to."""

__version__ = "0.1.0"
