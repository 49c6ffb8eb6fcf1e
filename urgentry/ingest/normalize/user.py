"""The affected user, and the one text by which users are told apart and counted."""

from ipaddress import ip_address
from typing import Any

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.fields import (
    ABSENT,
    fit_fields,
    fit_struct,
    fitted_by,
    lenient_text,
    reject,
    text,
)
from urgentry.ingest.normalize.limits import CONTEXT, EMAIL, SUMMARY, USER_TEXT
from urgentry.ingest.normalize.report import Path, Report

AUTOMATIC = "{{auto}}"
# SDKs of these platforms run on the user's own device: the sender's address is the user's.
_CLIENT_PLATFORMS = frozenset({"javascript", "cocoa", "objc"})
_IDENTITIES = (("id", "id"), ("username", "username"), ("email", "email"), ("ip_address", "ip"))


def _fit_ip(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not str:
        return reject(value, path, report, "expected a string")
    return value if is_ip(value) else reject(value, path, report, "expected an ip address")


IP = fitted_by(_fit_ip)

_GEO = {name: text(*SUMMARY) for name in ("country_code", "city", "subdivision", "region")}
_FIELDS = {
    "id": lenient_text(USER_TEXT),
    "email": text(EMAIL),
    "ip_address": IP,
    "username": lenient_text(USER_TEXT),
    "name": text(USER_TEXT),
    "geo": fit_struct(_GEO),
    "segment": text(),
    "data": bag(*CONTEXT, objects_only=True),
}


def is_ip(value: str) -> bool:
    """True for IPv4, IPv6 and the placeholder that asks for the sender's address."""
    if value == AUTOMATIC:
        return True
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def fit_user(value: Any, path: Path, report: Report) -> Any:
    """The user's known members; all others go to `data`."""
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    others = {k: v for k, v in value.items() if k not in _FIELDS and k != "sentry_user"}
    if others:
        given = value.get("data")
        value["data"] = others | given if isinstance(given, dict) else others
    return fit_fields(value, _FIELDS, path, report) or ABSENT


def infer_ip(
    user: dict[str, Any], platform: str, remote_addr: Any, client_ip: str | None, policy: Any
) -> None:
    """Fill in the address: asked for, told by the web server, or of a client platform (spec 7)."""
    given = user.get("ip_address")
    if given is None and type(remote_addr) is str and is_ip(remote_addr):
        user["ip_address"] = given = remote_addr
    if policy == "never" or client_ip is None:
        return
    wanted = given is None and (policy == "auto" or platform in _CLIENT_PLATFORMS)
    if wanted or given == AUTOMATIC:
        user["ip_address"] = client_ip


def identify(user: dict[str, Any]) -> None:
    """Set `sentry_user`, the first identity that is known."""
    for key, name in _IDENTITIES:
        identity = user.get(key)
        if identity:
            user["sentry_user"] = f"{name}:{identity}"
            return
