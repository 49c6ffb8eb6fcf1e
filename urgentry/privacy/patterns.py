"""What the usual kinds of personal data look like, and by what trace of each a text is suspect.

A `Pattern` finds a kind in one text. Its `trace` is looser and is searched for in JSON: wherever
the pattern matches a text, the trace matches the JSON of anything that holds that text, escapes and
all, so that its absence proves that there is nothing to find. (A control character may hide what
stands beside it in an escape; `proof` looks for those apart.)
"""

from functools import cached_property
from typing import Final

from urgentry.privacy.regexes import Regex, compile_pattern

_MATCH: Final = frozenset((0,))


class Pattern:
    """A kind of data."""

    def __init__(
        self,
        value: str,
        *,
        trace: str | None = None,
        groups: frozenset[int] | None = _MATCH,
        key: str | None = None,
        key_trace: str | None = None,
    ) -> None:
        self.value = value
        self.trace = trace
        self.groups = groups
        """The parts of a match that are removed; None is all of the text."""
        self.key = key
        """Where a member's name matches this, its value goes as a whole."""
        self.key_trace = key_trace

    @cached_property
    def regex(self) -> Regex:
        """What finds the kind in a text."""
        return compile_pattern(self.value)

    @cached_property
    def key_regex(self) -> Regex | None:
        """What finds names whose values go as a whole."""
        return compile_pattern(self.key) if self.key else None


_NO_DIGIT: Final = "(?:^|[^0-9])"
_SPACE: Final = r"(?:[-\s]|\\[tnrf])"
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|[01]?\d?\d)"
_IP4: Final = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_H16: Final = "[0-9a-fA-F]{1,4}"
_IP6: Final = "|".join(
    (
        rf"(?:{_H16}:){{1,6}}(?:(?::{_H16}){{0,5}}:)?{_IP4}\b",
        rf"::(?:{_H16}:){{0,5}}{_IP4}\b",
        rf"(?:{_H16}:){{7}}{_H16}\b",
        *(rf"(?:{_H16}:){{{n}}}(?::{_H16}){{1,{7 - n}}}\b" for n in range(6, 0, -1)),
        rf":(?::{_H16}){{1,7}}\b",
        rf"(?:{_H16}:){{1,7}}:",
        "::",
    )
)
_EMAIL: Final = r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}"
_UUID: Final = "[0-9a-zA-Z]{8}-?(?:[0-9a-zA-Z]{4}-?){3}[0-9a-zA-Z]{12}"
_MAC: Final = r"[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}"
_IMEI: Final = r"\d{2}-?\d{6}-?\d{6}-?\d{1,2}"
_SSN: Final = r"\d{3}-\d{2}-\d{4}"
_CARD_STARTS: Final = r"(?:3[47]\d|4\d{3}|5[1-5]\d{2}|6011|65\d{2})"

# Countries that give out account numbers of this form.
_IBAN_COUNTRIES: Final = (
    "AD AE AL AO AT AZ BA BE BF BG BH BI BJ BR BY CF CG CH CI CM CR CV CY CZ DE DJ DK DO DZ EE EG "
    "ES FI FO FR GA GB GE GI GL GQ GR GT GW HN HR HU IE IL IQ IR IS IT JO KM KW KZ LB LC LI LT LU "
    "LV LY MA MC MD ME MG MK ML MR MT MU MZ NE NI NL NO PK PL PS PT QA RO RS RU SA SC SD SE SI SK "
    "SM SN SO ST SV TD TG TL TN TR UA VA VG XK"
)
_IBAN: Final = rf"(?:{'|'.join(_IBAN_COUNTRIES.split())})\d{{2}}[a-zA-Z0-9]{{11,30}}"

_URL_NAME: Final = "[a-zA-Z0-9%_.-]+"
_TELLING_WORDS: Final = (
    r"password|secret|passwd|api[-_]?key|auth|credentials|mysql_pwd|private[-_]?key"
)
_CODES: Final = "otp|two[-_]factor"

SESSION_COOKIES: Final = (
    *("sentrysid", "sudo", "su", "session", "__session", "sessionid", "user_session", "symfony"),
    *("phpsessid", "fasthttpsessionid", "mysession", "irissessionid", "_vercel_jwt"),
    *("csrf", "xsrf", "_xsrf", "_csrf", "csrf-token", "csrf_token", "xsrf-token", "xsrf_token"),
    *("fastcsrf", "_iris_csrf"),
)
"""Cookies by which web frameworks know their visitors."""
_COOKIE: Final = rf"(?:{'|'.join(SESSION_COOKIES)})(?:__\d+)?="

IP: Final = Pattern(
    rf"\b({_IP4})\b|(?:^|[^0-9A-Za-z_])({_IP6})",
    trace=rf"{_IP4}|::|(?:{_H16}:){{7}}",
    groups=frozenset((1, 2)),
)
EMAIL: Final = Pattern(rf"\b{_EMAIL}\b", trace=_EMAIL)
CREDIT_CARD: Final = Pattern(
    rf"\b{_CARD_STARTS}(?:[-\s]?\d){{12}}\b",
    trace=rf"{_NO_DIGIT}{_CARD_STARTS}(?:{_SPACE}?\d){{12}}(?:$|[^0-9])",
)
IBAN: Final = Pattern(rf"\b{_IBAN}\b", trace=_IBAN)
MAC: Final = Pattern(rf"\b{_MAC}\b", trace=_MAC)
UUID: Final = Pattern(rf"\b{_UUID}\b", trace=_UUID)
IMEI: Final = Pattern(rf"\b{_IMEI}\b", trace=_IMEI)
SSN: Final = Pattern(rf"\b{_SSN}\b", trace=rf"{_NO_DIGIT}{_SSN}(?:$|[^0-9])")
PEM_KEY: Final = Pattern(
    (
        r"(?s)-----BEGIN[A-Z ]+(?:PRIVATE|PUBLIC) KEY-----[\t ]*\r?\n?"
        r"(.+?)(?:\r?\n)?-----END[A-Z ]+(?:PRIVATE|PUBLIC) KEY-----"
    ),
    trace="-----BEGIN",
    groups=frozenset((1,)),
)
URL_LOGIN: Final = Pattern(
    rf"\b(?:[a-z0-9+-]+:)?//({_URL_NAME}(?::{_URL_NAME})?)@",
    trace=rf"//{_URL_NAME}(?::{_URL_NAME})?@",
    groups=frozenset((1,)),
)
URL_PASSWORD: Final = Pattern(
    rf"\b(?:[a-z0-9+-]+:)?//{_URL_NAME}:({_URL_NAME})@",
    trace=rf"//{_URL_NAME}:{_URL_NAME}@",
    groups=frozenset((1,)),
)
USER_PATH: Final = Pattern(
    r"(?i)\b(?:[a-z]:[\\/])?(?:users|home)[\\/]([^/\\\r\n]+)",
    trace=r"(?i)(?:users|home)[\\/]",
    groups=frozenset((1,)),
)
BEARER: Final = Pattern(r"(?i)\bbearer\s+\S+", trace=r"(?i)bearer[\s\\]")
SESSION_COOKIE: Final = Pattern(
    rf"(?i)\b{_COOKIE}([^;]+)", trace=rf"(?i){_COOKIE}", groups=frozenset((1,))
)
PASSWORD: Final = Pattern(
    rf"(?i){_TELLING_WORDS}|token\S*[=:]|^(?:{_CODES})$",
    trace=rf'(?i){_TELLING_WORDS}|token(?:[^"\\\s]|\\.)*[=:]|"(?:{_CODES})"',
    groups=None,
    key=rf"(?i){_TELLING_WORDS}|token|^(?:{_CODES})$",
    # A member's name, or the first of a pair.
    key_trace=r'(?i)token(?:[^"\\]|\\.)*":|\["(?:[^"\\]|\\.)*token(?:[^"\\]|\\.)*",',
)
