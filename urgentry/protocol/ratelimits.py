"""`X-Sentry-Rate-Limits` and `Retry-After`: what a client is told to hold back, and for how long.

`retry_after:categories:scope[:reason_code[:namespaces]]`, several joined by commas, categories by
semicolons; no category means all of them.
"""

from collections.abc import Iterable, Sequence
from math import ceil, isfinite

import msgspec

from urgentry.protocol.items import CATEGORY_BY_NAME, DataCategory


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit that is in force. An empty tuple of categories means every category."""

    retry_after_s: int
    categories: tuple[DataCategory, ...] = ()
    scope: str = "organization"
    reason_code: str = ""
    namespaces: tuple[str, ...] = ()


def format_rate_limits(limits: Iterable[RateLimit]) -> str:
    """The value of `X-Sentry-Rate-Limits`."""
    return ", ".join(_format(limit) for limit in limits)


def parse_rate_limits(header: str) -> list[RateLimit]:
    """Reads the header as clients do: fractions round up, what is malformed is left out.

    A limit whose categories are all unknown to us limits nothing of ours and is left out too.
    """
    parsed = (_parse(quota.strip().split(":")) for quota in header.split(","))
    return [limit for limit in parsed if limit is not None]


def rate_limit_headers(limits: Sequence[RateLimit]) -> list[tuple[bytes, bytes]]:
    """Both headers for an answer; none when nothing is limited. `Retry-After` is the longest."""
    if not limits:
        return []
    longest = max(limit.retry_after_s for limit in limits)
    return [
        (b"x-sentry-rate-limits", format_rate_limits(limits).encode()),
        (b"retry-after", str(longest).encode()),
    ]


def _format(limit: RateLimit) -> str:
    names = ";".join(category.wire_name for category in limit.categories)
    text = f"{limit.retry_after_s}:{names}:{limit.scope}"
    if limit.reason_code or limit.namespaces:
        text += f":{limit.reason_code}"
    if limit.namespaces:
        text += f":{';'.join(limit.namespaces)}"
    return text


def _parse(fields: Sequence[str]) -> RateLimit | None:
    fields = [*fields, *[""] * (5 - len(fields))]
    seconds = _seconds(fields[0])
    names = [name for name in fields[1].split(";") if name]
    categories = tuple(CATEGORY_BY_NAME[name] for name in names if name in CATEGORY_BY_NAME)
    if seconds is None or (names and not categories):
        return None
    return RateLimit(
        retry_after_s=seconds,
        categories=categories,
        scope=fields[2] or "organization",
        reason_code=fields[3],
        namespaces=tuple(name for name in fields[4].split(";") if name),
    )


def _seconds(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return ceil(value) if isfinite(value) and value >= 0 else None
