"""The rules that exist without being written: `@ip`, `@password:filter`, `@common` and the rest.

A kind's plain name does what is usual for it; `:replace`, `:mask`, `:hash` and `:remove` choose the
method, `:filter` puts `[Filtered]` in the place, as default scrubbing does.
"""

from typing import Final

import msgspec

from urgentry.privacy import patterns
from urgentry.privacy.patterns import Pattern
from urgentry.privacy.rules import Method, Redaction, Rule

REMOVE: Final = Redaction(Method.REMOVE)
MASK: Final = Redaction(Method.MASK)
HASH: Final = Redaction(Method.HASH)
FILTER: Final = Redaction(Method.REPLACE)

KINDS: Final[dict[str, Pattern | None]] = {
    "anything": None,
    "ip": patterns.IP,
    "imei": patterns.IMEI,
    "mac": patterns.MAC,
    "uuid": patterns.UUID,
    "email": patterns.EMAIL,
    "creditcard": patterns.CREDIT_CARD,
    "iban": patterns.IBAN,
    "userpath": patterns.USER_PATH,
    "pemkey": patterns.PEM_KEY,
    "url_auth": patterns.URL_LOGIN,
    "us_ssn": patterns.SSN,
    "bearer": patterns.BEARER,
    "password": patterns.PASSWORD,
    "cookies": patterns.SESSION_COOKIE,
}
"""The types that a written rule may have, but for those that take a pattern or other rules."""

_TEXTS: Final = {
    "ip": "[ip]",
    "imei": "[imei]",
    "mac": "[mac]",
    "uuid": "[uuid]",
    "email": "[email]",
    "creditcard": "[creditcard]",
    "iban": "[iban]",
    "userpath": "[user]",
    "pemkey": "[pemkey]",
    "urlauth": "[auth]",
    "usssn": "[us-ssn]",
    "bearer": "Bearer [token]",
    "password": "[password]",
    "anything": "[Filtered]",
    "cookies": "[Filtered]",
}
_TYPES: Final = {"urlauth": "url_auth", "usssn": "us_ssn"}
_USUAL: Final = {"mac": "mask", "uuid": "mask", "usssn": "mask", "password": "remove"}
"""What a plain name does, where it does not put its text in the place."""


def _rules() -> dict[str, Rule]:
    made = {}
    for kind, text in _TEXTS.items():
        pattern = KINDS[_TYPES.get(kind, kind)]
        methods = {
            "replace": Redaction(Method.REPLACE, text),
            "remove": REMOVE,
            "mask": MASK,
            "hash": HASH,
            "filter": FILTER,
        }
        for suffix, redaction in methods.items():
            name = f"@{kind}:{suffix}"
            made[name] = Rule(id=name, origin=name, pattern=pattern, redaction=redaction)
        usual = made[f"@{kind}:{_USUAL.get(kind, 'replace')}"]
        made[f"@{kind}"] = msgspec.structs.replace(usual, origin=f"@{kind}")
    login = "@urlauth:legacy"
    made[login] = Rule(id=login, origin=login, pattern=patterns.URL_PASSWORD, redaction=FILTER)
    return made


BUILTIN: Final = _rules()
_SECRETS: Final = ("bearer", "creditcard", "iban", "password", "pemkey", "usssn")
_PERSONAL: Final = ("email", "ip", "urlauth", "userpath")
GROUPS: Final = {
    "@common": tuple(f"@{kind}" for kind in (*_SECRETS, *_PERSONAL)),
    "@common:filter": (*(f"@{kind}:filter" for kind in _SECRETS), "@urlauth:legacy"),
}
"""Names that stand for several rules."""


def builtin_rules(name: str) -> tuple[Rule, ...]:
    """The rules of a name that begins with `@`; none when there is no such name."""
    if name in GROUPS:
        return tuple(BUILTIN[member] for member in GROUPS[name])
    return (BUILTIN[name],) if name in BUILTIN else ()
