"""Addresses in messages: e-mail, IP and host names, in forms that cannot be slow to match."""

from typing import Final

_ATOM: Final = r"a-zA-Z0-9.!\#$%&'*+/=?^_`{|}~-"
_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"

# A run of atom characters is looked at once, from its start: what fails there fails in its middle.
EMAIL: Final = rf"(?<![{_ATOM}])[{_ATOM}]++@{_LABEL}(?:\.{_LABEL})*"

_H: Final = "[0-9a-fA-F]{1,4}"
_IPV6_FORMS: Final = (
    rf"(?:{_H}:){{7}}{_H}",
    rf"(?:{_H}:){{1,6}}:{_H}",
    rf"(?:{_H}:){{1,5}}(?::{_H}){{1,2}}",
    rf"(?:{_H}:){{1,4}}(?::{_H}){{1,3}}",
    rf"(?:{_H}:){{1,3}}(?::{_H}){{1,4}}",
    rf"(?:{_H}:){{1,2}}(?::{_H}){{1,5}}",
    rf"{_H}:(?:(?::{_H}){{1,6}})",
    rf"fe80:(?::{_H}){{0,4}}%[0-9a-zA-Z]{{1,16}}",
    r"::(?:ffff(?::0{1,4})?:)?(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}",
    rf":(?:(?::{_H}){{1,7}})",
    rf"(?:{_H}:){{1,7}}:",
)
IPV6: Final = "(?=[0-9a-fA-F]{0,4}:)(?:" + "|".join(_IPV6_FORMS) + ")"
IPV6_GUARDED: Final = rf"(?<![0-9A-Za-z_]){IPV6}(?![0-9A-Za-z])"
IPV4: Final = r"\b(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\b"

_TLDS: Final = """
    com net org jp de uk fr br it ru es me gov pl ca au cn co in nl edu info eu ch id at kr cz mx
    be tv se tr tw al ua ir vn cl sk ly cc to no fi us pt dk ar hu tk gr il news ro my biz ie za
    nz sg ee th io xyz pe bg hk rs lt link ph club si site mobi by cat wiki la ga xxx cf hr ng
    jobs online kz ug gq ae is lv pro fm tips ms sa app lat
"""


def _trie(text: str) -> str:
    """The words, longest first, as an alternation whose first letter makes a miss cheap."""
    words = sorted(text.split(), key=len, reverse=True)
    heads = sorted({word[0] for word in words})
    tails = {head: [word[1:] for word in words if word[0] == head] for head in heads}
    return "|".join(f"{head}(?:{'|'.join(tails[head])})" for head in heads)


_LOWER_HOST: Final = rf"(?:[a-z0-9-]{{1,63}}+\.){{1,6}}(?:{_trie(_TLDS)})"
_UPPER_HOST: Final = rf"(?:[A-Z0-9-]{{1,63}}+\.){{1,6}}(?:{_trie(_TLDS.upper())})"
HOSTNAME: Final = rf"\b(?:{_LOWER_HOST}|{_UPPER_HOST})\b"
