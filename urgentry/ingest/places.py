"""Where addresses are, by a MaxMind database that the operator provides.

Opened once at the start; the file is mapped, not read, and what was looked up lately is remembered.
"""

from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import maxminddb

from urgentry.errors import ConfigError

Place = dict[str, str]

_KEPT = 4096
_LANGUAGE = "en"


class Places:
    """A database of places. Closed after use."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigError for what is no such database."""
        try:
            self._reader = maxminddb.open_database(path)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise ConfigError(
                f"URGENTRY_GEOIP_DATABASE: cannot read {path}: {error}",
                hint="name a MaxMind database (.mmdb) of cities or countries, or leave it away",
            ) from error
        self._look_up = lru_cache(maxsize=_KEPT)(self._read)

    def find(self, address: str) -> Place | None:
        """The members of `user.geo` for an address; None where nothing is known of it."""
        place = self._look_up(address)
        return place.copy() if place else None

    def close(self) -> None:
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, address: str) -> Place:
        try:
            found = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return {}  # a form of address, or a part of the file, that it cannot read
        return _place(found) if isinstance(found, dict) else {}


def _place(found: dict[str, Any]) -> Place:
    country = _member(found, "country")
    subdivisions = found.get("subdivisions")
    subdivision = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else None
    members = {
        "country_code": country.get("iso_code"),
        "city": _name(_member(found, "city")),
        "subdivision": _name(subdivision),
        "region": _name(country),
    }
    return {key: value for key, value in members.items() if isinstance(value, str) and value}


def _member(found: dict[str, Any], name: str) -> dict[str, Any]:
    member = found.get(name)
    return member if isinstance(member, dict) else {}


def _name(thing: Any) -> Any:
    return _member(thing, "names").get(_LANGUAGE) if isinstance(thing, dict) else None
