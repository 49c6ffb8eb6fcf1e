"""What holds for all spans or logs of one scope: the resource that they come from, and the library
that made them."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from urgentry.ingest.signals.values import Attributes
from urgentry.otlp.convert.values import pairs_of, text_of
from urgentry.telemetry import names
from urgentry.telemetry.signal import Value

LANGUAGE = "telemetry.sdk.language"
_PLATFORMS = {
    "cpp": "native",
    "dotnet": "csharp",
    "erlang": "elixir",
    "nodejs": "node",
    "rust": "native",
    "swift": "cocoa",
    "webjs": "javascript",
}
_ENVIRONMENTS = ("sentry.environment", "deployment.environment.name", "deployment.environment")
_RELEASES = (
    "sentry.release",
    "service.version",
)


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """A resource and a scope. `shared` are the attributes that each signal of theirs gets."""

    resource: Mapping[str, Any]
    scope: str
    platform: str
    environment: str | None
    release: str | None
    shared: Mapping[str, Value]

    def complete(self, attributes: Attributes, *, origin: str) -> None:
        """Adds to a signal's own attributes what it does not say itself."""
        own = attributes.found
        own.setdefault(names.ORIGIN, origin)
        attributes.found = {**self.shared, **own}


def surroundings_of(resource: Any, scope: Any) -> Surroundings:
    """Those of a `Resource` and an `InstrumentationScope`, each of which may be absent."""
    about = dict(pairs_of(resource.attributes)) if resource is not None else {}
    platform = _platform_of(about.get(LANGUAGE))
    environment, release = _first_of(about, _ENVIRONMENTS), _first_of(about, _RELEASES)
    attributes = Attributes()
    attributes.set(names.PLATFORM, platform)
    attributes.set(names.ENVIRONMENT, environment)
    attributes.set(names.RELEASE, release)
    attributes.update((f"resource.{key}", value) for key, value in about.items())
    name = text_of(scope.name) if scope is not None else ""
    if scope is not None:
        attributes.set("instrumentation.name", name or None)
        attributes.set("instrumentation.version", text_of(scope.version) or None)
        given = pairs_of(scope.attributes)
        attributes.update((f"instrumentation.{key}", value) for key, value in given)
    return Surroundings(
        resource=about,
        scope=name,
        platform=platform or "other",
        environment=environment,
        release=release,
        shared=attributes.finish(),
    )


def _platform_of(language: Any) -> str | None:
    return _PLATFORMS.get(language, language) if isinstance(language, str) else None


def _first_of(about: Mapping[str, Any], keys: Iterable[str]) -> str | None:
    return next((value for key in keys if isinstance(value := about.get(key), str) and value), None)
