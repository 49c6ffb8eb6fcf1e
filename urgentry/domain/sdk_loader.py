"""What the loader of a key brings into a page: which release of the browser SDK, with which parts.
Pure; the names of bundles are those of the SDK's own releases."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

LATEST: Final = "latest"
BUNDLE_URL: Final = "https://browser.sentry-cdn.com/%s/bundle%s.min.js"
"""Where the SDK's makers publish bundles: of a version, with parts."""
VERSIONS: Final = ("11.12.0", "10.78.0", "9.47.2", "8.55.2", "7.120.4", "6.19.7")
"""The newest release of each major version, when this program was made."""

_WITH_PARTS: Final = (7, 0, 0)
"""From here on bundles have parts."""
_WITH_FEEDBACK: Final = (7, 85, 0)
_WITH_LOGS: Final = (10, 0, 0)
_ES5_MAJOR: Final = 7
"""Its bundles for today's browsers go by the plain name; old ones need another."""


class LoaderOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is set of a key."""

    version: str = LATEST
    """`LATEST`, or a major version: `8.x`."""
    replay: bool = False
    performance: bool = False
    debug: bool = False
    feedback: bool = False
    logs_and_metrics: bool = False


class Loading(msgspec.Struct, frozen=True, kw_only=True):
    """What a page is told: where the SDK is, how it begins, and when it is fetched."""

    sdk_url: str
    version: str
    init: dict[str, Any]
    is_lazy: bool
    """Whether it may wait until there is something to report."""


def read_loader_options(stored: str) -> LoaderOptions:
    """From the JSON that is stored of a key."""
    return msgspec.json.decode(stored, type=LoaderOptions)


def stored_loader_options(options: LoaderOptions) -> str:
    """What `read_loader_options` reads."""
    return msgspec.json.encode(options).decode()


def version_choices(versions: Iterable[str]) -> list[str]:
    """What can be chosen for a key: the latest, and each major version there is."""
    majors = sorted({_numbers(version)[0] for version in versions}, reverse=True)
    return [LATEST, *(f"{major}.x" for major in majors)]


def loading_of(
    options: LoaderOptions, *, dsn: str, bundle_url: str, versions: Sequence[str]
) -> Loading | None:
    """What the loader of a key tells; None where there is nothing to load. Parts that a version
    does not have are left out."""
    version = _chosen(options.version, versions)
    if not version or not bundle_url:
        return None
    parts = _within(options, _numbers(version))
    return Loading(
        sdk_url=_filled(bundle_url, version, _modifier(parts, _numbers(version))),
        version=version,
        init=_init(parts, dsn),
        is_lazy=not (parts.replay or parts.performance or parts.feedback or parts.logs_and_metrics),
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _chosen(wanted: str, versions: Sequence[str]) -> str:
    """The newest that is wanted; of a major version that is gone, the newest there is."""
    newest = sorted(versions, key=_numbers, reverse=True)
    matching = [version for version in newest if version.startswith(wanted.removesuffix("x"))]
    return next(iter([*matching, *newest]), "")


def _within(options: LoaderOptions, version: tuple[int, ...]) -> LoaderOptions:
    has_parts = version >= _WITH_PARTS
    return LoaderOptions(
        replay=options.replay and has_parts,
        performance=options.performance and has_parts,
        debug=options.debug,
        feedback=options.feedback and version >= _WITH_FEEDBACK,
        logs_and_metrics=options.logs_and_metrics and version >= _WITH_LOGS,
    )


def _modifier(parts: LoaderOptions, version: tuple[int, ...]) -> str:
    """Not every combination is published: for some the bundle with everything has to do."""
    is_whole = parts.feedback and (
        parts.logs_and_metrics or (parts.performance and not parts.replay)
    )
    is_plain = version[0] == _ES5_MAJOR and not (parts.replay or parts.feedback)
    named = (
        (".tracing", parts.performance or is_whole),
        (".replay", parts.replay or is_whole),
        (".feedback", parts.feedback),
        (".logs.metrics", parts.logs_and_metrics),
        (".es5", is_plain),
        (".debug", parts.debug and version >= _WITH_PARTS),
    )
    return "".join(name for name, is_on in named if is_on)


def _filled(template: str, version: str, modifier: str) -> str:
    for value in (version, modifier):
        template = template.replace("%s", value, 1)
    return template


def _init(parts: LoaderOptions, dsn: str) -> dict[str, Any]:
    """The SDK's options, for a page that does not give its own."""
    init: dict[str, Any] = {"dsn": dsn}
    if parts.performance:
        init["tracesSampleRate"] = 1
    if parts.replay:
        init |= {"replaysSessionSampleRate": 0.1, "replaysOnErrorSampleRate": 1}
    if parts.feedback:
        init["autoInjectFeedback"] = True
    if parts.logs_and_metrics:
        init["enableLogs"] = True
    if parts.debug:
        init["debug"] = True
    return init
