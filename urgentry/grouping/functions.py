"""Function names as people write them: symbols without arguments, return types and decorations.

Frame preparation trims each frame's function once (spec §9); the name then groups, is matched by
rules and is shown.
"""

import re
from collections.abc import Callable
from typing import Final

_NATIVE: Final = frozenset({"objc", "cocoa", "swift", "native", "c"})
_UNKNOWN: Final = frozenset({"<redacted>", "<unknown>"})
_OBJC: Final = ("[", "+[", "-[")
_BRACKETS: Final = {"(": ")", "{": "}", "[": "]", "<": ">"}

# Operators and arrows would be taken for brackets; private-use characters stand in for them.
_PROTECTED: Final = (
    ("operator<<", "\ue000"),
    ("operator<", "\ue001"),
    ("operator()", "\ue002"),
    ("operator->", "\ue003"),
    (" -> ", "\ue004"),
    ("`anonymous namespace'", "\ue005"),
)
_RESTORED: Final = {ord(mark): text for text, mark in _PROTECTED}
_ARROW: Final = "\ue004"
_LAMBDA_MARK: Final = "lambda"

_LONGEST: Final = 4096
"""Longer names are left alone; normalisation lets none through."""

_PAIRS: Final = {"(": re.compile(r"[()]"), "[": re.compile(r"[\[\]]"), "<": re.compile("[<>]")}
_STRUCTURE = re.compile(r"[\s(){}\[\]<>]")
_TRAILER = re.compile(r"(?:\bconst|&)\Z")
_LAMBDA = re.compile(r"\$_\d{1,9}\b|\{lambda\([^{}]{0,4096}?\)#\d{1,9}\}|lambda_[a-f0-9]{32}")
_MSVC_ANONYMOUS = re.compile(r"\?A0x[a-f0-9]{8}::")
_RUST_HASH = re.compile(r"::h[a-z0-9]{16}\Z")
_GLIBC = re.compile(r"@{1,2}GLIBC_[\d.]+\Z")
_DECORATION = re.compile(r"@?([^@]*)@\d+\Z")
_AS_TRAIT = re.compile(r"[A-Z] as ")


def trim_function(name: str, platform: str | None) -> str:
    """The short form of `name`; names of most platforms come back unchanged."""
    if len(name) > _LONGEST:
        return name
    if platform == "csharp":
        return name.split(" (", 1)[0]
    if platform in _NATIVE:
        return _trim_native(name, platform)
    return name


def _trim_native(name: str, platform: str | None) -> str:
    if name in _UNKNOWN:
        return name
    name = name.strip()
    if name.startswith(_OBJC):
        return name
    text = replace_outermost(name, "[", _without_clone).rstrip()
    text = _without_trailers(text)
    text = _protect(text)
    text = replace_outermost(text, "(", _without_arguments)
    text = replace_outermost(text, "<", _short_generics)
    token = _last_token(text)
    if token.startswith("@") and platform in ("cocoa", "swift"):
        return "thunk for closure" if "thunk for " in name else "closure"
    return _without_decorations(token.translate(_RESTORED), name)


def _without_trailers(text: str) -> str:
    end = len(text)
    while match := _TRAILER.search(text, max(0, end - len(" const")), end):
        end = match.start()
        while end and text[end - 1].isspace():
            end -= 1
    return text[:end]


def _protect(text: str) -> str:
    for plain, mark in _PROTECTED:
        if plain in text:
            text = text.replace(plain, mark)
    if "lambda" in text or "$_" in text:
        text = _LAMBDA.sub(_LAMBDA_MARK, text)
    if "?A0x" in text:
        text = _MSVC_ANONYMOUS.sub("\ue005::", text)
    return text


def _without_clone(content: str, _start: int) -> str:
    return "" if content.startswith("clone .") else f"[{content}]"


def _without_arguments(content: str, _start: int) -> str:
    if content.strip() in ("anonymous namespace", "operator"):
        return f"({content})"
    return ""


def _short_generics(content: str, start: int) -> str:
    if content == _LAMBDA_MARK:
        return f"<{content}>"
    if start > 0:
        return "<T>"
    content = _AS_TRAIT.sub("", content, count=1) if _AS_TRAIT.match(content) else content
    inner = replace_outermost(content, "<", _short_generics)
    return inner.split(" as ", 1)[0]


def replace_outermost(text: str, opening: str, replace: Callable[[str, int], str]) -> str:
    """`replace(content, start)` takes the place of each outermost pair of brackets.

    A closing bracket too many hides the text up to the next opening one: hashes depend on it.
    """
    brackets = _PAIRS[opening]
    if not brackets.search(text):
        return text
    depth, start, plain_from = 0, 0, 0
    out: list[str] = []
    for match in brackets.finditer(text):
        index = match.start()
        if depth == 0:
            out.append(text[plain_from:index])
            start = index
        depth += 1 if text[index] == opening else -1
        if depth == 0:
            if text[index] != opening:
                out.append(replace(text[start + 1 : index], start))
            plain_from = index + 1
    if depth == 0:
        out.append(text[plain_from:])
    return "".join(out)


def _last_token(text: str) -> str:
    """The word that names the function: before an arrow if there is one, else the last."""
    tokens = split_outside_brackets(text)
    for index, token in enumerate(tokens):
        if _ARROW in token:
            before = token.split(_ARROW, 1)[0]
            return before or (tokens[index - 1] if index else token)
    if not tokens:
        return text
    if tokens[-1] == "<T>" and len(tokens) > 1:
        return f"{tokens[-2]} <T>"
    return tokens[-1]


def split_outside_brackets(text: str) -> list[str]:
    """Words; blanks inside brackets do not part them, what an unclosed bracket holds is dropped."""
    tokens: list[str] = []
    closers: list[str] = []
    start, opened = 0, 0
    for match in _STRUCTURE.finditer(text):
        char = text[match.start()]
        if char in _BRACKETS:
            opened = opened if closers else match.start()
            closers.append(_BRACKETS[char])
        elif closers:
            if char == closers[-1]:
                closers.pop()
        elif char.isspace():
            tokens.append(text[start : match.start()])
            start = match.end()
    tokens.append(text[start:opened] if closers else text[start:])
    return [token for token in tokens if token]


def _without_decorations(name: str, original: str) -> str:
    if "::h" in name:
        name = _RUST_HASH.sub("", name)
    if "@" in name:
        name = _GLIBC.sub("", name)
        name = _DECORATION.sub(r"\1", name)
    return name or original
