"""The affected user, and the one text by which users are told apart and counted."""

import re
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
from urgentry.ingest.normalize.receipt import FindPlace
from urgentry.ingest.normalize.report import Path, Report

AUTOMATIC = "{{auto}}"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?:{_BYTE}\.){{3}}{_BYTE}")
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
    if value == AUTOMATIC or _IPV4.fullmatch(value):
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
    if not value.keys() <= _FIELDS.keys():
        others = {k: v for k, v in value.items() if k not in _FIELDS and k != "sentry_user"}
        given = value.get("data")
        value["data"] = others | given if isinstance(given, dict) else others or given
    return fit_fields(value, _FIELDS, path, report) or ABSENT


def infer_ip(
    user: dict[str, Any],
    platform: str,
    remote_addr: Any,
    client_ip: str | None,
    policy: Any = None,
) -> None:
    """Fill in the address where the user is at the other end of the connection (spec 7).

    `remote_addr`, which a web server told its application, goes before the sender's address.
    `policy` is the SDK's own setting; without one, `remote_addr` is always the user's address and
    the sender's is on the platforms that run on the user's device.
    """
    given = user.get("ip_address")
    if given and given != AUTOMATIC:
        return
    if policy == "never":
        if given == AUTOMATIC:
            del user["ip_address"]
        return
    told = remote_addr if type(remote_addr) is str and _is_address(remote_addr) else None
    wanted = given == AUTOMATIC or (given is None and policy == "auto")
    if given is None and policy != "auto":
        wanted = told is not None or platform in _CLIENT_PLATFORMS
    if wanted and (inferred := told or client_ip):
        user["ip_address"] = inferred


def _is_address(value: str) -> bool:
    return value != AUTOMATIC and is_ip(value)


def locate(user: dict[str, Any], find_place: FindPlace | None) -> None:
    """Where the address is, unless the client says that itself."""
    address = user.get("ip_address")
    if find_place is None or not address or address == AUTOMATIC or user.get("geo") is not None:
        return
    place = find_place(address)
    if place:
        user["geo"] = place


def identify(user: dict[str, Any]) -> None:
    """Set `sentry_user`, the first identity that is known."""
    for key, name in _IDENTITIES:
        identity = user.get(key)
        if identity:
            user["sentry_user"] = f"{name}:{identity}"
            return
