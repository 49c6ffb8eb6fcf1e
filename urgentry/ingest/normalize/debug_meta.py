"""The debug images of a process: which files its addresses and source maps belong to."""

from typing import Any, Literal

from urgentry.ingest.normalize.addresses import (
    ADDRESS,
    CODE_ID,
    DEBUG_ID,
    LONGEST_DEBUG_ID,
    UUID_TEXT,
    fit_debug_id,
    spell_addresses,
    spelled_debug_id,
)
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
from urgentry.ingest.normalize.plain import (
    json_value,
    list_reader,
    nonempty_text,
    plain_object,
    proved_list_of,
)
from urgentry.ingest.normalize.report import Path, Report

_ADDRESS_NAMES = ("image_addr", "image_vmaddr")
_KIND = {"type": text()}
_NATIVE = {
    **_KIND,
    **members(text(), "code_file debug_file debug_checksum arch"),
    "code_id": CODE_ID,
    "debug_id": DEBUG_ID,
    **dict.fromkeys(_ADDRESS_NAMES, ADDRESS),
    "image_size": UNSIGNED,
}
_SOURCE_MAP = {**_KIND, "code_file": text(), "debug_id": DEBUG_ID, "debug_file": text()}
_PROGUARD = {**_KIND, "uuid": UUID_TEXT}
_JVM = {**_KIND, "debug_id": DEBUG_ID}
_NATIVE_KINDS = ("symbolic", "elf", "macho", "pe", "pe_dotnet", "wasm")
_PLAIN_KINDS = (*_NATIVE_KINDS, "sourcemap")
_KINDS: dict[str, tuple[dict[str, Field], tuple[str, ...]]] = {
    **dict.fromkeys(_NATIVE_KINDS, (_NATIVE, ("code_file", "debug_id"))),
    "sourcemap": (_SOURCE_MAP, ("code_file", "debug_id")),
    "proguard": (_PROGUARD, ("uuid",)),
    "jvm": (_JVM, ("debug_id",)),
}


_PLAIN = {
    "type": Literal[_PLAIN_KINDS],
    **dict.fromkeys(("code_id", *_ADDRESS_NAMES), str),
    "debug_id": nonempty_text(LONGEST_DEBUG_ID),
}
_REQUIRED = "type code_file debug_id"
PLAIN_IMAGE = plain_object(_NATIVE, _PLAIN, required=_REQUIRED)
_read_plain = list_reader(_NATIVE, _PLAIN, required=_REQUIRED)


def _fit_images(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not list and type(value) is not tuple:
        return reject(value, path, report, "expected an array")
    if len(value) > IMAGES:
        report.shortened(path, len(value))
    images: Any = value[:IMAGES]
    plain = images if type(images) is tuple else _read_plain(images)
    if plain is None:
        images = [_modernized(image) if type(image) is dict else image for image in images]
        plain = _read_plain(images)
    if plain is None:
        return [_fit_image(image, (path, index), report) for index, image in enumerate(images)]
    for index, image in enumerate(plain):
        debug_id = image["debug_id"]
        image["debug_id"] = spelled_debug_id(debug_id) or fit_debug_id(
            debug_id, ((path, index), "debug_id"), report
        )
        if "code_id" in image:
            image["code_id"] = image["code_id"].lower()
        if image["type"] == "sourcemap":
            for name in image.keys() - _SOURCE_MAP.keys():
                del image[name]
    for name in _ADDRESS_NAMES:
        spell_addresses(plain, name, path, report)
    return list(plain)


def _fit_image(image: Any, path: Path, report: Report) -> Any:
    if image is None:
        return None
    if type(image) is not dict:
        return reject(image, path, report, "expected an object")
    kind = _KINDS.get(image["type"]) if type(image.get("type")) is str else None
    if kind is None:
        return reject(image, path, report, "unsupported debug image type")
    fields, required = kind
    fitted = fit_fields(image, fields, path, report)
    for key in required:
        if key not in fitted:
            require(fitted, key, path, report)
    return fitted


def _modernized(image: dict[str, Any]) -> dict[str, Any]:
    """An image with the names that native SDKs used before replaced by today's."""
    kind = image.get("type")
    if kind == "apple":
        image = image | {"type": "macho", "debug_id": image.get("uuid")}
    elif type(kind) is not str or kind not in _NATIVE_KINDS:
        return image
    for old, new in (("name", "code_file"), ("id", "debug_id")):
        if old in image and image.get(new) is None and image[old] is not None:
            image[new] = image[old]
    return image


_SDK_INFO = {
    "sdk_name": text(),
    **members(UNSIGNED, "version_major version_minor version_patchlevel"),
}
PLAIN_DEBUG_META = plain_object(
    {}, {"images": proved_list_of(PLAIN_IMAGE), "sdk_info": json_value(1)}
)
_DEBUG_META = {"images": fitted_by(_fit_images), "sdk_info": fit_struct(_SDK_INFO)}


def fit_debug_meta(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    return fit_fields(value, _DEBUG_META, path, report) or ABSENT
