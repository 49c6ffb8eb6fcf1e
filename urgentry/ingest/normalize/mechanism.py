"""How an exception was caught: the SDK integration, and the signal or error beneath it."""

from collections.abc import Callable
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
from urgentry.ingest.normalize.plain import json_value, nonempty_text, plain_object
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.signals import (
    error_name,
    family_of,
    mach_exception_name,
    signal_code_name,
    signal_name,
)

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
PLAIN_MECHANISM = plain_object(
    _MECHANISM,
    {
        "type": nonempty_text(ENUMERATION),
        "help_link": nonempty_text(sum(PATH)),
        "source": nonempty_text(ENUMERATION),
        "data": json_value(MECHANISM_DATA[0]),
        "meta": json_value(3),
    },
    required="type",
)


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


def name_signals(event: dict[str, Any]) -> None:
    """Name the numbers in the mechanisms of all exceptions as the operating system names them."""
    exception = event.get("exception")
    for entry in exception["values"] if exception else ():
        mechanism = entry.get("mechanism") if entry else None
        if mechanism and (meta := mechanism.get("meta")):
            _name_numbers(meta, _system_of(event))


def _name_numbers(meta: dict[str, Any], family: str) -> None:
    if errno := meta.get("errno"):
        _name(errno, "name", error_name, errno.get("number"), family)
    if exception := meta.get("mach_exception"):
        _name(exception, "name", mach_exception_name, exception.get("exception"))
    if signal := meta.get("signal"):
        number = signal.get("number")
        _name(signal, "name", signal_name, number, family)
        _name(signal, "code_name", signal_code_name, number, signal.get("code"), family)


def _name(entry: dict[str, Any], key: str, look_up: Callable[..., str | None], *by: Any) -> None:
    """Set a name that the client left out, where all that it goes by is there."""
    if not entry.get(key) and None not in by and (name := look_up(*by)):
        entry[key] = name


def _system_of(event: dict[str, Any]) -> str:
    """The family of the system that an event comes from, by what its SDK or contexts say."""
    sdk_info = (event.get("debug_meta") or _NOTHING).get("sdk_info") or _NOTHING
    system = event["contexts"].get("os") or _NOTHING
    for name in (sdk_info.get("sdk_name"), system.get("name")):
        if type(name) is str and (family := family_of(name)):
            return family
    return ""


_NOTHING: dict[str, Any] = {}
