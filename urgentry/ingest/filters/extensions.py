"""Errors that browser extensions and other software on the visitor's machine make in pages.

Told by what the innermost error says, or by the file that its last named frame is in.
"""

from urgentry.ingest.filters.reading import Event, exceptions_of, text_at

_SAID = (
    # scripts that extensions, toolbars and proxies put into pages
    *("top.globals", "originalcreatenotification", "canvas.contentdocument"),
    *("myapp_removeallhighlights", "http://tt.epicplay.com", "can't find variable: zitereader"),
    *("jigsaw is not defined", "combosearch is not defined", "http://loading.retry.widdit.com/"),
    *("atomicfindclose", "fb_xd_fragment", "bmi_safeaddonload", "ebcallbackmessagereceived"),
    *("_gcrweb", "conduitpage", "null is not an object (evaluating 'elt.parentnode')"),
    "plugin.setsuspendstate is not a function",
    # extensions that outlived the page, or were updated under it
    *("extension context invalidated", "webkit-masked-url:", "can't access dead object"),
    # wallets and blockers that quarrel about one name
    "cannot redefine property: ethereum",
    "cannot redefine property: googletag",
    "cannot redefine property: solana",
)
_SCHEMES = (
    *("chrome://", "chrome-extension://", "moz-extension://"),
    *("safari-extension://", "safari-web-extension://"),
)
_PLACES = (
    *("graph.facebook.com", "connect.facebook.net", "eatdifferent.com.woopra-ns.com"),
    *("static.woopra.com/js/woopra.js", "webkit-masked-url", "127.0.0.1:4001/isrunning"),
    *("webappstoolbarba.texthelp.com/", "metrics.itunes.apple.com.edgesuite.net/"),
    "kaspersky-labs.com",
)
_NAMELESS = ("<anonymous>", "[native code]")


def is_of_extension(event: Event) -> bool:
    """Whether something in the browser made the error, and not the page."""
    first = next(exceptions_of(event), None)
    if first is None:
        return False
    said = text_at(first, "value").lower()
    if any(words in said for words in _SAID):
        return True
    source = _source(first).lower()
    return source.startswith(_SCHEMES) or any(place in source for place in _PLACES)


def _source(exception: Event) -> str:
    """The file of the last frame that is in one."""
    stacktrace = exception.get("stacktrace")
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    for frame in reversed(frames or ()):
        path = text_at(frame, "abs_path")
        if path not in _NAMELESS:
            return path
    return ""
