"""Browser, system and device of a user, as the headers of its requests tell them.

A browser's client hints go before its User-Agent, which browsers no longer keep up to date. The
rules that read a User-Agent are loaded with the first one (14 MB, 0.1 s), and what they say of it
is remembered, because the same few thousand come again and again.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from urgentry.ingest.normalize.contexts import sum_up
from urgentry.ingest.normalize.limits import USER_AGENT, USER_AGENTS_KEPT
from urgentry.ingest.normalize.receipt import NormalizeContext

Context = dict[str, Any]
Headers = dict[str, str]

_HEADERS = frozenset(
    {"User-Agent", "Sec-Ch-Ua", "Sec-Ch-Ua-Model"}
    | {"Sec-Ch-Ua-Platform", "Sec-Ch-Ua-Platform-Version"}
)
# Systems that browsers no longer tell the version of: theirs is this one or a later one.
_FROZEN = {("Windows", "10"), ("Mac OS X", "10.15.7")}
_BRAND = re.compile(r'"([^"]*)";\s?v="([^"]*)"')
# What stands among a browser's brands beside its own name: placeholders and engines.
_NO_BROWSER = ("Brand", "Chromium", "Gecko", "WebKit")
_BROWSER_PLATFORM = "javascript"


class Agent(msgspec.Struct, frozen=True):
    """The contexts that the headers tell; None where they do not."""

    browser: Context | None
    system: Context | None
    device: Context | None


def add_client_contexts(contexts: dict[str, Any], headers: list[Any] | None, platform: str) -> None:
    """Fill in the contexts of the client that made the request, unless they are given.

    Its system is `os` where the event is the browser's own, else `client_os`.
    """
    if not headers:
        return
    told = [(pair[0], pair[1]) for pair in headers if pair[0] in _HEADERS and len(pair) > 1]
    if not told:
        return
    agent = _read(tuple((name, str(value)[:USER_AGENT]) for name, value in told))
    if agent.browser and "browser" not in contexts:
        contexts["browser"] = agent.browser.copy()
    system = "os" if platform == _BROWSER_PLATFORM else "client_os"
    if agent.system and system not in contexts:
        contexts[system] = agent.system.copy()
    if agent.device and "device" not in contexts:
        contexts["device"] = agent.device.copy()


def add_sender(event: dict[str, Any], context: NormalizeContext) -> None:
    """A browser reports a breach of policy itself: whoever sent the report is the user."""
    if context.client_ip is not None:
        user = event["user"] = event.get("user") or {}
        if user.get("ip_address") is None:
            user["ip_address"] = context.client_ip
    sent = dict(context.client_hints)
    if context.user_agent:
        sent["User-Agent"] = context.user_agent
    if not sent:
        return
    request = event["request"] = event.get("request") or {}
    headers = request.get("headers") or []
    given = {pair[0] for pair in headers}
    added = [[name, value] for name, value in sent.items() if name not in given]
    request["headers"] = sorted(headers + added, key=lambda pair: str(pair[0]))


@lru_cache(maxsize=USER_AGENTS_KEPT)
def _read(told: tuple[tuple[str, str], ...]) -> Agent:
    headers = dict(told)
    user_agent = headers.get("User-Agent")
    browser, system, device = _reader()(user_agent) if user_agent else (None, None, None)
    return Agent(
        _hinted_browser(headers) or (browser and _browser(browser)),
        _hinted_system(headers) or (system and _system(system)),
        _hinted_device(headers) or (device and _device(device)),
    )


def _hinted_browser(headers: Headers) -> Context | None:
    brand = _brand(headers.get("Sec-Ch-Ua", ""))
    return _summed_up("browser", *brand) if brand else None


def _hinted_system(headers: Headers) -> Context | None:
    platform = _unquoted(headers.get("Sec-Ch-Ua-Platform", ""))
    version = _unquoted(headers.get("Sec-Ch-Ua-Platform-Version", ""))
    return _summed_up("os", platform, version) if platform else None


def _hinted_device(headers: Headers) -> Context | None:
    model = _unquoted(headers.get("Sec-Ch-Ua-Model", ""))
    return {"type": "device", "model": model} if model else None


def _brand(hint: str) -> tuple[str, str] | None:
    """Name and version of the browser in `"Not A Brand";v="99", "Google Chrome";v="140", …`."""
    for name, version in _BRAND.findall(hint):
        if name.strip() and version.strip() and not any(word in name for word in _NO_BROWSER):
            return name, version
    return None


def _unquoted(hint: str) -> str:
    return hint.strip().strip('"')


def _browser(found: Any) -> Context:
    return _summed_up("browser", found.family, _version(found))


def _system(found: Any) -> Context:
    version = _version(found)
    if (found.family, version) in _FROZEN:
        version = f">={version}"
    return _summed_up("os", found.family, version)


def _device(found: Any) -> Context:
    members = {"family": found.family, "brand": found.brand, "model": found.model}
    return {"type": "device"} | {name: value for name, value in members.items() if value}


def _summed_up(kind: str, name: str, version: str | None) -> Context:
    context = {"type": kind, "name": name}
    if version:
        context["version"] = version
    sum_up(kind, context)
    return context


@lru_cache(maxsize=1)
def _reader() -> Callable[[str], tuple[Any, Any, Any]]:
    from ua_parser import Domain  # noqa: PLC0415 - a process that sees no browser never pays
    from ua_parser.loaders import load_lazy_builtins  # noqa: PLC0415 - same
    from ua_parser.re2 import Resolver  # noqa: PLC0415 - same

    resolve = Resolver(load_lazy_builtins())

    def read_device(user_agent: str) -> Any:
        try:
            return resolve(user_agent, Domain.DEVICE).device
        except ValueError:  # one of its rules found a device without a name
            return None

    def read(user_agent: str) -> tuple[Any, Any, Any]:
        found = resolve(user_agent, Domain.USER_AGENT | Domain.OS)
        return found.user_agent, found.os, read_device(user_agent)

    return read


def _version(found: Any) -> str | None:
    """`1.2.3`, up to the first number that is not known."""
    parts = (found.major, found.minor, found.patch)
    known = parts[: parts.index(None)] if None in parts else parts
    return ".".join(known) or None
