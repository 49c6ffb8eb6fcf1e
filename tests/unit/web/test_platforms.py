"""What onboarding shows for each platform."""

import pytest

from urgentry.web.platforms import PLATFORMS, Platform

DSN = "https://abc@errors.example.com/7"
ENVELOPE = "https://errors.example.com/api/7/envelope/"


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda each: each.name)
def test_every_snippet_knows_the_project(platform: Platform) -> None:
    shown = platform.snippet(dsn=DSN, envelope=ENVELOPE, key="abc")
    if platform.is_opentelemetry:
        assert "https://errors.example.com/api/7/integration/otlp" in shown
        assert "sentry_key=abc" in shown
    elif platform.name == "other":
        assert ENVELOPE in shown
        assert "sentry_key=abc" in shown
    else:
        assert DSN in shown or DSN.replace("https://", "") in shown
    assert "{{" not in shown


def test_names_are_told_apart() -> None:
    names = [platform.name for platform in PLATFORMS]
    assert len(set(names)) == len(names)
    assert len({platform.title for platform in PLATFORMS}) == len(names)
