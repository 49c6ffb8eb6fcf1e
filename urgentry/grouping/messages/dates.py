"""What a date or a time of day looks like, in pieces that both generations of patterns share."""

from typing import Final

_WEEKDAY: Final = "(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)"
_LONG_WEEKDAY: Final = "(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day"
_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ZONE: Final = r"(?:[-+]\d{2}[0-5]\d|UT|GMT|[ECMP](?:ST|DT|T)|[A-IK-Z])"
_OFFSET: Final = r"(?:Z?[-+]?[0-2]\d:?[0-5]\d|Z)"
_CLOCK: Final = r"[0-2]\d:[0-5]\d:[0-5]\d"

RFC_1123: Final = (
    rf"{_WEEKDAY},\s\d{{1,2}}\s{_MONTH}\s\d{{2,4}}\s\d{{1,2}}:\d{{1,2}}(?::\d{{1,2}})?\s{_ZONE}"
)
LONG: Final = rf"(?:{_WEEKDAY}\s)?{_MONTH}\s[0-3]\d,\s\d{{2,4}}"
RFC_850: Final = rf"{_LONG_WEEKDAY},\s\d{{2}}-{_MONTH}-\d{{2}}\s{_CLOCK}\s{_ZONE}"
RFC_850_SHORT: Final = (
    rf"(?:{_WEEKDAY}|{_LONG_WEEKDAY}),\s\d{{2}}-{_MONTH}-\d{{2}}\s{_CLOCK}\s"
    rf"(?:[A-Z]{{1,5}}|[-+]\d{{4}})"
)
CTIME: Final = (
    rf"{_WEEKDAY}\s{_MONTH}\s{{1,2}}[0-3]?\d\s{_CLOCK}(?:\s[A-Z]{{1,5}}|\s[-+]\d{{4}})?\s\d{{4}}"
)
JAVASCRIPT: Final = (
    rf"{_WEEKDAY}\s{_MONTH}\s\d{{2}}\s\d{{4}}\s{_CLOCK}\sGMT[-+]\d{{4}}(?:\s\([^()\n]{{1,64}}\))?"
)
RFC_3339: Final = rf"\d{{4}}-[01]\d-[0-3]\dT{_CLOCK}(?:\.\d{{1,9}})?{_OFFSET}?"
SQL: Final = rf"\d{{4}}-?[01]\d-?[0-3]\d\s{_CLOCK}(?:\.\d{{1,9}})?Z?"
COMPACT: Final = r"\d{4}[01]\d[0-3]\d[T\s][0-2]\d[0-5]\d[0-5]\d(?:Z|[-+]\d{4})?"
KITCHEN: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s[aApP][mM])?"
KITCHEN_12: Final = r"(?<!\d)(?:0?\d|1[0-2]):[0-5]\d(?::[0-5]\d)?\s?[aApP][mM]\b"
KITCHEN_24: Final = r"(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?!\d)"
DAY: Final = r"\d{4}-[01]\d-[0-3]\d"
DATETIME_REPR: Final = r"datetime\.datetime\([^()\n]{0,120}\)"


def any_of(forms: tuple[str, ...]) -> str:
    """An alternation that looks at one character before it tries the forms."""
    return f"(?=[0-9SMTWFJAONDd])(?:{'|'.join(forms)})"
