"""Changes JSON as JSON, so that what comes out of it is still read: the fuzzer's own changes, of
bytes, rarely get behind a parser.
"""

import json
from copy import deepcopy
from random import Random
from typing import Any, Final

HOSTILE: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**40),
    *(0.0, -0.0, 1e-320, 1e308, float("inf"), float("nan"), 1e18, 253402300800.0),
    *("", " ", "\x00", "\ud800", "\udc00x", "\U0001f600", "\n", "a" * 300, "\u202e", "İ", "ß"),
    *("../../etc/passwd", "{{auto}}", "{{ default }}", "NaN", "null", "-1", "1e999", "0x1", "٣"),
    *("2026-09-21T14:13:20Z", "9999-12-31T23:59:60Z", "0001-01-01", "::1", "[", "%s %(a)s {0}"),
    *([], {}, [[]], [None], [{}], {"": None}, {"a": {}}, {"values": None}, {"values": [None]}),
    *([["a", "b"]], [["a"]], [[1, 2]], ["a", "a"], {"\ud800": 1}, {"key": "a", "value": []}),
)


def mutate_json(text: bytes, random: Random) -> bytes:
    """The JSON of a text with one to four members changed; as it is when it has none."""
    try:
        root = [json.loads(text)]
    except (ValueError, RecursionError):
        return text
    for _ in range(random.randint(1, 4)):
        _change(root, random)
    try:
        return json.dumps(root[0] if root else None, ensure_ascii=random.random() < 0.9).encode(
            "utf-8", "surrogatepass"
        )
    except (ValueError, RecursionError):
        return text


def _change(root: list[Any], random: Random) -> None:
    places = _places(root)
    if not places:
        return
    holder, key = random.choice(places)
    kind = random.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        other, name = random.choice(places)
        holder[key] = deepcopy(other[name])
    elif kind == 2:
        holder[key] = random.choice(([holder[key]], {"values": [holder[key]]}, str(holder[key])))
    elif kind == 3 and isinstance(holder, list):
        holder.extend(deepcopy(holder[key]) for _ in range(random.choice((1, 10, 300))))
    else:
        holder[key] = deepcopy(random.choice(HOSTILE))


def _places(root: list[Any]) -> list[tuple[Any, Any]]:
    """Everything that can be changed, with what holds it."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [root]
    while waiting and len(found) < 5_000:
        holder = waiting.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            found.append((holder, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found


def mutate_line(data: bytes, random: Random) -> bytes:
    """The same for one line of the data, from its first bracket on."""
    lines = data.split(b"\n")
    place = random.randrange(len(lines))
    line = lines[place]
    start = min((at for at in (line.find(b"{"), line.find(b"[")) if at >= 0), default=len(line))
    lines[place] = line[:start] + mutate_json(line[start:], random)
    return b"\n".join(lines)
