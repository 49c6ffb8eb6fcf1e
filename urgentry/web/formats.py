"""Numbers, times and names in the form in which people read them; pure."""

import re
from datetime import UTC, datetime
from zlib import crc32

from urgentry import clock

_THOUSAND = 1000
_AVATAR_HUES = 8
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.\-]+")
_UNITS = (
    (365 * clock.DAY, "y"),
    (30 * clock.DAY, "mo"),
    (7 * clock.DAY, "w"),
    (clock.DAY, "d"),
    (clock.HOUR, "h"),
    (clock.MINUTE, "m"),
)
_LONG_UNITS = (
    (365 * clock.DAY, "year"),
    (30 * clock.DAY, "month"),
    (7 * clock.DAY, "week"),
    (clock.DAY, "day"),
    (clock.HOUR, "hour"),
    (clock.MINUTE, "minute"),
)


def short_number(number: int) -> str:
    """ "950", "1.2k", "34k", "5.6M"."""
    if number < _THOUSAND:
        return str(number)
    value, units = float(number), iter("kMGT")
    unit = ""
    while value >= _THOUSAND - 0.5:
        value /= _THOUSAND
        unit = next(units)
    shown = f"{value:.1f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004 - one digit
    return shown.removesuffix(".0") + unit


def full_number(number: int) -> str:
    """ "12,345"."""
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """ "1 issue", "3 issues"."""
    return f"{full_number(number)} {one if number == 1 else many or one + 's'}"


def ago(at: int, now: int) -> str:
    """ "5m ago", "just now"; for times to come "in 5m"."""
    distance = abs(now - at)
    for span, unit in _UNITS:
        if distance >= span:
            text = f"{distance // span}{unit}"
            return f"{text} ago" if at <= now else f"in {text}"
    return "just now"


def span_text(span: int) -> str:
    """ "3 days"; the largest unit only."""
    for size, unit in _LONG_UNITS:
        if span >= size:
            return plural(span // size, unit)
    return plural(max(span // clock.SECOND, 0), "second")


def duration(micros: float | None) -> str:
    """ "850 µs", "12.3 ms", "1.24 s", "2 min 5 s", "3 h 20 min"; "–" where there is none."""
    if micros is None:
        return "–"
    if micros < clock.SECOND:
        text = _digits(micros / 1000, 3) + " ms" if micros >= 1000 else f"{micros:.0f} µs"  # noqa: PLR2004
        return "1 s" if text == "1000 ms" else text
    if micros < 100 * clock.SECOND:
        return _digits(micros / clock.SECOND, 3) + " s"
    minutes, seconds = divmod(round(micros / clock.SECOND), 60)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} min {seconds} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _digits(value: float, count: int) -> str:
    """With so many digits that mean something, without zeros at the end."""
    decimals = max(count - len(str(int(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def old(since: int, now: int) -> str:
    """How long ago something began: "3d old"."""
    text = ago(min(since, now), now)
    return "new" if text == "just now" else text.removesuffix(" ago") + " old"


def iso(at: int) -> str:
    """For the attribute `datetime`: UTC with milliseconds."""
    return _moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def exact(at: int) -> str:
    """ "24 Sep 2026, 14:13:20 UTC"; scripts turn it into local time."""
    return f"{_moment(at):%-d %b %Y, %H:%M:%S} UTC"


def day(at: int) -> str:
    """ "24 Sep 2026"."""
    return f"{_moment(at):%-d %b %Y}"


def short_day(at: int) -> str:
    """ "24 Sep"."""
    return f"{_moment(at):%-d %b}"


def hour(at: int) -> str:
    """ "14:00"."""
    return f"{_moment(at):%H:%M}"


def clock_time(at: int) -> str:
    """ "24 Sep 14:13:20.123"."""
    moment = _moment(at)
    return f"{moment:%-d %b %H:%M:%S}.{moment.microsecond // 1000:03}"


def of_seconds(seconds: float | str | None) -> int | None:
    """Microseconds of a time in an event: seconds since the epoch, or an ISO text."""
    if isinstance(seconds, int | float):
        return round(seconds * clock.SECOND)
    if not seconds:
        return None
    try:
        moment = datetime.fromisoformat(seconds)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * clock.SECOND)


def size(count: int) -> str:
    """ "12.3 KiB"."""
    value, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":  # noqa: PLR2004 - bytes of a KiB
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def initials(name: str) -> str:
    """Two letters for an avatar."""
    words = name.partition("@")[0].replace(".", " ").replace("-", " ").split()
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else words[0][1:2]) if words else "?"
    return letters.upper()


def hue(name: str) -> int:
    """Which of the avatars' colours a name gets; always the same."""
    return crc32(name.encode()) % _AVATAR_HUES


def percent(part: int, whole: int) -> str:
    """ "37%", "<1%"."""
    if not whole:
        return "0%"
    share = 100 * part / whole
    return "<1%" if 0 < share < 1 else f"{min(share, 100):.0f}%"


def rate(share: float | None) -> str:
    """ "99.83%", never rounded up to all; "–" where there is no share of anything."""
    if share is None:
        return "–"
    hundredths = int(share * 10_000 + 1e-6)
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return f"{text}%"


def tag_search(key: str, value: str) -> str:
    """The search for a tag, in the grammar of searches."""
    quoted = value.replace('"', '\\"').replace("*", r"\*")
    name = key if _PLAIN_KEY.fullmatch(key) else f'tags["{key}"]'
    return f'{name}:"{quoted}"'


def _moment(at: int) -> datetime:
    try:
        return datetime.fromtimestamp(at / clock.SECOND, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)
