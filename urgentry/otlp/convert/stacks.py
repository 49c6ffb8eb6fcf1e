"""Stack traces as the languages print them, read into frames.

Each reader goes through the lines once and makes the exceptions in the order in which events tell
them: the first cause first, of each the outermost call first.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

Frame = dict[str, Any]

MAX_CHARS: Final = 128 << 10
_MOST_LINES: Final = 2_000
_LINE_CHARS: Final = 2_000

_PYTHON_FRAME: Final = re.compile(r'\s*File "([^"]+)", line (\d+)(?:, in (.+))?$')
_PYTHON_BEGIN: Final = "Traceback (most recent call last):"
_PYTHON_CHAINS: Final = (
    "During handling of the above exception",
    "The above exception was the direct cause",
)
_NAMED: Final = re.compile(r"([A-Za-z_$][\w$.\\:]*?)(?:: (.*))?$", re.DOTALL)
_PLACE: Final = re.compile(r"(.+?):(\d+)(?::(\d+))?$")
# Other languages print lines alike, with blanks where these have none.
_JAVA_FRAME: Final = re.compile(r"[^\s(]+\((?:[^\s(),]+|Native Method|Unknown Source)\)")
_DOTNET_FRAME: Final = re.compile(r"[^\s(]+\(")
_DOTNET_INNER: Final = "---> "
_DOTNET_INNER_ENDS: Final = "--- End of inner exception stack trace ---"
_RUBY_PLACE: Final = re.compile(r"(?:from )?((?:[A-Za-z]:)?[^:]+):(\d+)")
_GO_PLACE: Final = re.compile(r"\t(.+):(\d+)(?: \+0x[0-9a-f]+)?$")
_GO_RECORDERS: Final = ("runtime/debug", "go.opentelemetry.io/")
_LIBRARIES: Final[Mapping[str, Sequence[str]]] = {
    "python": ("/site-packages/", "/dist-packages/", "/lib/python", "<frozen ", "<string>"),
    "node": ("/node_modules/", "node:", "internal/"),
    "javascript": ("/node_modules/",),
    "ruby": ("/gems/", "/lib/ruby/", "<internal:"),
    "php": ("/vendor/",),
    "go": ("/pkg/mod/", "/go/src/", "/vendor/"),
}
_LIBRARY_MODULES: Final[Mapping[str, Sequence[str]]] = {
    "java": (
        *("java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala."),
        *("org.springframework.", "org.apache.", "org.hibernate.", "org.eclipse.", "jakarta."),
        *("io.netty.", "io.opentelemetry.", "reactor.", "io.micrometer."),
    ),
    "csharp": ("System.", "Microsoft.", "OpenTelemetry."),
    "go": ("runtime", "net/http", "go.opentelemetry.io/"),
}


class Thrown(msgspec.Struct, kw_only=True):
    """One exception of a chain, as far as its stack trace tells."""

    type: str = ""
    value: str = ""
    frames: list[Frame] = []


def read_stack(text: str, platform: str) -> list[Thrown]:
    """The exceptions that a printed stack trace tells of, those without frames left out; none where
    no language that is known here prints so."""
    lines = [line[:_LINE_CHARS] for line in text[:MAX_CHARS].splitlines()[:_MOST_LINES]]
    own = _READERS.get(platform)
    for read in (own,) if own else dict.fromkeys(_READERS.values()):
        found = [each for each in read(lines) if each.frames]
        if found:
            for thrown in found:
                _mark(thrown.frames, platform)
            return found
    return []


def _mark(frames: Iterable[Frame], platform: str) -> None:
    """Says which frames are of the application itself."""
    paths, modules = _LIBRARIES.get(platform, ()), _LIBRARY_MODULES.get(platform, ())
    for frame in frames:
        path = frame.get("abs_path") or frame.get("filename") or ""
        module = frame.get("module") or ""
        is_library = any(part in path for part in paths) or module.startswith(tuple(modules))
        frame["in_app"] = not is_library


def _read_python(lines: Sequence[str]) -> Iterator[Thrown]:
    thrown = Thrown()
    for line in lines:
        if line.strip() == _PYTHON_BEGIN or line.startswith(_PYTHON_CHAINS):
            if thrown.frames:
                yield thrown
                thrown = Thrown()
        elif matched := _PYTHON_FRAME.match(line):
            thrown.frames.append(_frame(matched[1], matched[2], function=matched[3]))
        elif thrown.frames and not thrown.type:
            if line[:1].isspace():
                _add_source(thrown.frames[-1], line.strip())
            elif line:
                thrown.type, thrown.value = _named(line)
        elif thrown.type and line.strip():
            thrown.value += f"\n{line}"
    yield thrown


def _add_source(frame: Frame, line: str) -> None:
    """The line of the program below a frame; marks and repetitions are none."""
    if line.strip("^~") and not line.startswith("[Previous line"):
        frame.setdefault("context_line", line)


def _read_java(lines: Sequence[str]) -> list[Thrown]:
    """Java and its kin; OpenTelemetry's library for PHP prints so too."""
    chain = [Thrown()]
    for line in lines:
        said = line.strip()
        if line.startswith("Caused by: "):
            chain.append(_thrown(said.removeprefix("Caused by: ")))
        elif said.startswith("at ") and not line.startswith("\t\t"):
            if _JAVA_FRAME.match(said, 3):
                chain[-1].frames.insert(0, _java_frame(said[3:]))
        elif not chain[-1].frames and said and not line.startswith("\t"):
            _add_head(chain[-1], line)
    return chain[::-1]


def _java_frame(said: str) -> Frame:
    qualified, _, place = said.partition("(")
    module, _, function = qualified.rpartition("/")[2].rpartition(".")
    file, _, line = place.partition(")")[0].partition(":")
    is_file = "." in file
    return _frame(file if is_file else None, line, function=function, module=module)


def _read_dotnet(lines: Sequence[str]) -> Iterator[Thrown]:
    open_ones: list[Thrown] = []
    for line in lines:
        said = line.strip()
        if said == _DOTNET_INNER_ENDS and len(open_ones) > 1:
            yield open_ones.pop()
        elif said.startswith(_DOTNET_INNER):
            open_ones.append(_thrown(said.removeprefix(_DOTNET_INNER)))
        elif open_ones and said.startswith("at "):
            if _DOTNET_FRAME.match(said, 3):
                open_ones[-1].frames.insert(0, _dotnet_frame(said[3:]))
        elif not open_ones:
            open_ones.append(_thrown(said))
        elif not open_ones[-1].frames and said:
            _add_head(open_ones[-1], said)
    yield from reversed(open_ones)


def _dotnet_frame(said: str) -> Frame:
    called, _, place = said.partition(") in ")
    module, _, function = called.partition("(")[0].rpartition(".")
    path, _, line = place.rpartition(":line ")
    return _frame(path or None, line, function=function, module=module)


def _read_javascript(lines: Sequence[str]) -> Iterator[Thrown]:
    thrown = Thrown()
    for line in lines:
        said = line.strip()
        frame = _v8_frame(said[3:]) if said.startswith("at ") else _gecko_frame(said)
        if frame is not None:
            thrown.frames.insert(0, frame)
        elif not thrown.frames and said:
            _add_head(thrown, line)
    yield thrown


def _v8_frame(said: str) -> Frame | None:
    called, bracket, place = said.rpartition(" (")
    matched = _PLACE.match(place.rstrip(")") if bracket else said.removeprefix("async "))
    if matched is None:
        return None
    function = called.removeprefix("async ").removeprefix("new ") if bracket else None
    return _script_frame(matched, function)


def _gecko_frame(said: str) -> Frame | None:
    function, at_sign, place = said.partition("@")
    matched = _PLACE.match(place) if at_sign else None
    return _script_frame(matched, function) if matched else None


def _script_frame(matched: re.Match[str], function: str | None) -> Frame:
    named = None if function == "<anonymous>" else function
    frame = _frame(matched[1].removeprefix("file://"), matched[2], function=named)
    return frame | ({"colno": int(matched[3])} if matched[3] else {})


def _read_ruby(lines: Sequence[str]) -> list[Thrown]:
    chain: list[Thrown] = []
    for line in lines:
        matched = _RUBY_PLACE.match(line.strip())
        if matched is None:
            continue
        rest = line.strip()[matched.end() :]
        function = ""
        if rest.startswith(":in "):
            function, _, rest = rest[5:].partition("'")
        if rest.startswith(": ") or not chain:
            chain.append(_ruby_thrown(rest[2:]))
        chain[-1].frames.insert(0, _frame(matched[1], matched[2], function=function))
    return chain[::-1]


def _ruby_thrown(said: str) -> Thrown:
    """`what happened (Which::Error)`."""
    value, _, kind = said.removesuffix(")").rpartition(" (")
    return Thrown(type=kind, value=value) if value else Thrown(value=said)


def _read_go(lines: Sequence[str]) -> Iterator[Thrown]:
    """What `debug.Stack` prints: two lines for a frame. Only one goroutine's are told, and not the
    innermost ones that only record it."""
    thrown = Thrown()
    for call, place in pairwise(lines):
        matched = _GO_PLACE.match(place)
        if matched is None or call.startswith("\t"):
            continue
        named = call.removeprefix("created by ").partition(" in goroutine ")[0]
        package, _, rest = named.rpartition("/")
        first, _, function = rest.partition(".")
        module = f"{package}/{first}" if package else first
        function = function.rpartition("(")[0] if function.endswith(")") else function
        if thrown.frames or not module.startswith(_GO_RECORDERS):
            thrown.frames.insert(
                0, _frame(matched[1], matched[2], function=function, module=module)
            )
    yield thrown


def _frame(
    path: str | None,
    line: str | None = None,
    *,
    function: str | None = None,
    module: str | None = None,
) -> Frame:
    frame: Frame = {}
    if path:
        frame["abs_path"] = path
        frame["filename"] = _short(path)
    if line and line.isdecimal():
        frame["lineno"] = int(line)
    if function:
        frame["function"] = function
    if module:
        frame["module"] = module
    return frame


def _short(path: str) -> str:
    """A library's file by its name in the library, wherever that is installed."""
    for mark in ("/site-packages/", "/dist-packages/", "/node_modules/", "/gems/", "/pkg/mod/"):
        _, found, rest = path.rpartition(mark)
        if found:
            return rest
    return path


def _thrown(head: str) -> Thrown:
    kind, value = _named(head)
    return Thrown(type=kind, value=value)


def _named(head: str) -> tuple[str, str]:
    matched = _NAMED.match(head)
    return (matched[1], matched[2] or "") if matched else ("", head)


def _add_head(thrown: Thrown, line: str) -> None:
    """A line before the frames: the first names the exception, others go on with its message."""
    if thrown.type or thrown.value:
        thrown.value += f"\n{line}"
    else:
        thrown.type, thrown.value = _named(line.strip())


_READERS: Final[Mapping[str, Callable[[Sequence[str]], Iterable[Thrown]]]] = {
    "python": _read_python,
    "java": _read_java,
    "php": _read_java,
    "csharp": _read_dotnet,
    "node": _read_javascript,
    "javascript": _read_javascript,
    "go": _read_go,
    "ruby": _read_ruby,
}
