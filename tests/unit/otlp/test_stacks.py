"""Printed stack traces of each language, read into the frames that its SDK would send."""

import time
from typing import Any

import pytest

from urgentry.otlp.convert.stacks import Thrown, read_stack

PYTHON = """Traceback (most recent call last):
  File "/app/shop/orders.py", line 12, in place
    charge(order)
    ~~~~~~^^^^^^^
  File "/usr/lib/python3.12/site-packages/pay/client.py", line 80, in charge
    raise Refused("no funds")
  [Previous line repeated 3 more times]
pay.errors.Refused: no funds
left
"""
CHAINED = """Traceback (most recent call last):
  File "a.py", line 1, in a
    one()
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "a.py", line 3, in b
    two()
ValueError: bad
"""
JAVA = """java.lang.IllegalStateException: cannot place
order 7
\tat com.shop.Orders.place(Orders.java:42)
\tat java.base/java.lang.Thread.run(Thread.java:840)
\tat jdk.proxy2/jdk.proxy2.$Proxy9.call(Unknown Source)
\tSuppressed: java.io.IOException: ignored
\t\tat com.shop.Ignored.close(Ignored.java:1)
Caused by: java.sql.SQLException: gone
\tat org.apache.dbcp.Pool.get(Pool.java:7)
\t... 2 more
"""
DOTNET = """System.InvalidOperationException: cannot place
 ---> System.IO.IOException: gone
   at System.IO.File.Open(String path, FileMode mode)
   at Shop.Files.Read(String name) in /src/Files.cs:line 9
   --- End of inner exception stack trace ---
   at Shop.Orders.Place(Order order) in /src/Orders.cs:line 42
"""
NODE = """TypeError: x is not a function
more of it
    at place (/app/src/orders.js:12:5)
    at new Orders (/app/node_modules/orm/index.js:3:1)
    at async Promise.all (index 0)
    at async file:///app/src/main.mjs:1:2
    at node:internal/main:9:1
"""
GECKO = """place@https://shop.example/static/app.js:12:5
@https://shop.example/static/app.js:1:2
"""
RUBY = """/app/orders.rb:12:in `place': no funds (Pay::Refused)
\tfrom /app/main.rb:3:in `block in <main>'
\tfrom /usr/lib/ruby/gems/3.2/gems/rack/lib/rack.rb:9:in 'Rack.call'
/app/db.rb:1:in `get': gone (IOError)
"""
PHP = """Exception: cannot place
 at App\\Orders.place(Orders.php:12)
 at {main}(index.php:3)
"""
GO = """goroutine 7 [running]:
runtime/debug.Stack()
\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
github.com/acme/shop.(*Orders).Place(0xc000, {0x1, 0x2})
\t/src/shop/orders.go:42 +0x1d
main.main()
\t/src/main.go:9 +0x20
created by main.start in goroutine 1
\t/src/main.go:3 +0x10
"""


def told(thrown: Thrown) -> list[tuple[Any, ...]]:
    return [
        (each.get("module"), each.get("function"), each.get("filename"), each.get("lineno"))
        for each in thrown.frames
    ]


def heads(chain: list[Thrown]) -> list[tuple[str, str]]:
    return [(each.type, each.value) for each in chain]


def in_app(thrown: Thrown) -> list[bool]:
    return [each["in_app"] for each in thrown.frames]


def test_python() -> None:
    (found,) = read_stack(PYTHON, "python")
    assert heads([found]) == [("pay.errors.Refused", "no funds\nleft")]
    assert told(found) == [
        (None, "place", "/app/shop/orders.py", 12),
        (None, "charge", "pay/client.py", 80),
    ]
    assert [each["context_line"] for each in found.frames] == [
        "charge(order)",
        'raise Refused("no funds")',
    ]
    assert found.frames[1]["abs_path"] == "/usr/lib/python3.12/site-packages/pay/client.py"
    assert in_app(found) == [True, False]


def test_a_chain_of_python() -> None:
    assert heads(read_stack(CHAINED, "python")) == [("KeyError", "'x'"), ("ValueError", "bad")]


def test_java() -> None:
    cause, last = read_stack(JAVA, "java")
    assert heads([cause, last]) == [
        ("java.sql.SQLException", "gone"),
        ("java.lang.IllegalStateException", "cannot place\norder 7"),
    ]
    assert told(last) == [
        ("jdk.proxy2.$Proxy9", "call", None, None),
        ("java.lang.Thread", "run", "Thread.java", 840),
        ("com.shop.Orders", "place", "Orders.java", 42),
    ]
    assert in_app(last) == [False, False, True]
    assert in_app(cause) == [False]


def test_dotnet() -> None:
    inner, outer = read_stack(DOTNET, "csharp")
    assert heads([inner, outer]) == [
        ("System.IO.IOException", "gone"),
        ("System.InvalidOperationException", "cannot place"),
    ]
    assert told(inner) == [
        ("Shop.Files", "Read", "/src/Files.cs", 9),
        ("System.IO.File", "Open", None, None),
    ]
    assert told(outer) == [("Shop.Orders", "Place", "/src/Orders.cs", 42)]
    assert in_app(inner) == [True, False]


def test_node() -> None:
    (found,) = read_stack(NODE, "node")
    assert heads([found]) == [("TypeError", "x is not a function\nmore of it")]
    assert told(found) == [
        (None, None, "node:internal/main", 9),
        (None, None, "/app/src/main.mjs", 1),
        (None, "Orders", "orm/index.js", 3),
        (None, "place", "/app/src/orders.js", 12),
    ]
    assert [each.get("colno") for each in found.frames] == [1, 2, 1, 5]
    assert in_app(found) == [False, True, False, True]


def test_browsers() -> None:
    (found,) = read_stack(GECKO, "javascript")
    assert told(found) == [
        (None, None, "https://shop.example/static/app.js", 1),
        (None, "place", "https://shop.example/static/app.js", 12),
    ]


def test_ruby() -> None:
    cause, last = read_stack(RUBY, "ruby")
    assert heads([cause, last]) == [("IOError", "gone"), ("Pay::Refused", "no funds")]
    assert told(last) == [
        (None, "Rack.call", "rack/lib/rack.rb", 9),
        (None, "block in <main>", "/app/main.rb", 3),
        (None, "place", "/app/orders.rb", 12),
    ]
    assert in_app(last) == [False, True, True]


def test_php() -> None:
    (found,) = read_stack(PHP, "php")
    assert heads([found]) == [("Exception", "cannot place")]
    assert told(found) == [
        (None, "{main}", "index.php", 3),
        ("App\\Orders", "place", "Orders.php", 12),
    ]


def test_go() -> None:
    (found,) = read_stack(GO, "go")
    assert told(found) == [
        ("main", "start", "/src/main.go", 3),
        ("main", "main", "/src/main.go", 9),
        ("github.com/acme/shop", "(*Orders).Place", "/src/shop/orders.go", 42),
    ]
    assert in_app(found) == [True, True, True]


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        (PYTHON, "python"),
        (CHAINED, "python"),
        (JAVA, "java"),
        (DOTNET, "csharp"),
        (NODE, "node"),
        (GECKO, "javascript"),
        (RUBY, "ruby"),
        (GO, "go"),
    ],
)
def test_a_platform_that_nobody_named_is_found_by_its_form(text: str, platform: str) -> None:
    named = [(each.type, told(each)) for each in read_stack(text, platform)]
    assert [(each.type, told(each)) for each in read_stack(text, "other")] == named


@pytest.mark.parametrize("text", ["", "nothing\nat all", "at", "  at (", "Caused by: ", '  File "'])
@pytest.mark.parametrize("platform", ["python", "java", "csharp", "node", "ruby", "go", "other"])
def test_what_is_no_stack_trace_has_no_frames(text: str, platform: str) -> None:
    assert all(each.frames for each in read_stack(text, platform))


@pytest.mark.parametrize(
    "line",
    [
        "at a() in a() in ",
        "a:1:in `'",
        "   at x(",
        "a:1",
        '  File "a", line 1, in ',
        "x@a:1",
        "Caused by: a\n",
        "\n",
        " at a.b(c:1)\n",
    ],
)
@pytest.mark.parametrize("platform", ["python", "java", "csharp", "node", "ruby", "go", "other"])
def test_no_text_takes_long(line: str, platform: str) -> None:
    began = time.process_time()
    read_stack(line * 20_000, platform)
    assert time.process_time() - began < 1
