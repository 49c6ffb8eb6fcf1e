"""View hierarchies as SDKs attach them, and as nobody should."""

import orjson
import pytest

from urgentry.web.view.hierarchy import Node, parse_hierarchy


def views(found: list[Node]) -> int:
    return sum(1 + views(node.children) for node in found)


def test_windows_hold_views() -> None:
    window = {
        "type": "UIWindow",
        "identifier": "main",
        "x": 0,
        "y": 0.5,
        "width": 320,
        "height": 640,
        "alpha": 1,
        "children": [{"type": "Label", "visible": False, "text": "<b>", "empty": ""}],
    }
    found = parse_hierarchy(orjson.dumps({"rendering_system": "UIKIT", "windows": [window]}))
    assert found is not None
    assert (found.system, found.is_cut) == ("UIKIT", False)
    [node] = found.windows
    assert (node.type, node.identifier, node.place) == ("UIWindow", "main", "320 × 640 at 0, 0.5")
    [child] = node.children
    assert (child.is_hidden, child.place) == (True, "")
    assert "text: <b>" in child.facts
    assert "empty" not in child.facts


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"7", b'{"windows": 3}', b'{"windows": [1, null]}', b"\xff"],
)
def test_what_is_none_is_none(content: bytes) -> None:
    assert parse_hierarchy(content) is None


def test_none_prints_without_end() -> None:
    wide = orjson.dumps({"windows": [{"type": "V"}] * 3000})
    found = parse_hierarchy(wide)
    assert found is not None
    assert (views(found.windows), found.is_cut) == (2000, True)
    deep = b'{"windows":[' + b'{"children":[' * 200 + b"{}" + b"]}" * 200 + b"]}"
    found = parse_hierarchy(deep)
    assert found is not None
    assert (views(found.windows), found.is_cut) == (61, True)
