"""The class of a device, from 1 (low) to 3 (high), for the tag `device.class`."""

from typing import Any

_APPLE_FAMILIES = frozenset({"iPhone", "iOS", "iOS-Device"})
# By the major number of the model identifier, `iPhone12,1`.
_LAST_LOW_IPHONE = 8
_LAST_MEDIUM_IPHONE = 13
_GIB = 1024**3


def device_class(device: dict[str, Any]) -> str | None:
    """`1`, `2` or `3`; None where the context does not say enough."""
    if device.get("type") != "device":
        return None
    if device.get("family") in _APPLE_FAMILIES:
        return _iphone_class(device.get("model"))
    frequency, count, memory = (
        device.get(key) for key in ("processor_frequency", "processor_count", "memory_size")
    )
    if frequency is None or count is None or memory is None:
        return None
    if frequency < 2000 or count < 8 or memory < 4 * _GIB:  # noqa: PLR2004 the table itself
        return "1"
    return "2" if frequency < 2500 or memory < 6 * _GIB else "3"  # noqa: PLR2004 the table itself


def _iphone_class(model: Any) -> str | None:
    if type(model) is not str:
        return None
    name, _, number = model.partition("iPhone")
    major = number.partition(",")[0]
    if name or not major.isdecimal():
        return None
    if int(major) <= _LAST_LOW_IPHONE:
        return "1"
    return "2" if int(major) <= _LAST_MEDIUM_IPHONE else "3"
