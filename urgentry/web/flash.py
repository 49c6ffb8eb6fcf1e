"""A message that is shown once on the next page, with a way back where there is one.

It travels in a cookie of codes and numbers only: texts stand here, so that nobody can plant words.
"""

import msgspec
import orjson

from urgentry.domain.organization import slug_problem
from urgentry.web.formats import plural

COOKIE = "urgentry_flash"
_MAX_IDS = 100


class Flash(msgspec.Struct, frozen=True, kw_only=True):
    """A code of `_TEXTS`, how many things it is about, and the form that takes it back."""

    code: str
    count: int = 1
    undo: str = ""
    """The action of the form that undoes it."""
    place: str = ""
    """The address part of the organization whose issues these are."""
    ids: list[int] = []

    @property
    def text(self) -> str:
        """What it says."""
        return _TEXTS[self.code].format(
            issues=plural(self.count, "issue"), were="was" if self.count == 1 else "were"
        )


_TEXTS = {
    "resolved": "{issues} resolved",
    "unresolved": "{issues} reopened",
    "archived": "{issues} archived",
    "reviewed": "{issues} marked as reviewed",
    "assigned": "{issues} assigned",
    "unassigned": "{issues} unassigned",
    "prioritised": "Priority of {issues} changed",
    "merged": "{issues} merged into one",
    "unmerged": "Split off into an issue of its own",
    "deleted": "{issues} deleted",
    "bookmarked": "Bookmarked",
    "unbookmarked": "Bookmark removed",
    "commented": "Comment added",
    "uncommented": "Comment deleted",
    "view-saved": "View saved",
    "view-removed": "View deleted",
    "saved": "Saved",
    "created": "Created",
    "removed": "Removed",
    "signed-out": "You are signed out",
    "password": "Password changed; other browsers are signed out",
    "joined": "Welcome aboard",
    "nothing": "Nothing was selected",
    "one-project": "Only issues of one project can be merged",
}


def encode(flash: Flash, *, is_secure: bool) -> str:
    """The value of Set-Cookie."""
    kept = msgspec.structs.replace(flash, ids=flash.ids[:_MAX_IDS])
    text = orjson.dumps(msgspec.to_builtins(kept)).hex()
    secure = "; Secure" if is_secure else ""
    return f"{COOKIE}={text}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax{secure}"


def decode(cookie: str | None) -> Flash | None:
    """The message of a cookie; None where it is none of ours."""
    if not cookie:
        return None
    try:
        flash = msgspec.convert(orjson.loads(bytes.fromhex(cookie)), Flash)
    except (ValueError, msgspec.ValidationError):
        return None
    is_ours = flash.code in _TEXTS and (not flash.place or slug_problem(flash.place) is None)
    return flash if is_ours else None


def cleared() -> str:
    """The value of Set-Cookie that takes it away."""
    return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
