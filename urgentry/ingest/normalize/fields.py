"""The types that an attribute's members may have, and the loop that holds a structure to them.

A structure is a table from member name to `Field`. A value of the exact type and within its cap
is taken as it is, which is nearly all there ever is; anything else goes through the field's `fit`,
which coerces, cuts or rejects. Used by every attribute module of this package.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from urgentry.ingest.normalize.limits import MEMBERS
from urgentry.ingest.normalize.report import Path, Report

Fit = Callable[[Any, Path, Report], Any]

MAX_U64 = 2**64 - 1
MIN_I64 = -(2**63)


class _Absent:
    """What a fit answers for a value that shall not appear at all, not even as null."""


ABSENT = _Absent()


# Type, cap, fit: a text of at most `cap` characters or a number of at least `cap` needs no fitting.
# A plain tuple, because the loop below takes one apart for each member of each event.
Field = tuple[Any, int | None, Fit]
Fields = Mapping[str, Field]


def fitted_by(fit: Fit) -> Field:
    """A field of which every value goes through `fit`."""
    return (None, None, fit)


def fit_fields(
    source: dict[str, Any], fields: Fields, path: Path, report: Report
) -> dict[str, Any]:
    """The members of `source` that `fields` knows, each of its type; null members are left out."""
    fitted: dict[str, Any] = {}
    known = fields.get
    for key, value in source.items():
        field = known(key)
        if field is None or value is None:
            continue
        exact, cap, fit = field
        if type(value) is exact and (
            cap is None or (len(value) <= cap if exact is str else value >= cap)
        ):
            fitted[key] = value
            continue
        kept = fit(value, (path, key), report)
        if kept is not ABSENT:
            fitted[key] = kept
    return fitted


def fit_known(source: dict[str, Any], fields: Fields, path: Path, report: Report) -> dict[str, Any]:
    """All members of `source`, those that `fields` knows each of its type; no null ones."""
    fitted = fit_fields(source, fields, path, report)
    if len(fitted) < len(source):
        for key, value in source.items():
            if value is not None and key not in fields:
                fitted[key] = value
    return fitted


def fit_struct(fields: Fields) -> Field:
    """An object with these members; unknown ones are dropped."""

    def fit(value: Any, path: Path, report: Report) -> Any:
        if type(value) is not dict:
            return reject(value, path, report, "expected an object")
        return fit_fields(value, fields, path, report) or ABSENT

    return fitted_by(fit)


def reject(value: Any, path: Path, report: Report, reason: str = "") -> Any:
    """Null, with an entry in the report that says what stood there."""
    report.reject(path, reason, original=value)


def require(fitted: dict[str, Any], key: str, path: Path, report: Report) -> None:
    """Say that a member without which the structure means little is missing."""
    if key not in fitted:
        fitted[key] = None
        report.reject((path, key), kind="missing_attribute")


def cut(text: str, cap: int, path: Path, report: Report, allowance: int = 0) -> str:
    """The text, or its first `cap` characters ending in dots if it is longer than the allowance."""
    length = len(text)
    if length <= cap + allowance:
        return text
    report.shortened(path, length, kept=cap)
    return text[: max(cap - 3, 0)] + "..."[:cap]


def text(cap: int | None = None, allowance: int = 0, *, nonempty: bool = False) -> Field:
    """A string; longer than `cap + allowance` characters it is cut to `cap`."""

    def fit(value: Any, path: Path, report: Report) -> Any:
        if type(value) is not str:
            return reject(value, path, report, "expected a string")
        if nonempty and not value:
            return report.reject(path, "expected a non-empty value")
        return value if cap is None else cut(value, cap, path, report, allowance)

    limit = None if cap is None else cap + allowance
    return (None if nonempty else str, limit, fit)


def lenient_text(cap: int | None = None) -> Field:
    """A string, number or boolean, as text (`True`, `1`)."""

    def fit(value: Any, path: Path, report: Report) -> Any:
        if not isinstance(value, (str, int, float)):
            return reject(value, path, report, "expected a primitive value")
        spelled = primitive_text(value)
        return spelled if cap is None else cut(spelled, cap, path, report)

    return (str, cap, fit)


def json_text(cap: int, allowance: int) -> Field:
    """A string; any other value becomes its JSON text."""

    def fit(value: Any, path: Path, report: Report) -> Any:
        spelled = value if type(value) is str else as_json(value)
        return cut(spelled, cap, path, report, allowance)

    return (str, cap + allowance, fit)


def primitive_text(value: str | float | bool) -> str:
    """A scalar as Sentry spells it in tags, ids and fingerprints."""
    return value if type(value) is str else str(value)


def as_json(value: Any) -> str:
    """Compact JSON with sorted keys, so that equal values give equal text."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # deeper than the encoder goes
        return "..."


def _fit_unsigned(value: Any, path: Path, report: Report) -> Any:
    number = _whole(value)
    if number is None or number < 0:
        return reject(value, path, report, "expected an unsigned integer")
    return min(number, MAX_U64)


def _fit_signed(value: Any, path: Path, report: Report) -> Any:
    number = _whole(value)
    if number is None:
        return reject(value, path, report, "expected a signed integer")
    return max(min(number, -MIN_I64 - 1), MIN_I64)


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value)


def _fit_number(value: Any, path: Path, report: Report) -> Any:
    if type(value) is int:
        return float(value)
    return reject(value, path, report, "expected a floating point number")


def _fit_flag(value: Any, path: Path, report: Report) -> Any:
    return reject(value, path, report, "expected a boolean")


UNSIGNED: Field = (int, 0, _fit_unsigned)
SIGNED = fitted_by(_fit_signed)
NUMBER: Field = (float, None, _fit_number)
FLAG: Field = (bool, None, _fit_flag)


def fit_list(member: Field) -> Field:
    """A list whose members are each of one type; a rejected member stays as null."""

    def fit(value: Any, path: Path, report: Report) -> Any:
        if type(value) is not list:
            return reject(value, path, report, "expected an array")
        if len(value) > MEMBERS:
            report.shortened(path, len(value))
        listed = value[:MEMBERS]
        return [fit_member(item, member, (path, i), report) for i, item in enumerate(listed)]

    return fitted_by(fit)


def fit_member(value: Any, field: Field, path: Path, report: Report) -> Any:
    """One value held to its field, where null is in place."""
    if value is None:
        return None
    exact, cap, fit = field
    if type(value) is exact and (
        cap is None or (len(value) <= cap if exact is str else value >= cap)
    ):
        return value
    kept = fit(value, path, report)
    return None if kept is ABSENT else kept


_TEXT_LIST = fit_list(text())


def _fit_texts(value: Any, path: Path, report: Report) -> Any:
    if type(value) is list and len(value) <= MEMBERS:
        try:
            "".join(value)  # proves in one call that each is a text
        except TypeError:
            pass
        else:
            return value
    return fit_member(value, _TEXT_LIST, path, report)


TEXTS = fitted_by(_fit_texts)


def members(kind: Field, names: str) -> dict[str, Field]:
    """A table in which each of the names has the same type."""
    return dict.fromkeys(names.split(), kind)
