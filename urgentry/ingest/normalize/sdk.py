"""The SDK that sent the event, as it says itself or as its authentication says."""

from typing import Any

from urgentry.ingest.normalize.bags import are_each_small, bag
from urgentry.ingest.normalize.fields import (
    TEXTS,
    Field,
    fit_fields,
    fit_list,
    fit_struct,
    reject,
    require,
    text,
)
from urgentry.ingest.normalize.limits import MEMBERS, SYMBOL, UNTYPED
from urgentry.ingest.normalize.plain import json_bag, json_list_of, plain_object
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.user import IP

_PACKAGE = fit_struct({"name": text(), "version": text()})
_SDK: dict[str, Field] = {
    "name": text(*SYMBOL),
    "version": text(*SYMBOL),
    "integrations": TEXTS,
    "features": TEXTS,
    "packages": fit_list(_PACKAGE),
    "client_ip": IP,
    "settings": bag(*UNTYPED, objects_only=True),
}


_PLAIN_TEXTS = json_list_of(str, most=MEMBERS)
_PLAIN_PACKAGE = plain_object({"name": text(), "version": text()}, {}, required="name version")
PLAIN_SDK = plain_object(
    _SDK,
    {
        "integrations": _PLAIN_TEXTS,
        "features": _PLAIN_TEXTS,
        "packages": json_list_of(_PLAIN_PACKAGE, most=MEMBERS),
        "settings": json_bag(UNTYPED[0]),
    },
    required="name version",
)


def finish_sdk(plain: dict[str, Any], path: Path, report: Report) -> Any:
    """Of a plain one, what its type does not say."""
    if "settings" in plain and not are_each_small([plain["settings"]], UNTYPED[1]):
        return fit_sdk(plain, path, report)
    return plain


def fit_sdk(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    fitted = fit_fields(value, _SDK, path, report)
    require(fitted, "name", path, report)
    require(fitted, "version", path, report)
    return fitted


def sdk_of_client(client: str | None) -> dict[str, Any] | None:
    """`{name, version}` from a client string, `sentry.python/2.1`."""
    name, slash, version = (client or "").partition("/")
    return {"name": name, "version": version} if slash and name and version else None


def infer_ip_policy(sdk: Any) -> Any:
    """What the SDK asks for: `auto`, `never`, or None, which is the old behaviour."""
    settings = sdk.get("settings") if isinstance(sdk, dict) else None
    return settings.get("infer_ip") if isinstance(settings, dict) else None
