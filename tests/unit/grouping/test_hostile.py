"""No event of a megabyte, and no rule, holds up the others: 50 ms where parsing a megabyte of
numbers takes two. Events come here as they were sent; normalisation would cut most of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.unit.grouping.stopwatch import megabyte, seconds
from urgentry.grouping import (
    InvalidRule,
    check_enhancements,
    check_fingerprinting,
    compile_config,
    describe,
    explain_event,
    group_event,
    grouping_info,
)

Json = dict[str, Any]

MEGABYTE = 1_048_000
MOST = 25
"""Megabytes. At two milliseconds each, 50 ms."""

TEXTS = (
    "1", "1.", "1.1.1.1 ", "f0", "a.", "deadbeef-", "0x", "::", "a@", "2024-01-01T", "='\"",
    "Mon Jan ", "\n", "\r\n ", "é1 ", "https://a", "-", "tx", "datetime.datetime(",
)  # fmt: skip
NAMES = (
    "<", "(", "[", "{lambda(", "a::", "<a as b>", "@", "const ", "operator<", "$_1 ",
    "?A0x12345678::", "`anonymous namespace'", " -> ", "[clone .a]", "{lambda(x)#1}", "&", "a b ",
)  # fmt: skip


def filled(text: str, size: int = MEGABYTE) -> str:
    return (text * (size // len(text) + 1))[:size]


def exceptions(*values: Json, platform: str = "native") -> Json:
    return {"platform": platform, "exception": {"values": list(values)}}


def stack(*frames: Json, platform: str = "native") -> Json:
    return exceptions({"type": "E", "stacktrace": {"frames": list(frames)}}, platform=platform)


def tree(count: int, parent: Callable[[int], int], *, groups: bool) -> Json:
    return exceptions(
        *(
            {
                "type": f"E{number}",
                "value": f"{number}",
                "mechanism": {
                    "exception_id": number,
                    "parent_id": parent(number),
                    "is_exception_group": groups or number == 0,
                },
            }
            for number in range(count)
        )
    )


def parent_before(number: int) -> int:
    return number - 1


def root(_number: int) -> int:
    return 0


def stacks(make: Callable[[int, int], Json], platform: str) -> Json:
    """As many frames as normalisation lets through in a megabyte."""
    return exceptions(
        *(
            {"type": f"E{e}", "stacktrace": {"frames": [make(e, f) for f in range(250)]}}
            for e in range(50)
        ),
        platform=platform,
    )


def one_text(text: str) -> Json:
    return {"logentry": {"formatted": filled(text)}}


def many_values(text: str) -> Json:
    return exceptions(*({"type": "E", "value": filled(text, MEGABYTE // 50)} for _ in range(50)))


def one_name(text: str) -> Json:
    return stack({"function": filled(text)})


def many_names(text: str) -> Json:
    return stack(*({"function": filled(text, 4_000) + str(number)} for number in range(250)))


EVENTS: dict[str, Callable[[], Json]] = {
    **{f"text {text!r}": partial(one_text, text) for text in TEXTS},
    **{f"values {text!r}": partial(many_values, text) for text in TEXTS},
    **{f"name {text!r}": partial(one_name, text) for text in NAMES},
    **{f"names {text!r}": partial(many_names, text) for text in NAMES},
    "chain": lambda: tree(8_000, parent_before, groups=False),
    "chain of groups": lambda: tree(8_000, parent_before, groups=True),
    "group of many": lambda: tree(8_000, root, groups=False),
    "deep stack": lambda: stack(*({"function": f"f{n}"} for n in range(40_000))),
    "empty frames": lambda: {"stacktrace": {"frames": [{} for _ in range(300_000)]}},
    "frames": lambda: stacks(lambda e, f: {"function": f"f{e}_{f}", "module": "m"}, "python"),
    "categories": lambda: stacks(lambda e, f: {"module": f"android.view.x{e}_{f}"}, "java"),
    "threads": lambda: {
        "threads": {
            "values": [
                {"id": n, "stacktrace": {"frames": [{"function": f"f{n}"}]}} for n in range(15_000)
            ]
        }
    },
    "module": lambda: stack({"module": "$$" * 500_000 + "CGLIB$$"}, platform="java"),
    "modules": lambda: stack({"module": filled("$EnhancerBy")}, platform="java"),
    "php": lambda: stack({"function": "class@anonymous" + "::" * 400_000}, platform="php"),
    "line": lambda: stack({"context_line": filled("spawn_main(")}, platform="python"),
    "path": lambda: stack({"abs_path": filled("/a"), "filename": filled("/")}, platform="python"),
    "path of packages": lambda: stack({"abs_path": filled("/site-packages")}, platform="python"),
    "variables": lambda: {
        "fingerprint": [f"{{{{ tags.a{n} }}}}" for n in range(40_000)],
        "tags": [[f"a{n}", "b"] for n in range(200)],
        "logentry": {"formatted": "x"},
    },
    "defaults": lambda: {
        "fingerprint": ["{{ default }}"] * 30_000,
        "logentry": {"formatted": filled("x", MEGABYTE // 2)},
    },
    "messages in a fingerprint": lambda: {
        "fingerprint": ["{{ message }}"] * 30_000,
        "logentry": {"formatted": filled("1.2 ", MEGABYTE // 2)},
    },
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_a_megabyte(name: str) -> None:
    events = iter([EVENTS[name]() for _ in range(3)])
    config = compile_config()

    def work() -> None:
        event = next(events)
        describe(event, group_event(event, config))

    assert seconds(work) < MOST * megabyte()


@pytest.mark.parametrize("name", ["frames", "chain", "values '1.1.1.1 '", "names '<'"])
def test_an_explanation_of_a_megabyte(name: str) -> None:
    event = EVENTS[name]()
    config = compile_config()
    assert seconds(lambda: grouping_info(explain_event(event, config))) < 2 * MOST * megabyte()


LONGEST_RULES = 65_536
RULES = (
    "path:*a*{n}*a*a*b -app", "function:*a{n}*b*c* -group", "module:a?[b-c]{n}* category=x",
    "path:**/a{n}/**/*b/** -app", "family:native,{n} -app", "[ function:a{n} ] | app:no -group",
    "category:c{n} -group", "error.value:*a*{n}* -group", "function:{{a,b}}{n} -app",
)  # fmt: skip
FINGERPRINTS = (
    "message:*a*{n}*a*b -> x{n}", "path:**/a*{n}*b -> x", "tags.a{n}:*b -> {{{{ tags.a }}}}",
    "type:{{A,B}}{n} -> y",
)  # fmt: skip


def rules(line: str) -> str:
    """As many such rules as a project may have."""
    lines = (line.format(n=number) for number in range(1_000))
    text = "\n".join(lines)[:LONGEST_RULES]
    return text[: text.rfind("\n")]


@pytest.mark.parametrize("platform", ["native", "python"])
@pytest.mark.parametrize("length", [60, 512])
@pytest.mark.parametrize("line", RULES)
def test_stack_trace_rules(line: str, length: int, platform: str) -> None:
    text = rules(line)
    config = compile_config(enhancements=text)
    frame = {"abs_path": filled("a/", length), "module": filled("a", length)}
    group_event(stack(frame, platform=platform), config)

    def stack_of(attempt: int) -> Json:
        names = [f"{filled('a', length)}{attempt}{number}" for number in range(250)]
        return stack(*({**frame, "function": name} for name in names), platform=platform)

    events = map(stack_of, range(3))
    assert seconds(lambda: group_event(next(events), config)) < MOST * megabyte()
    assert seconds(lambda: check_enhancements(text)) < MOST * megabyte()


@pytest.mark.parametrize("line", FINGERPRINTS)
def test_fingerprint_rules(line: str) -> None:
    text = rules(line)
    config = compile_config(fingerprinting=text)
    values = [
        {"type": "E", "value": filled("a", 8_000)},
        {"type": "F", "value": filled("b", 8_000)},
    ]
    frames = [{"abs_path": filled("a/", 512)}, {"abs_path": filled("b", 512)}]
    event = exceptions(*values) | {"stacktrace": {"frames": frames}, "tags": [["a", "b"]] * 200}
    group_event(exceptions(*values), config)
    assert seconds(lambda: group_event(event, config)) < MOST * megabyte()
    assert seconds(lambda: check_fingerprinting(text)) < MOST * megabyte()


@pytest.mark.parametrize("char", ["{", "[", "(", "\\", '"', "*", "!", "#", "a:", "->", "{{", ","])
def test_a_rule_that_never_ends(char: str) -> None:
    text = filled(char, LONGEST_RULES)

    def refused() -> None:
        for check in (check_enhancements, check_fingerprinting):
            for line in (text, f"path:{text} -app", f"type:a -> {text}"):
                _try(check, line)

    assert seconds(refused, times=1) < MOST * megabyte()


def _try(check: Callable[[str], int], text: str) -> None:
    try:
        check(text)
    except InvalidRule:
        return
