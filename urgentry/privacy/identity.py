"""Keeps users apart after scrubbing, and keeps what was scrubbed out of how they are told apart."""

from ipaddress import ip_address
from typing import Any, Final

from urgentry.privacy.remarks import ROOT, Remarks

_IDENTITIES: Final = (
    ("id", "id"),
    ("username", "username"),
    ("email", "email"),
    ("ip_address", "ip"),
)
_MEMBERS: Final = (*(member for member, _ in _IDENTITIES), "sentry_user")
_OTHERS: Final = ("id", "username", "email")
_MOVED: Final = "pii:ip_address"
_USER: Final = (ROOT, "user")

Before = dict[str, Any]


def identity_of(payload: dict[str, Any]) -> Before:
    """By what the user is told apart before anything is changed."""
    user = payload.get("user")
    return {name: user.get(name) for name in _MEMBERS} if type(user) is dict else {}


def keep_identity(payload: dict[str, Any], before: Before, remarks: Remarks) -> None:
    """An address that was made unreadable becomes the user's id, so that users are still counted;
    `sentry_user` follows the members that it was made of."""
    user = payload.get("user")
    if not before or type(user) is not dict:
        return
    _move_address(user, before, remarks)
    source = _source(before)
    if source is None or user.get("sentry_user") != before["sentry_user"]:
        return
    if user.get(source) != before[source]:
        identity = next(
            (f"{kind}:{user[name]}" for name, kind in _IDENTITIES if user.get(name)), None
        )
        if identity is None:
            del user["sentry_user"]
        else:
            user["sentry_user"] = identity


def _move_address(user: dict[str, Any], before: Before, remarks: Remarks) -> None:
    address = user.get("ip_address")
    if address is None or address == before["ip_address"] or not _is_address(before["ip_address"]):
        return
    if _is_address(address) or any(user.get(name) is not None for name in _OTHERS):
        return
    user["id"], user["ip_address"] = address, None
    remarks.moved((_USER, "ip_address"), (_USER, "id"))
    remarks.removed((_USER, "ip_address"), _MOVED)


_PLACEHOLDER: Final = "{{auto}}"


def _is_address(value: Any) -> bool:
    if value == _PLACEHOLDER:
        return True
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _source(before: Before) -> str | None:
    """The member that `sentry_user` was made of; a placeholder for an address is nobody's."""
    stated = before["sentry_user"]
    for name, kind in _IDENTITIES:
        if before[name] and stated == f"{kind}:{before[name]}":
            return name if before[name] != _PLACEHOLDER else None
    return None
