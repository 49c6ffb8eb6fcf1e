"""What fingerprint rules match and what their variables stand for, matcher by matcher."""

from typing import Any

import pytest

from urgentry.grouping import compile_config, group_event
from urgentry.grouping.fingerprints.sdk import normalize_sdk
from urgentry.grouping.fingerprints.variables import resolve

Json = dict[str, Any]


def event() -> Json:
    frames = [
        {
            "function": "outer",
            "module": "shop.Main",
            "package": "/opt/Shop.DLL",
            "abs_path": "C:\\Src\\Main.py",
            "filename": "main.py",
            "in_app": True,
        },
        {"function": None, "module": "lib", "filename": "lib.py", "in_app": False},
    ]
    return {
        "platform": "python",
        "level": "error",
        "logger": "shop.cart",
        "transaction": "/pay",
        "release": " shop@1.2 ",
        "tags": [["env", " blue "], ["my:tag", "x"]],
        "sdk": {"name": "sentry.python.django"},
        "logentry": {"message": "%s", "formatted": "Line one\nline two "},
        "exception": {
            "values": [
                {"type": "KeyError", "value": "inner 12"},
                {"type": "ShopError", "value": "Cart 7 lost", "stacktrace": {"frames": frames}},
            ]
        },
    }


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        ("error.type:ShopError", True),
        ("type:KeyError", True),
        ("type:keyerror", False),
        ("type:*Error", True),
        ("error.value:inner*", True),
        ("value:INNER*", True),
        ("type:ShopError value:inner*", False),
        ("type:ShopError value:cart*", True),
        ("type:KeyError !value:cart*", True),
        ("type:ShopError !value:cart*", False),
        ("message:line*", True),
        ('message:"line one?line two"', True),
        ("message:inner*", True),
        ("message:*lost", True),
        ("message:line* value:cart*", True),
        ("logger:shop.*", True),
        ("logger:SHOP.*", False),
        ("level:ERROR", True),
        ("level:error logger:x", False),
        ("tags.env:blue", True),
        ("tags.env:BLUE", False),
        ('"tags.my:tag":x', True),
        ("tags.none:*", False),
        ("!tags.none:*", True),
        ("tags.env:blue !tags.env:b*", False),
        ("stack.function:outer", True),
        ("function:<unknown>", True),
        ("function:outer module:shop.*", True),
        ("function:outer module:lib", False),
        ("module:shop.main", False),
        ("stack.package:/opt/shop.dll", True),
        ("package:**/shop.dll", True),
        ("package:*.dll", False),
        ("path:c:/src/*.py", True),
        (r"stack.abs_path:c:\src\main.py", True),
        (r'stack.abs_path:"c:\\src\\main.py"', True),
        ("path:main.py", True),
        ("path:/main.py", True),
        ("path:lib.py", True),
        ("app:yes module:shop.*", True),
        ("app:1 module:lib", False),
        ("app:no module:lib", True),
        ("app:maybe", False),
        ("family:other", True),
        ("family:javascript,other", True),
        ("family:all", True),
        ("!family:native", True),
        ("family:native", False),
        ("sdk:sentry.python", True),
        ("sdk:sentry.python.django", False),
        ("sdk:sentry.go,sentry.python", True),
        ("sdk:all", True),
        ("release:shop@1.*", True),
        ("release:shop@2.*", False),
    ],
)
def test_matchers(matchers: str, holds: bool) -> None:
    given = event()
    grouping = group_event(given, compile_config(fingerprinting=f"{matchers} -> found"))
    assert (grouping.variants[-1].values == ("found",)) is holds


def test_the_first_rule_wins() -> None:
    rules = "type:Nothing -> a\ntype:KeyError -> b\ntype:ShopError -> c"
    assert group_event(event(), compile_config(fingerprinting=rules)).variants[-1].values == ("b",)


def test_every_thread_and_the_event_itself_have_frames() -> None:
    frame = {"function": "f", "in_app": True}
    rules = compile_config(fingerprinting="function:f app:yes -> found")
    for given in (
        {"stacktrace": {"frames": [frame]}},
        {
            "threads": {
                "values": [{"stacktrace": {"frames": []}}, {"stacktrace": {"frames": [frame]}}]
            }
        },
    ):
        assert group_event(given, rules).variants[-1].values == ("found",)


@pytest.mark.parametrize(
    ("name", "value", "missing"),
    [
        ("transaction", "/pay", "<no-transaction>"),
        ("message", "Line one\nline two ", "<no-message>"),
        ("type", "ShopError", "<no-type>"),
        ("error.type", "ShopError", "<no-type>"),
        ("value", "Cart 7 lost", "<no-value>"),
        ("error.value", "Cart 7 lost", "<no-value>"),
        ("function", "outer", "<no-function>"),
        ("stack.function", "outer", "<no-function>"),
        ("path", "C:\\Src\\Main.py", "<no-abs-path>"),
        ("stack.abs_path", "C:\\Src\\Main.py", "<no-abs-path>"),
        ("stack.filename", "main.py", "<no-filename>"),
        ("module", "shop.Main", "<no-module>"),
        ("stack.module", "shop.Main", "<no-module>"),
        ("package", "Shop.DLL", "<no-package>"),
        ("stack.package", "Shop.DLL", "<no-package>"),
        ("level", "error", "<no-level>"),
        ("logger", "shop.cart", "<no-logger>"),
        ("tags.env", " blue ", "<no-value-for-tag-env>"),
    ],
)
def test_variables(name: str, value: str, missing: str) -> None:
    assert (resolve(name, event()), resolve(name, {})) == (value, missing)


@pytest.mark.parametrize(
    ("logentry", "expected"),
    [
        ({"message": "%s", "formatted": "a"}, "a"),
        ({"message": "%s"}, "%s"),
        (None, "Cart 7 lost"),
    ],
)
def test_the_message(logentry: Json | None, expected: str) -> None:
    assert resolve("message", event() | {"logentry": logentry}) == expected


@pytest.mark.parametrize(
    ("given", "function"),
    [
        ({"exception": {"values": [{"type": "E"}]}}, "<no-function>"),
        ({"stacktrace": {"frames": [{"function": "a"}, {"function": "b"}]}}, "b"),
        ({"stacktrace": {"frames": [{"function": "a", "in_app": True}, {"function": "b"}]}}, "a"),
        ({"threads": {"values": [{"stacktrace": {"frames": [{"function": "t"}]}}]}}, "t"),
        (
            {"threads": {"values": [{"stacktrace": {"frames": [{"function": "t"}]}}] * 2}},
            "<no-function>",
        ),
        (
            {
                "exception": {"values": [{"type": "E"}]},
                "stacktrace": {"frames": [{"function": "s"}]},
            },
            "s",
        ),
    ],
)
def test_the_crash_frame(given: Json, function: str) -> None:
    assert resolve("function", given) == function


@pytest.mark.parametrize(
    ("entry", "config_id", "expected"),
    [
        ("{{ nothing }}", "newstyle:2026-01-20", "<unrecognized-variable-nothing>"),
        ("{{nothing}}", "newstyle:2025-11-21", "{{nothing}}"),
        ("{{ nothing }}", "newstyle:2023-01-11", "{{ nothing }}"),
        ("{{level}}", "newstyle:2026-01-20", "error"),
        ("at {{ level }}", "newstyle:2026-01-20", "at {{ level }}"),
        ("{{ message }}", "newstyle:2023-01-11", "Cart 7 lost"),
        ("{{ message }}", "newstyle:2026-01-20", "Cart <int> lost"),
        ("Cart 7 lost", "newstyle:2026-01-20", "Cart <int> lost"),
        ("Cart 7", "newstyle:2026-01-20", "Cart 7"),
    ],
)
def test_entries_of_a_client(entry: str, config_id: str, expected: str) -> None:
    given = event() | {"fingerprint": [entry], "logentry": None}
    assert group_event(given, compile_config(config_id)).variants[-1].values == (expected,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, "other"),
        ("", "other"),
        ("raven-python", "other"),
        ("sentry.python", "sentry.python"),
        ("sentry.python.django", "sentry.python"),
        ("sentry.javascript.react", "sentry.javascript.react"),
        ("sentry.javascript.react-native", "sentry.javascript.react.native"),
        ("sentry.javascript.react.expo", "sentry.javascript.react"),
        ("sentry.javascript.react.native.expo", "sentry.javascript.react.native"),
        ("sentry.javascript.angular-ivy", "sentry.javascript.angular"),
        ("sentry.javascript.node.x", "sentry.javascript.node"),
        ("sentry.electron", "sentry.javascript.electron"),
        ("sentry.native.android.flutter", "sentry.native.android"),
        ("sentry.unity", "sentry.native.unity"),
        ("sentry.dotnet.aspnetcore", "sentry.dotnet"),
    ],
)
def test_names_of_sdks(name: str | None, expected: str) -> None:
    assert normalize_sdk(name) == expected


@pytest.mark.parametrize("platform", ["javascript", "node"])
@pytest.mark.parametrize(
    ("exception", "tags", "expected"),
    [
        ({"type": "ChunkLoadError", "value": "x"}, [], ("chunkloaderror",)),
        ({"type": "Error", "value": "ChunkLoadError: 7"}, [], ("chunkloaderror",)),
        (
            {"type": "Error", "value": "Text content does not match server-rendered HTML."},
            [["transaction", "/a"]],
            ("hydrationerror", "/a"),
        ),
        ({"type": "Error", "value": "Text content does not match server-rendered HTML."}, [], None),
        ({"type": "Error", "value": "Text content does not match"}, [["transaction", "/a"]], None),
    ],
)
def test_our_own_rules(
    platform: str, exception: Json, tags: list[list[str]], expected: tuple[str, ...] | None
) -> None:
    given = {"exception": {"values": [exception]}, "tags": tags}
    built_in = group_event({**given, "platform": platform}, compile_config()).variants[-1]
    assert built_in.values == expected
    assert (
        group_event({**given, "platform": "python"}, compile_config()).variants[-1].values is None
    )
