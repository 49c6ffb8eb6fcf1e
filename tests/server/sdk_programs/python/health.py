"""Sessions of all ends and an event that the app itself drops, over the Python SDK.

One session crashes and one ends well, of a user each (mode "application"); of four requests one
fails (mode "request"), which the SDK counts before it sends. The report about what was dropped goes
out with the last of them.
"""

import os
from typing import Any

import sentry_sdk
from sentry_sdk.sessions import track_session

NOISE = "noise"


def drop_noise(event: Any, hint: dict[str, Any]) -> Any:
    return None if NOISE in str(hint.get("exc_info")) else event


def crash() -> None:
    """A session that an unhandled error ends."""
    scope = sentry_sdk.Scope.get_isolation_scope()
    scope.set_user({"id": "ann"})
    mechanism = {"type": "excepthook", "handled": False}
    with track_session(scope, session_mode="application"):
        broken = {"type": "Crash", "value": "gone", "mechanism": mechanism}
        sentry_sdk.capture_event({"level": "fatal", "exception": {"values": [broken]}})


def end_well() -> None:
    """A session that just ends."""
    scope = sentry_sdk.Scope.get_isolation_scope()
    scope.set_user({"id": "bo"})
    with track_session(scope, session_mode="application"):
        pass


def serve(failure: str) -> None:
    """A request, whose session the SDK counts."""
    with sentry_sdk.isolation_scope() as scope, track_session(scope, session_mode="request"):
        if failure:
            sentry_sdk.capture_exception(ValueError(failure))


def main() -> None:
    sentry_sdk.init(
        os.environ["SENTRY_DSN"],
        release="health@1.0.0",
        environment="staging",
        before_send=drop_noise,
        auto_session_tracking=True,
    )
    crash()
    end_well()
    for failure in ("a real one", NOISE, "", ""):
        serve(failure)
    sentry_sdk.get_client().close()


if __name__ == "__main__":
    main()
