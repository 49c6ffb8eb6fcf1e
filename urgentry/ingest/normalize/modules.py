"""The modules that a process had loaded, with their versions.

They are the same in each event of a process, and often a good part of it: what was read and proved
of a text is remembered by the text.
"""

from functools import lru_cache
from typing import Annotated, Any

import msgspec

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.fields import ABSENT, fit_member, fitted_by, reject, text
from urgentry.ingest.normalize.limits import MODULES, MODULES_KEPT
from urgentry.ingest.normalize.report import Path, Report

_BAG = bag(*MODULES, objects_only=True)
_VERSION = text()
# What the bag counts of a member beside its text.
_COST_EACH = len('"",')
_read = msgspec.json.Decoder(Annotated[dict[str, str], msgspec.Meta(min_length=1)]).decode


def _fit_modules(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    try:
        "".join(value.values())  # proves in one call that each version is a text
    except TypeError:
        value = {
            name: fit_member(item, _VERSION, (path, name), report) for name, item in value.items()
        }
    return fit_member(value, _BAG, path, report) or ABSENT


MODULE_VERSIONS = fitted_by(_fit_modules)


def read_modules(raw: bytes) -> dict[str, str] | None:
    """The modules in a text of JSON, or None where they are not plain."""
    if len(raw) > MODULES_KEPT[1]:
        return _prove(raw)
    known = _remembered(raw)
    return known and known.copy()


def _prove(raw: bytes) -> dict[str, str] | None:
    try:
        modules = _read(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    size = sum(map(len, modules.values())) + _COST_EACH * (len(modules) + 1)
    return modules if size <= MODULES[1] else None


_remembered = lru_cache(maxsize=MODULES_KEPT[0])(_prove)
