"""A release and the order of versions: ingest, triage and search compare releases by it.

A version is `package@1.2.3-rc.1+build` or the same without a package. What follows this form is
ordered by its `sort_key`, a text whose byte order is the order of versions, so that both databases
sort it alike. Everything else (a commit hash, a date) has no key and is ordered by time.
"""

import re
from functools import lru_cache

import msgspec

_PACKAGE = re.compile(r"(?P<package>[^@\s]+)@(?P<rest>[^@\s]+)")
_SCOPED_PACKAGE = re.compile(r"(?P<package>@[^@\s]+)@(?P<rest>[^@\s]+)")
_VERSION = re.compile(
    r"v?(?P<numbers>[0-9]{1,18}(?:\.[0-9]{1,18}){1,3})"
    r"(?:-?(?P<pre>(?<=-)[0-9A-Za-z][0-9A-Za-z.-]*|[A-Za-z][0-9A-Za-z.-]*))?"
    r"(?:\+(?P<build>[0-9A-Za-z][0-9A-Za-z.-]*))?"
)
_HASH = re.compile(r"[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBERS = 4
_SHOWN_HASH = 12


class ParsedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version in its parts. `numbers` is empty and `sort_key` None where no order is known."""

    raw: str
    package: str = ""
    rest: str
    """What follows the package."""
    sort_key: str | None = None
    numbers: tuple[int, ...] = ()
    pre: str = ""
    build: str = ""

    @property
    def build_hash(self) -> str | None:
        """The commit hash that stands in the version's place, or behind its plus."""
        candidate = self.build or ("" if self.numbers else self.rest)
        return candidate if _HASH.fullmatch(candidate) else None

    @property
    def description(self) -> str:
        """The version as people read it: without the package, hashes cut short."""
        if not self.numbers:
            return self.rest[:_SHOWN_HASH] if self.build_hash else self.rest
        build = self.build[:_SHOWN_HASH] if self.build_hash else self.build
        number = self.rest.partition("+")[0]
        return f"{number} ({build})" if build else number


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A version that an organization's events or its tools named; times in microseconds."""

    id: int
    organization_id: int
    version: str
    package: str
    sort_key: str | None
    ref: str | None
    url: str | None
    released_at: int | None
    created_at: int


class ReleaseProject(msgspec.Struct, frozen=True, kw_only=True):
    """What one project saw of a release."""

    release_id: int
    project_id: int
    project_slug: str
    project_name: str
    platform: str
    first_seen: int | None
    last_seen: int | None
    events: int
    new_issues: int
    has_sessions: bool = False


@lru_cache(maxsize=1024)
def parse_version(version: str) -> ParsedVersion:
    """Takes a version apart; never fails."""
    package, rest = _split_package(version)
    match = _VERSION.fullmatch(rest)
    if match is None:
        return ParsedVersion(raw=version, package=package, rest=rest)
    numbers = tuple(map(int, match["numbers"].split(".")))
    pre, build = match["pre"] or "", match["build"] or ""
    return ParsedVersion(
        raw=version,
        package=package,
        rest=rest,
        sort_key=_sort_key(numbers, pre, build),
        numbers=numbers,
        pre=pre,
        build=build,
    )


def _split_package(version: str) -> tuple[str, str]:
    match = _SCOPED_PACKAGE.fullmatch(version) or _PACKAGE.fullmatch(version)
    return (match["package"], match["rest"]) if match else ("", version)


def _sort_key(numbers: tuple[int, ...], pre: str, build: str) -> str:
    """Numbers carry their length in front; no pre-release is "~", above every pre-release; a blank
    ends the pre-release, below all that may continue it; builds break ties."""
    padded = numbers + (0,) * (_NUMBERS - len(numbers))
    release = "".join(map(_number_key, padded))
    return release + (_identifiers_key(pre, "-") if pre else "~") + " " + _identifiers_key(build)


def _number_key(number: int | str) -> str:
    digits = str(number).lstrip("0") or "0"
    return chr(ord("A") + len(digits)) + digits


def _identifiers_key(text: str, start: str = "") -> str:
    """Numeric identifiers stand below others and compare as numbers; fewer stand below more."""
    identifiers = [part for part in text.split(".") if part]
    return start + "".join(
        f"0{_number_key(part)}!" if part.isdecimal() else f"1{part}!" for part in identifiers
    )
