"""Reports of a content security policy that tell of what the visitor's browser brought along."""

from collections.abc import Sequence
from typing import Final

import msgspec

from urgentry.ingest.filters.reading import Event, text_at

KNOWN_SOURCES: Final = (
    # browsers' own pages and extensions
    *("about", "ms-browser-extension", "chrome://*", "chrome-extension://*"),
    *("chromeinvokeimmediate://*", "chromenull://*", "data:text/html,chromewebdata"),
    *("safari-extension://*", "mxaddon-pkg://*", "jar://*", "webviewprogressproxy://*"),
    *("ms-browser-extension://*", "tmtbff://*", "mbinit://*", "symres://*", "resource://*"),
    *("moz-extension://*", "addons.mozilla.org", "localhost"),
    # advertisers, proxies and malware that put scripts into pages
    *("*.metrext.com", "static.image2play.com", "*.tlscdn.com", "*.superfish.com"),
    *("73a5b0806e464be8bd4e694c744624f0.com", "020dfefc4ac745dab7594f2f771c1ded.com"),
    *("v.zilionfast.in", "widgets.amung.us", "xls.searchfun.in", "istatic.datafastguru.info"),
    *("resultshub-a.akamaihd.net", "pulseadnetwork.com", "gateway.zscalertwo.net"),
    *("www.passpack.com", "middlerush-a.akamaihd.net", "www.websmartcenter.com"),
    *("a.linkluster.com", "saveyoutime.ru", "cdncache-a.akamaihd.net", "x.rafomedia.com"),
    *("savingsslider-a.akamaihd.net", "injections.adguard.com", "icontent.us", "amiok.org"),
    *("connectionstrenth.com", "siteheart.net", "netanalitics.space", "printapplink.com"),
    *("godlinkapp.com", "devappstor.com", "hoholikik.club", "smartlink.cool"),
    "promfflinkdev.com",
)
"""What Sentry leaves out of reports unless a project wants it."""

_ANY = "*"


class Source(msgspec.Struct, frozen=True):
    """`[scheme://]domain[:port]`; each part may be `*`, a domain may begin with `*.`."""

    scheme: str
    domain: str
    port: str


def read_source(text: str) -> Source:
    """The parts of an address or of a pattern of addresses; a path counts for nothing."""
    scheme, separator, rest = text.lower().partition("://")
    if not separator:
        scheme, rest = _ANY, scheme
    domain, _, port = rest.partition("/")[0].partition(":")
    return Source(scheme or _ANY, domain or _ANY, port or _ANY)


def is_of_source(event: Event, sources: Sequence[Source]) -> bool:
    """Whether a report is about something of these sources, or of a script of theirs."""
    if event.get("type") != "csp":
        return False
    named = [text_at(event, "csp", name) for name in ("blocked_uri", "source_file")]
    return any(_covers(source, read_source(text)) for text in named if text for source in sources)


def _covers(pattern: Source, source: Source) -> bool:
    return (
        pattern.scheme in (_ANY, source.scheme)
        and pattern.port in (_ANY, source.port)
        and _covers_domain(pattern.domain, source.domain)
    )


def _covers_domain(pattern: str, domain: str) -> bool:
    if pattern.startswith("*."):
        return domain == pattern[2:] or domain.endswith(pattern[1:])
    return pattern in (_ANY, domain)
