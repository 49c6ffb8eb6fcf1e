"""One frame as grouping sees it: cleaned values, what rules match on, and its component.

`stacktrace` makes these from event JSON and remembers them, so a frame that was seen before costs
a look-up.
"""

from typing import Any, Final

import msgspec

from urgentry.grouping.component import Component
from urgentry.grouping.families import Family, family_of
from urgentry.grouping.functions import trim_function

Key = tuple[Any, ...]

_PLACE_FIELDS: Final = ("lineno", "colno")
KEY_FIELDS: Final = (
    *_PLACE_FIELDS,
    "platform",
    "function",
    "raw_function",
    "module",
    "filename",
    "abs_path",
    "package",
    "context_line",
    "in_app",
)
PLACE: Final = len(_PLACE_FIELDS)
"""The first fields of a key tell where in its file a frame stands."""
FUNCTION: Final = KEY_FIELDS.index("function")
IN_APP: Final = KEY_FIELDS.index("in_app")
_TEXT: Final = frozenset({str, type(None)})
_USUAL_CHARACTERS: Final = 512
_NO_DATA: Final = (None, None, False)


class Frame(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Facts of one frame that do not depend on its neighbours. Text is None where there is none."""

    platform: str | None
    family: Family
    function: str | None
    raw_function: str | None
    module: str | None
    filename: str | None
    abs_path: str | None
    context_line: str | None
    has_sourcemap: bool
    in_app: bool | None
    category: str | None
    match_function: str
    match_path: str | None
    match_package: str | None

    def attribute(self, name: str) -> str | None:
        """What a rule's matcher of that name is tested against (spec §8.2)."""
        if name == "function":
            return self.match_function
        if name == "module":
            return self.module
        return self.match_path if name == "path" else self.match_package


class Grouped(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A frame, its component, and the rules that may apply to it."""

    frame: Frame
    component: Component
    outside: Component
    """The component where the frame is not the app's."""
    rules: tuple[int, ...]
    weight: int
    """For a memory of frames."""


def key_of(frame: dict[str, Any]) -> Key:
    """Everything about a frame that grouping reads; `PLACE` of it only tells recursion."""
    get = frame.get
    key = (  # KEY_FIELDS, spelled out since every frame of every event comes by
        get("lineno"),
        get("colno"),
        get("platform"),
        get("function"),
        get("raw_function"),
        get("module"),
        get("filename"),
        get("abs_path"),
        get("package"),
        get("context_line"),
        get("in_app"),
    )
    data = get("data")
    return (*key, *_data_key(data)) if data else key


def _data_key(data: Any) -> Key:
    if not isinstance(data, dict):
        return _NO_DATA
    original, category = data.get("orig_in_app"), data.get("category")
    return (
        original if isinstance(original, int) else None,
        category if isinstance(category, str) else None,
        bool(data.get("sourcemap")),
    )


def weight_of(frame: Frame) -> int:
    """1 for a frame as they are, more for long texts."""
    characters = len(frame.match_function) + len(frame.raw_function or "")
    characters += len(frame.match_path or "") + len(frame.match_package or "")
    characters += len(frame.module or "") + len(frame.context_line or "")
    return 1 + characters // _USUAL_CHARACTERS


def plain_key(key: Key) -> Key:
    """The key without values that have no business in a frame (lists, objects)."""
    return tuple([None if isinstance(part, list | dict) else part for part in key])


def prepare(key: Key, platform: str | None) -> Frame:
    """The frame that a key describes: function trimmed (spec §9), the client's in-app restored."""
    texts = key[PLACE:IN_APP]
    if not _TEXT.issuperset(map(type, texts)):
        texts = tuple([part if isinstance(part, str) else None for part in texts])
    own, function, raw_function, module, filename, abs_path, package, line = texts
    platform = own or platform
    orig_in_app, category, has_sourcemap = key[IN_APP + 1 :] or _NO_DATA
    if function and not raw_function:
        trimmed = trim_function(function, platform)
        if trimmed != function:
            function, raw_function = trimmed, function
    return Frame(
        platform=platform,
        family=family_of(platform),
        function=function,
        raw_function=raw_function,
        module=module,
        filename=filename,
        abs_path=abs_path,
        context_line=line,
        has_sourcemap=has_sourcemap,
        in_app=_client_in_app(key[IN_APP], orig_in_app),
        category=category,
        match_function=function or "<unknown>",
        match_path=_slashed(abs_path or filename),
        match_package=_slashed(package),
    )


def _client_in_app(in_app: Any, original: Any) -> bool | None:
    if isinstance(original, int):
        return None if original < 0 else bool(original)
    return in_app if isinstance(in_app, bool) else None


def _slashed(path: str | None) -> str | None:
    return path.lower().replace("\\", "/") if path else None
