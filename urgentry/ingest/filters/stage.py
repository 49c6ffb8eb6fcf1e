"""What a project filters, put together once for each configuration, and asked for each event."""

from collections.abc import Callable
from functools import lru_cache, partial
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from urgentry.domain.filters import Filter, FilterSettings, Network, read_network
from urgentry.domain.patterns import Patterns, lines_of
from urgentry.ingest.filters.agents import is_crawler, is_legacy, legacy_choice
from urgentry.ingest.filters.csp import KNOWN_SOURCES, is_of_source, read_source
from urgentry.ingest.filters.extensions import is_of_extension
from urgentry.ingest.filters.localhost import is_local
from urgentry.ingest.filters.messages import is_chunk_load_error, is_hydration_error, says
from urgentry.ingest.filters.reading import Event, text_at
from urgentry.protocol.outcome import filtered

_CONFIGURATIONS_KEPT: Final = 256
_CLIENTS_REMEMBERED: Final = 1024

_HEALTH_CHECKS = Patterns(
    [
        "*healthcheck*",
        "*heartbeat*",
        r"*/{health,healthy,healthz,_health,\[_health\],live,livez,ready,readyz,ping,up}{/,}",
    ]
)
"""What monitors and orchestrators ask, by the usual names."""


Test = Callable[[Event], bool]


class _Stage(NamedTuple):
    """The filters that one configuration turns on."""

    is_banned: Callable[[str], bool] | None
    steps: tuple[tuple[Filter, Test], ...]


def filter_event(event: Event, settings: FilterSettings, *, client_ip: str | None) -> None:
    """Raises `Rejected` with the filter's name for a normalised event that the project does not
    want. `client_ip` is who sent it."""
    stage = _compiled(settings)
    if stage.is_banned is not None and client_ip and stage.is_banned(client_ip):
        raise filtered(Filter.IP_ADDRESS)
    for name, catches in stage.steps:
        if catches(event):
            raise filtered(name)


@lru_cache(maxsize=_CONFIGURATIONS_KEPT)
def _compiled(settings: FilterSettings) -> _Stage:
    networks = tuple(map(read_network, lines_of(settings.ip_addresses)))
    steps = ((name, test_of(settings)) for name, test_of in _FILTERS)
    return _Stage(
        is_banned=_membership(networks) if networks else None,
        steps=tuple((name, test) for name, test in steps if test is not None),
    )


def _switched(name: str, test: Test) -> Callable[[FilterSettings], Test | None]:
    """A test that a setting turns on."""
    return lambda settings: test if getattr(settings, name) else None


def _csp_test(settings: FilterSettings) -> Test | None:
    known = KNOWN_SOURCES if settings.csp_known_sources else ()
    sources = tuple(map(read_source, (*known, *lines_of(settings.csp_sources))))
    return partial(is_of_source, sources=sources) if sources else None


def _release_test(settings: FilterSettings) -> Test | None:
    releases = lines_of(settings.releases)
    return partial(_is_release, patterns=Patterns(releases)) if releases else None


def _message_test(settings: FilterSettings) -> Test | None:
    messages = lines_of(settings.error_messages)
    return partial(says, patterns=Patterns(messages)) if messages else None


def _browser_test(settings: FilterSettings) -> Test | None:
    chosen = legacy_choice(settings.legacy_browsers)
    return partial(is_legacy, chosen=chosen) if chosen else None


def _is_release(event: Event, patterns: Patterns) -> bool:
    release = text_at(event, "release")
    return bool(release) and patterns.match(release)


def _is_health_check(event: Event) -> bool:
    if event.get("type") != "transaction":
        return False
    return _HEALTH_CHECKS.match(text_at(event, "transaction"))


def _membership(networks: tuple[Network, ...]) -> Callable[[str], bool]:
    """Whether an address is in one of them; the answers for recent clients are remembered."""

    @lru_cache(maxsize=_CLIENTS_REMEMBERED)
    def contains(client: str) -> bool:
        try:
            address = ip_address(client)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((mapped or address) in network or address in network for network in networks)

    return contains


_FILTERS: Final[tuple[tuple[Filter, Callable[[FilterSettings], Test | None]], ...]] = (
    (Filter.CHUNK_LOAD_ERROR, _switched("chunk_load_error", is_chunk_load_error)),
    (Filter.REACT_HYDRATION_ERRORS, _switched("react_hydration_errors", is_hydration_error)),
    (Filter.INVALID_CSP, _csp_test),
    (Filter.RELEASE, _release_test),
    (Filter.ERROR_MESSAGE, _message_test),
    (Filter.LOCALHOST, _switched("localhost", is_local)),
    (Filter.BROWSER_EXTENSIONS, _switched("browser_extensions", is_of_extension)),
    (Filter.LEGACY_BROWSERS, _browser_test),
    (Filter.WEB_CRAWLERS, _switched("web_crawlers", is_crawler)),
    (Filter.HEALTH_CHECKS, _switched("health_checks", _is_health_check)),
)
"""In the order in which they are asked: the first that catches an event is counted."""
