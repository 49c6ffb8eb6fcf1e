"""How pages look to this browser: theme, density, time. Kept in a cookie, so that the first byte of
a page is right already."""

import msgspec

COOKIE = "urgentry_look"
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
CLOCKS = ("local", "utc")
_AGE = 365 * 24 * 3600


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of each."""

    theme: str = "system"
    density: str = "comfortable"
    clock: str = "local"

    def cookie(self, *, is_secure: bool) -> str:
        """The value of Set-Cookie."""
        secure = "; Secure" if is_secure else ""
        text = f"{self.theme}.{self.density}.{self.clock}"
        return f"{COOKIE}={text}; Path=/; Max-Age={_AGE}; SameSite=Lax{secure}"


def look_of(cookie: str | None) -> Look:
    """The look of a cookie; what is not a choice is as by default."""
    given = (cookie or "").split(".")
    theme, density, clock = (*given, "", "", "")[:3]
    return chosen(theme=theme, density=density, clock=clock)


def chosen(*, theme: str, density: str, clock: str, old: Look | None = None) -> Look:
    """A look of these words, or of the old one's where they are none."""
    base = old or Look()
    return Look(
        theme=theme if theme in THEMES else base.theme,
        density=density if density in DENSITIES else base.density,
        clock=clock if clock in CLOCKS else base.clock,
    )
