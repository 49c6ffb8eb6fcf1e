"""What a key's loader brings: the version, the bundle with its parts, the SDK's options."""

from typing import Any

import pytest

from urgentry.domain.sdk_loader import (
    BUNDLE_URL,
    LoaderOptions,
    Loading,
    loading_of,
    read_loader_options,
    stored_loader_options,
    version_choices,
)

DSN = "https://key@errors.example.com/1"
VERSIONS = ("9.47.2", "10.78.0", "11.12.0", "8.55.2", "7.120.4", "6.19.7")


def loading(bundle_url: str = BUNDLE_URL, **options: Any) -> Loading:
    found = loading_of(LoaderOptions(**options), dsn=DSN, bundle_url=bundle_url, versions=VERSIONS)
    assert found is not None
    return found


def bundle(**options: Any) -> str:
    return loading(**options).sdk_url.removeprefix("https://browser.sentry-cdn.com/")


@pytest.mark.parametrize(
    ("options", "file"),
    [
        ({}, "11.12.0/bundle.min.js"),
        ({"version": "10.x"}, "10.78.0/bundle.min.js"),
        ({"version": "1.x"}, "11.12.0/bundle.min.js"),
        ({"version": "5.x"}, "11.12.0/bundle.min.js"),
        ({"version": "8.x", "performance": True}, "8.55.2/bundle.tracing.min.js"),
        ({"version": "8.x", "replay": True}, "8.55.2/bundle.replay.min.js"),
        (
            {"version": "8.x", "performance": True, "replay": True},
            "8.55.2/bundle.tracing.replay.min.js",
        ),
        ({"version": "8.x", "feedback": True}, "8.55.2/bundle.feedback.min.js"),
        (
            {"version": "8.x", "feedback": True, "replay": True},
            "8.55.2/bundle.replay.feedback.min.js",
        ),
        (
            {"version": "8.x", "feedback": True, "performance": True},
            "8.55.2/bundle.tracing.replay.feedback.min.js",
        ),
        ({"version": "9.x", "logs_and_metrics": True}, "9.47.2/bundle.min.js"),
        ({"version": "10.x", "logs_and_metrics": True}, "10.78.0/bundle.logs.metrics.min.js"),
        (
            {"version": "10.x", "logs_and_metrics": True, "replay": True, "debug": True},
            "10.78.0/bundle.replay.logs.metrics.debug.min.js",
        ),
        (
            {"version": "10.x", "logs_and_metrics": True, "feedback": True},
            "10.78.0/bundle.tracing.replay.feedback.logs.metrics.min.js",
        ),
        ({"version": "7.x"}, "7.120.4/bundle.es5.min.js"),
        ({"version": "7.x", "performance": True}, "7.120.4/bundle.tracing.es5.min.js"),
        ({"version": "7.x", "debug": True}, "7.120.4/bundle.es5.debug.min.js"),
        ({"version": "7.x", "replay": True}, "7.120.4/bundle.replay.min.js"),
        ({"version": "6.x", "performance": True, "debug": True}, "6.19.7/bundle.min.js"),
    ],
)
def test_bundles(options: dict[str, Any], file: str) -> None:
    assert bundle(**options) == file


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("https://cdn.example/%s/%s.js", "https://cdn.example/11.12.0/.tracing.js"),
        ("https://cdn.example/%s.js", "https://cdn.example/11.12.0.js"),
        ("https://cdn.example/sdk.js", "https://cdn.example/sdk.js"),
    ],
)
def test_the_address_takes_what_it_has_room_for(template: str, address: str) -> None:
    assert loading(template, performance=True).sdk_url == address


@pytest.mark.parametrize(
    ("options", "init", "is_lazy"),
    [
        ({}, {}, True),
        ({"debug": True}, {"debug": True}, True),
        ({"performance": True}, {"tracesSampleRate": 1}, False),
        (
            {"replay": True},
            {"replaysSessionSampleRate": 0.1, "replaysOnErrorSampleRate": 1},
            False,
        ),
        ({"feedback": True, "performance": False}, {"autoInjectFeedback": True}, False),
        (
            {"feedback": True, "performance": True},
            {"autoInjectFeedback": True, "tracesSampleRate": 1},
            False,
        ),
        ({"logs_and_metrics": True}, {"enableLogs": True}, False),
        ({"version": "9.x", "logs_and_metrics": True}, {}, True),
        ({"version": "6.x", "performance": True, "replay": True}, {}, True),
    ],
)
def test_options(options: dict[str, Any], init: dict[str, Any], is_lazy: bool) -> None:
    found = loading(**options)
    assert found.init == {"dsn": DSN} | init
    assert found.is_lazy is is_lazy


@pytest.mark.parametrize(("bundle_url", "versions"), [("", VERSIONS), (BUNDLE_URL, ())])
def test_there_may_be_nothing_to_load(bundle_url: str, versions: tuple[str, ...]) -> None:
    options = LoaderOptions()
    assert loading_of(options, dsn=DSN, bundle_url=bundle_url, versions=versions) is None


def test_versions_are_chosen_by_their_first_number() -> None:
    assert version_choices(VERSIONS) == ["latest", "11.x", "10.x", "9.x", "8.x", "7.x", "6.x"]


def test_what_is_stored_is_what_was_chosen() -> None:
    options = LoaderOptions(version="9.x", replay=True)
    assert read_loader_options(stored_loader_options(options)) == options
    assert stored_loader_options(LoaderOptions()) == "{}"
