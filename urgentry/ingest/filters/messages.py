"""Filters that know an error by its words: a project's own patterns, and two kinds of noise that
page loads make."""

from urgentry.domain.patterns import Patterns
from urgentry.ingest.filters.reading import Event, exceptions_of, text_at

_REACT_CODES = "{418,419,421,422,423,425}"
_HYDRATION = Patterns(
    [
        f"*https://reactjs.org/docs/error-decoder.html?invariant={_REACT_CODES}*",
        f"*https://react.dev/errors/{_REACT_CODES}*",
    ]
)
"""React tells its errors by number: those about markup that is not what the server rendered."""

_UNLOADED_CHUNKS = [
    (Patterns(["ChunkLoadError"]), Patterns(["{Loading,Failed to load} chunk *"])),
    (
        Patterns(["*Uncaught *"]),
        Patterns(["ChunkLoadError: {Loading,Failed to load} chunk *"]),
    ),
    (Patterns(["Error"]), Patterns(["Uncaught (in promise): ChunkLoadError*"])),
]
"""A bundler's script that is gone after a deploy: patterns of type and value."""


def is_hydration_error(event: Event) -> bool:
    """React found other markup than the server had sent."""
    values = (text_at(entry, "value") for entry in exceptions_of(event))
    return any("react" in value.lower() and _HYDRATION.match(value) for value in values)


def is_chunk_load_error(event: Event) -> bool:
    """A part of the application could not be loaded."""
    return any(_is_unloaded_chunk(entry) for entry in exceptions_of(event))


def _is_unloaded_chunk(entry: Event) -> bool:
    value = text_at(entry, "value")
    if "chunk" not in value.lower():
        return False
    kind = text_at(entry, "type")
    return any(kinds.match(kind) and values.match(value) for kinds, values in _UNLOADED_CHUNKS)


def says(event: Event, patterns: Patterns) -> bool:
    """Whether the message, or an exception as `Type: value`, is as a pattern says."""
    logged = text_at(event, "logentry", "formatted") or text_at(event, "logentry", "message")
    if logged and patterns.match(logged):
        return True
    return any(patterns.match(_spoken(entry)) for entry in exceptions_of(event))


def _spoken(entry: Event) -> str:
    kind, value = text_at(entry, "type"), text_at(entry, "value")
    return f"{kind}: {value}" if kind and value else kind or value
