"""Filters by user agent: crawlers, and browsers that are too old to be told apart from noise.

A browser sends the same words each time, so what they mean is worked out once and remembered.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from urgentry.domain.filters import EVERY_LEGACY_BROWSER, WHOLE, WHOLE_MEANS
from urgentry.ingest.filters.reading import Event, user_agent_of

_REMEMBERED: Final = 2048
_MAX_CHARS: Final = 1024

_CRAWLERS = re.compile(
    "|".join(
        (
            *("Mediapartners-Google", "AdsBot-Google", "Googlebot", "FeedFetcher-Google"),
            *("Storebot-Google", "BingBot", "BingPreview", "Baiduspider", "Slurp", "Sogou"),
            *("facebook", "meta-", "ia_archiver", "Slack", "Calypso AppCrawler", "pingdom"),
            *("lyticsbot", "AWS Security Scanner", "HubSpot Crawler", "Bytespider"),
            *("Better Uptime", "Cloudflare-Healthchecks", "GTmetrix", "BrightEdgeOnCrawl"),
            *("ELB-HealthChecker", r"naver\.me/spd", "ClaudeBot", "CCBot", "OAI-SearchBot"),
            *("GPTBot", "PerplexityBot", "Applebot", "DuckDuckBot"),
            *(r"bots?(?:[/\s);]|$)", r"spider(?:[/\s);]|$)"),
        )
    ),
    re.IGNORECASE,
)
_WELCOME = re.compile(r"Slackbot 1\.\d|SentryUptimeBot|ChatGPT-User", re.IGNORECASE)
"""They show a page to somebody, or watch it for its owner."""


class Browser(NamedTuple):
    """A browser as a user agent names it."""

    name: str
    version: int


class _Mark(NamedTuple):
    """How a browser is known. One with an empty name is known to be none of ours."""

    name: str
    version: re.Pattern[str]


_MARKS = tuple(
    _Mark(name, re.compile(regex))
    for name, regex in (
        ("Opera Mini", r"(?:Opera Mini(?:/att)?/?|OPiOS/)(\d+)"),
        ("", r"Opera (?:Mobi|Tablet)|Mobile.*OPR/|OPT/|OPX/|OPRGX"),
        ("Opera", r"OPR/(\d+)"),
        ("Opera", r"Opera.*Version/(\d+)"),
        ("Opera", r"Opera[/ ](\d+)"),
        ("IE", r"IEMobile[ /](\d+)"),
        ("", r"EdgA/|EdgiOS/|Windows Phone.*Edge/|Mobile.*Edge/|Xbox.*Edge/"),
        ("Edge", r"Edge?/(\d+)"),
        ("IE", r"MSIE (\d+)"),
        ("IE", r"Trident/.*rv:(\d+)"),
        ("", r"CriOS/|FxiOS/|GSA/|DuckDuckGo/|Seamonkey/|SeaMonkey/|PaleMoon/|Waterfox/|Focus/"),
        ("", r"HeadlessChrome/|Electron/|SamsungBrowser/|YaBrowser/|Vivaldi/|UCBrowser/|UBrowser/"),
        ("", r"Whale/|Silk/|Iron/|QtWebEngine/|Chromium/|MiuiBrowser/|HuaweiBrowser/|coc_coc"),
        ("", r"FBAV/|FB_IAB|Instagram |Line/|MicroMessenger/|QQBrowser/|Puffin/|PhantomJS/|; wv\)"),
        ("", r"(?:Mobile|Tablet);.*Firefox/|Firefox/\d+\.\d+(?:pre|[ab]\d)|like Firefox"),
        ("Firefox", r"Firefox/(\d+)"),
        ("", r"Chrome/[\d.]+ Mobile|CrMo/"),
        ("Chrome", r"Chrome/(\d+)"),
        ("", r"iPhone|iPad|iPod|Windows Phone|BlackBerry|BB10|Tizen|webOS|Kindle|Symbian|Nokia"),
        ("Android", r"Android[ /-](\d+)"),
        ("Safari", r"Version/(\d+).*Safari/"),
    )
)
"""In the order in which they are asked: who came later pretends to be who came before."""


def is_crawler(event: Event) -> bool:
    """Whether a machine that reads pages met the error."""
    agent = user_agent_of(event)
    return bool(agent) and _names_crawler(agent[:_MAX_CHARS])


def is_legacy(event: Event, chosen: frozenset[str]) -> bool:
    """Whether the browser is one of the old ones that were chosen."""
    agent = user_agent_of(event)
    return bool(agent) and not chosen.isdisjoint(_legacy_names(agent[:_MAX_CHARS]))


def legacy_choice(names: Sequence[str]) -> frozenset[str]:
    """What was chosen, the whole spelled out."""
    return frozenset(names) | (frozenset(WHOLE_MEANS) if WHOLE in names else frozenset())


def browser_of(agent: str) -> Browser | None:
    """The desktop browser, Opera Mini or old Android browser that a user agent names; None for any
    other, among them those of phones of today."""
    for mark in _MARKS:
        if found := mark.version.search(agent):
            return Browser(mark.name, int(found[1][:6])) if mark.name else None
    return None


@lru_cache(maxsize=_REMEMBERED)
def _names_crawler(agent: str) -> bool:
    return bool(_CRAWLERS.search(agent)) and not _WELCOME.search(agent)


@lru_cache(maxsize=_REMEMBERED)
def _legacy_names(agent: str) -> frozenset[str]:
    browser = browser_of(agent)
    if browser is None:
        return frozenset()
    return frozenset(
        name
        for name, old in EVERY_LEGACY_BROWSER.items()
        if old.browser == browser.name and old.oldest <= browser.version <= old.newest
    )
