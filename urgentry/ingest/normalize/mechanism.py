"""How an exception was caught: the SDK integration, and the signal or error beneath it."""

from typing import Any

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.fields import (
    FLAG,
    SIGNED,
    UNSIGNED,
    fit_fields,
    fit_struct,
    fitted_by,
    members,
    reject,
    require,
    text,
)
from urgentry.ingest.normalize.limits import ENUMERATION, MECHANISM_DATA, MESSAGE, PATH
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.signals import error_name, mach_exception_name, signal_name

_META = {
    "errno": fit_struct({"number": SIGNED, "name": text()}),
    "signal": fit_struct({**members(SIGNED, "number code"), **members(text(), "name code_name")}),
    "mach_exception": fit_struct(
        {"exception": SIGNED, **members(UNSIGNED, "code subcode"), "name": text()}
    ),
    "ns_error": fit_struct({"code": SIGNED, "domain": text()}),
}
_MECHANISM = {
    "type": text(ENUMERATION, nonempty=True),
    **members(FLAG, "synthetic handled is_exception_group"),
    "description": text(*MESSAGE),
    "help_link": text(*PATH, nonempty=True),
    "source": text(ENUMERATION, nonempty=True),
    **members(UNSIGNED, "exception_id parent_id"),
    "data": bag(*MECHANISM_DATA, objects_only=True),
    "meta": fit_struct(_META),
}


def _fit_mechanism(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    if value and value.get("type") is None:
        value = _upgrade(value)
    fitted = fit_fields(value, _MECHANISM, path, report)
    require(fitted, "type", path, report)
    return fitted


MECHANISM = fitted_by(_fit_mechanism)


def _upgrade(old: dict[str, Any]) -> dict[str, Any]:
    """The mechanism that the first native SDKs sent, in today's form."""
    new = {key: value for key, value in old.items() if key in _MECHANISM} | {"type": "generic"}
    meta: dict[str, Any] = {}
    if isinstance(signal := old.get("posix_signal"), dict):
        meta["signal"] = signal | {"number": signal.get("signal")}
    if isinstance(exception := old.get("mach_exception"), dict):
        meta["mach_exception"] = exception | {"name": exception.get("exception_name")}
    if meta:
        new["meta"] = meta
    if old.get("relevant_address") is not None:
        new["data"] = {"relevant_address": old["relevant_address"]}
    return new


def name_signals(mechanism: dict[str, Any], system: str) -> None:
    """Name the numbers that stand in `meta`, as the operating system names them."""
    meta = mechanism.get("meta")
    if not meta:
        return
    for key, number_key in (
        ("signal", "number"),
        ("mach_exception", "exception"),
        ("errno", "number"),
    ):
        entry = meta.get(key)
        if entry and entry.get("name") is None and entry.get(number_key) is not None:
            _set_name(entry, _look_up(key, entry[number_key], system))


def _look_up(key: str, number: int, system: str) -> str | None:
    if key == "signal":
        return signal_name(number, system)
    if key == "errno":
        return error_name(number, system)
    return mach_exception_name(number)


def _set_name(entry: dict[str, Any], name: str | None) -> None:
    if name is not None:
        entry["name"] = name
