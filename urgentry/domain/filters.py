"""Which events a project does not want: the inbound filters, their names and their settings; pure.

The names are Sentry's, on the wire and as the reasons under which filtered items are counted.
"""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

import msgspec

from urgentry.domain.patterns import lines_of, list_problem

Network = IPv4Network | IPv6Network


class Filter(StrEnum):
    """What keeps an event out; the value is the reason that is counted."""

    BROWSER_EXTENSIONS = "browser-extensions"
    LOCALHOST = "localhost"
    WEB_CRAWLERS = "web-crawlers"
    LEGACY_BROWSERS = "legacy-browsers"
    HEALTH_CHECKS = "filtered-transaction"
    REACT_HYDRATION_ERRORS = "react-hydration-errors"
    CHUNK_LOAD_ERROR = "chunk-load-error"
    IP_ADDRESS = "ip-address"
    RELEASE = "release-version"
    ERROR_MESSAGE = "error-message"
    INVALID_CSP = "invalid-csp"


class BrowserVersions(msgspec.Struct, frozen=True):
    """Which versions of a browser are old."""

    browser: str
    newest: int
    oldest: int = 0


LEGACY_BROWSERS: Final[Mapping[str, BrowserVersions]] = {
    "ie": BrowserVersions("IE", 11),
    "edge": BrowserVersions("Edge", 110),
    "safari": BrowserVersions("Safari", 15),
    "firefox": BrowserVersions("Firefox", 110),
    "chrome": BrowserVersions("Chrome", 110),
    "opera": BrowserVersions("Opera", 99),
    "opera_mini": BrowserVersions("Opera Mini", 34),
    "android": BrowserVersions("Android", 3),
}
"""The browsers that can be chosen, up to their newest version that counts as old."""

FORMER_LEGACY_BROWSERS: Final[Mapping[str, BrowserVersions]] = {
    "ie_pre_9": BrowserVersions("IE", 8),
    "ie9": BrowserVersions("IE", 9, 9),
    "ie10": BrowserVersions("IE", 10, 10),
    "ie11": BrowserVersions("IE", 11, 11),
    "opera_pre_15": BrowserVersions("Opera", 14),
    "opera_mini_pre_8": BrowserVersions("Opera Mini", 7),
    "android_pre_4": BrowserVersions("Android", 3),
    "safari_pre_6": BrowserVersions("Safari", 5),
    "edge_pre_79": BrowserVersions("Edge", 78),
}
"""Choices that older clients of the API make."""

EVERY_LEGACY_BROWSER: Final[Mapping[str, BrowserVersions]] = {
    **LEGACY_BROWSERS,
    **FORMER_LEGACY_BROWSERS,
}

WHOLE: Final = "default"
"""The legacy browsers filter turned on as a whole."""
WHOLE_MEANS: Final = (
    *("ie_pre_9", "ie9", "opera_pre_15", "opera_mini_pre_8"),
    *("android_pre_4", "safari_pre_6", "edge_pre_79"),
)


class FilterSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a project filters. Lists are texts of one entry a line, as people write them."""

    browser_extensions: bool = False
    localhost: bool = False
    web_crawlers: bool = False
    health_checks: bool = True
    react_hydration_errors: bool = True
    chunk_load_error: bool = True
    legacy_browsers: tuple[str, ...] = ()
    """Names of `EVERY_LEGACY_BROWSER`, or `WHOLE`."""
    ip_addresses: str = ""
    """Addresses and ranges of clients."""
    releases: str = ""
    error_messages: str = ""
    csp_known_sources: bool = True
    """Whether reports about what extensions and advertisers load are filtered."""
    csp_sources: str = ""


SWITCHES: Final[Mapping[Filter, str]] = {
    Filter.BROWSER_EXTENSIONS: "browser_extensions",
    Filter.LOCALHOST: "localhost",
    Filter.WEB_CRAWLERS: "web_crawlers",
    Filter.HEALTH_CHECKS: "health_checks",
    Filter.REACT_HYDRATION_ERRORS: "react_hydration_errors",
    Filter.CHUNK_LOAD_ERROR: "chunk_load_error",
}
"""The filters that are on or off, and their settings."""


def first_filters(platform: str) -> FilterSettings:
    """What a new project filters: in browsers more is noise than elsewhere."""
    if not platform.startswith("javascript"):
        return FilterSettings()
    return FilterSettings(
        browser_extensions=True, web_crawlers=True, legacy_browsers=tuple(LEGACY_BROWSERS)
    )


def read_filter_settings(stored: Mapping[str, Any]) -> FilterSettings:
    """From a project's stored settings."""
    return msgspec.convert(stored.get("filters", {}), FilterSettings)


def stored_filter_settings(settings: FilterSettings) -> dict[str, Any]:
    """What `read_filter_settings` reads."""
    return {"filters": msgspec.to_builtins(settings)}


def read_network(text: str) -> Network:
    """An address, or a range whose address may be any within it. ValueError for anything else."""
    return ip_network(text, strict=False)


def networks_problem(text: str) -> str | None:
    """What is wrong with a list of addresses and ranges, or None."""
    for line in lines_of(text):
        try:
            read_network(line)
        except ValueError:
            return f'"{line}" is not an IP address or range.'
    return list_problem(text)
