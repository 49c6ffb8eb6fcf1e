"""Limits as their pages show them, and what people type into them; pure."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from urgentry import clock
from urgentry.domain.quotas import MOST_QUANTITY, Quota
from urgentry.protocol.stats import categories_named, names_of, unit_of
from urgentry.tenancy.quotas import Wish
from urgentry.web.formats import span_text
from urgentry.web.view.stats import KINDS, Kind, kind_named

EVERYTHING = ""
"""The choice that stands for all categories."""
WINDOWS = {60: "a minute", 3600: "an hour", 86_400: "a day", 7 * 86_400: "a week"}
WINDOWS |= {30 * 86_400: "30 days"}
LIMITED = tuple(kind for kind in KINDS if kind.name not in ("unknown", "metric_bucket", "uptime"))
"""What can be limited, in the order of its menu."""

_QUANTITY = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))?\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class LimitRow(msgspec.Struct, frozen=True, kw_only=True):
    """One limit."""

    quota: Quota
    label: str
    allowed: str
    window: str
    taken: str
    share: float
    """Of the limit, that is taken in its current window; 1 at most."""
    resets: int


def row_of(quota: Quota, taken: int, now: int) -> LimitRow:
    """A limit with what is taken of it."""
    kinds = [_kind(name) for name in names_of(quota.categories)]
    unit = kinds[0] if kinds else KINDS[0]
    return LimitRow(
        quota=quota,
        label=", ".join(kind.label for kind in kinds) or "Everything",
        allowed=unit.told_in_full(quota.quantity) if quota.quantity else "Nothing",
        window=_window(quota.window_s),
        taken=unit.told(taken),
        share=min(taken / quota.quantity, 1.0) if quota.quantity else 1.0,
        resets=quota.window_at(now).ends * clock.SECOND,
    )


def rows_of(quotas: Iterable[Quota], taken: Mapping[str, int], now: int) -> list[LimitRow]:
    """Limits with what is taken of them."""
    return [row_of(quota, taken.get(quota.id, 0), now) for quota in quotas]


def wish_of(quota: Quota) -> Wish:
    """What somebody would have to ask for to get it."""
    return Wish(
        categories=tuple(names_of(quota.categories)),
        quantity=quota.quantity,
        window_s=quota.window_s,
    )


def parse_quantity(text: str, category: str) -> int | None:
    """A number as people write it: `10k`, `1.5 GB`. Bytes go by 1,024, the rest by 1,000."""
    match = _QUANTITY.fullmatch(text.strip().replace(",", "").replace("_", ""))
    if match is None:
        return None
    base = 1024 if _is_bytes(category) else 1000
    thousandths = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0") or 0)
    quantity: int = thousandths * base ** _POWERS[match[3].lower()] // 1000
    return quantity if quantity <= MOST_QUANTITY else None


def _is_bytes(category: str) -> bool:
    return any(unit_of(each) == "bytes" for each in categories_named(category))


def _kind(name: str) -> Kind:
    return kind_named(name) or Kind(name=name, label=name.replace("_", " "))


def _window(seconds: int) -> str:
    known = WINDOWS.get(seconds)
    return known or span_text(seconds * clock.SECOND)
