"""Icons as inline SVG: lines of one weight in a box of 16, drawn for these pages."""

from functools import cache

from markupsafe import Markup

_LINES = {
    "activity": "M1.5 8h3l2-5 3 10 2-5h3",
    "archive": "M2 3.5h12v3H2zM3 6.5v6h10v-6M6.5 9h3",
    "arrow-right": "M3 8h10M9 4l4 4-4 4",
    "bars": "M3 13V8M8 13V3M13 13V6",
    "bookmark": "M4 2.5h8v11l-4-3-4 3z",
    "branch": "M5 2v8M5 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM11 2a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM11 6"
    "c0 3-6 2-6 4",
    "calendar": "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 1.5v3M10.5 1.5v3",
    "check": "M3 8.5l3.5 3.5L13 4.5",
    "check-circle": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM5.25 8.25l2 2 3.5-4",
    "chevron-down": "M4 6l4 4 4-4",
    "chevron-left": "M10 3.5L5.5 8l4.5 4.5",
    "chevron-right": "M6 3.5L10.5 8 6 12.5",
    "clock": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM8 4.5V8l2.5 1.5",
    "code": "M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5",
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
    "dots": "M3.5 8h.01M8 8h.01M12.5 8h.01",
    "download": "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
    "external": "M9.5 2.5h4v4M13.5 2.5L7.5 8.5M11.5 9v4.5h-9v-9H7",
    "eye": "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.25a1.75 1.75 0 1 0 0"
    " 3.5 1.75 1.75 0 0 0 0-3.5z",
    "first": "M12 3.5L7.5 8l4.5 4.5M4 3.5v9",
    "flag": "M3.5 14V2.5M3.5 3h8l-1.5 3 1.5 3h-8",
    "folder": "M1.75 3.5h4.5l1.5 2h6.5v7.5H1.75z",
    "globe": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM1.75 8h12.5M8 1.75c4 4 4 8.5 0"
    " 12.5-4-4-4-8.5 0-12.5",
    "info": "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5zM8 7.25v3.5M8 5v.01",
    "issues": "M2 9.5h3.5l1 2h3l1-2H14M2 9.5l2-6.5h8l2 6.5v3.5H2z",
    "key": "M10 2.5a3.5 3.5 0 1 1-2.9 5.45L2.5 12.5v1h2.5v-1.75h1.75L8.4 9.6A3.5 3.5 0 0 1 10 2.5z"
    "M10.75 5.25h.01",
    "keyboard": "M1.5 4h13v8.5h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M4.5 9.75h7",
    "last": "M4 3.5L8.5 8 4 12.5M12 3.5v9",
    "layers": "M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3",
    "link": "M6.5 9.5l3-3M7 4.5L8.75 2.9a3 3 0 0 1 4.3 4.3L11.5 9M9 11.5l-1.75 1.6a3 3 "
    "0 0 1-4.3-4.3"
    "L4.5 7",
    "list": "M5.5 4h8.5M5.5 8h8.5M5.5 12h8.5M2 4h.01M2 8h.01M2 12h.01",
    "lock": "M3.5 7h9v6.5h-9zM5.5 7V4.75a2.5 2.5 0 0 1 5 0V7",
    "mail": "M1.75 3.5h12.5v9H1.75zM2 4l6 5 6-5",
    "menu": "M2 4.5h12M2 8h12M2 11.5h12",
    "merge": "M4 2v4c0 3 4 2 4 5v3M12 2v4c0 3-4 2-4 5M6 12l2 2 2-2",
    "monitor": "M1.75 2.75h12.5v8.5H1.75zM5.5 13.75h5",
    "moon": "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
    "package": "M8 1.75l5.5 3v6.5L8 14.25l-5.5-3v-6.5zM2.5 4.75L8 7.75l5.5-3M8 7.75v6.5",
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "play": "M5 3l7.5 5L5 13z",
    "plus": "M8 3v10M3 8h10",
    "refresh": "M13.5 8A5.5 5.5 0 1 1 11.8 4M13.5 1.75v3h-3",
    "search": "M7 2.25a4.75 4.75 0 1 0 0 9.5 4.75 4.75 0 0 0 0-9.5zM10.5 10.5L14 14",
    "server": "M2.5 2.5h11v4.5h-11zM2.5 9h11v4.5h-11zM5 4.75h.01M5 11.25h.01",
    "settings": "M2 4.5h6M11 4.5h3M9.5 3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM2 "
    "11.5h2.5M7.5 11.5H14"
    "M6 10a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
    "shield": "M8 1.75l5 2v4c0 3.2-2 5.4-5 6.5-3-1.1-5-3.3-5-6.5v-4z",
    "sign-out": "M6 2.5H2.5v11H6M10 4.5L13.5 8 10 11.5M13.5 8H6",
    "sun": "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.25v1.5M8 13.25v1.5M1.25 8h1.5M13.25 "
    "8h1.5M3.25 3.25"
    "l1 1M11.75 11.75l1 1M3.25 12.75l1-1M11.75 4.25l1-1",
    "tag": "M2 2.5h5.5l6.5 6-5 5.5-7-6.5zM5 5.5h.01",
    "terminal": "M1.75 2.75h12.5v10.5H1.75zM4.5 6l2 2-2 2M8.5 10.5h3",
    "trash": "M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.75 6.75v4M9.25 6.75v4",
    "user": "M8 2a2.75 2.75 0 1 0 0 5.5A2.75 2.75 0 0 0 8 2zM2.75 13.75c.5-3 2.5-4.5 "
    "5.25-4.5s4.75 1.5"
    " 5.25 4.5",
    "users": "M6 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM1.5 13.5c.4-2.8 2-4.2 "
    "4.5-4.2s4.1 1.4 4.5 4.2"
    "M10.5 2.7a2.5 2.5 0 0 1 0 4.6M12 9.6c1.5.6 2.3 1.9 2.5 3.9",
    "warning": "M8 2l6.5 11.5h-13zM8 6.5v3M8 11.5v.01",
    "waterfall": "M2 3.5h7M5 8h6M8.5 12.5H14",
    "x": "M3.5 3.5l9 9M12.5 3.5l-9 9",
}
_FILLED = frozenset({"bookmark"})
NAMES = tuple(_LINES)


@cache
def icon(name: str, *, filled: bool = False, cls: str = "") -> Markup:
    """An icon beside text that says the same; hidden from screen readers."""
    kinds = " icon-filled" if filled and name in _FILLED else ""
    return Markup(
        '<svg class="icon{}{}" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>'
    ).format(kinds, f" {cls}" if cls else "", _LINES[name])


_LEVELS = {
    "fatal": "M8 .5 15.5 8 8 15.5.5 8z",
    "error": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
    "warning": "M8 1.5 15 14H1z",
    "info": "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z",
    "debug": "M3.5 3.5h9v9h-9z",
    "sample": "M3.5 3.5h9v9h-9z",
}


def level_mark(level: str) -> Markup:
    """The mark of a level: its shape tells it as well as its colour."""
    return _level_mark(level if level in _LEVELS else "error")


@cache
def _level_mark(shape: str) -> Markup:
    return Markup(
        '<svg class="level level-{0}" viewBox="0 0 16 16" role="img" aria-label="{0}">'
        '<title>{0}</title><path d="{1}"/></svg>'
    ).format(shape, _LEVELS[shape])
