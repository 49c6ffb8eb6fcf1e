"""The debug images of a process: which files its addresses and source maps belong to."""

from typing import Any

from urgentry.ingest.normalize.addresses import ADDRESS, CODE_ID, DEBUG_ID, UUID_TEXT
from urgentry.ingest.normalize.fields import (
    ABSENT,
    UNSIGNED,
    Field,
    fit_fields,
    fit_struct,
    fitted_by,
    members,
    reject,
    require,
    text,
)
from urgentry.ingest.normalize.limits import IMAGES
from urgentry.ingest.normalize.report import Path, Report

_KIND = {"type": text()}
_NATIVE = {
    **_KIND,
    **members(text(), "code_file debug_file debug_checksum arch"),
    "code_id": CODE_ID,
    "debug_id": DEBUG_ID,
    **members(ADDRESS, "image_addr image_vmaddr"),
    "image_size": UNSIGNED,
}
_SOURCE_MAP = {**_KIND, "code_file": text(), "debug_id": DEBUG_ID, "debug_file": text()}
_PROGUARD = {**_KIND, "uuid": UUID_TEXT}
_JVM = {**_KIND, "debug_id": DEBUG_ID}
_NATIVE_KINDS = ("symbolic", "elf", "macho", "pe", "pe_dotnet", "wasm")
_KINDS: dict[str, tuple[dict[str, Field], tuple[str, ...]]] = {
    **dict.fromkeys(_NATIVE_KINDS, (_NATIVE, ("code_file", "debug_id"))),
    "sourcemap": (_SOURCE_MAP, ("code_file", "debug_id")),
    "proguard": (_PROGUARD, ("uuid",)),
    "jvm": (_JVM, ("debug_id",)),
}


def _fit_images(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not list:
        return reject(value, path, report, "expected an array")
    if len(value) > IMAGES:
        report.shortened(path, len(value))
    images = value[:IMAGES]
    return [_fit_image(image, (path, index), report) for index, image in enumerate(images)]


def _fit_image(image: Any, path: Path, report: Report) -> Any:
    if image is None:
        return None
    if type(image) is not dict:
        return reject(image, path, report, "expected an object")
    if image.get("type") == "apple":
        image = image | {"type": "macho", "debug_id": image.get("uuid")}
    kind = _KINDS.get(image["type"]) if type(image.get("type")) is str else None
    if kind is None:
        return reject(image, path, report, "unsupported debug image type")
    fields, required = kind
    if fields is _NATIVE:
        _rename(image)
    fitted = fit_fields(image, fields, path, report)
    for key in required:
        require(fitted, key, path, report)
    return fitted


def _rename(image: dict[str, Any]) -> None:
    """The names that native SDKs used before."""
    for old, new in (("name", "code_file"), ("id", "debug_id")):
        if image.get(new) is None and image.get(old) is not None:
            image[new] = image[old]


_SDK_INFO = {
    "sdk_name": text(),
    **members(UNSIGNED, "version_major version_minor version_patchlevel"),
}
_DEBUG_META = {"images": fitted_by(_fit_images), "sdk_info": fit_struct(_SDK_INFO)}


def fit_debug_meta(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    return fit_fields(value, _DEBUG_META, path, report) or ABSENT
