"""Which attributes of spans, logs and metrics are noted already, so that a batch notes the new ones
alone. A project notes at most a thousand of a kind: the rest is stored and found, but not offered.
"""

from collections.abc import Collection, Iterable

from urgentry.storage.database import Transaction
from urgentry.storage.telemetry import AttributeKey
from urgentry.storage.telemetry_reading import list_noted
from urgentry.telemetry.signal import Kind

MOST_NOTED = 1_000
_PROJECTS_REMEMBERED = 2_000

_Place = tuple[int, Kind]


class KnownAttributes:
    """Remembers, for each project and kind, on which day each attribute was last noted."""

    def __init__(self) -> None:
        self._days: dict[_Place, dict[tuple[str, str], int]] = {}

    async def unnoted(self, tx: Transaction, seen: Iterable[AttributeKey]) -> set[AttributeKey]:
        """Those that have to be noted: new ones, and old ones on the first time of a day. Asks once
        for what a project has; remembers nothing new before `learn`."""
        noted: set[AttributeKey] = set()
        by_place: dict[_Place, list[AttributeKey]] = {}
        for key in seen:
            by_place.setdefault((key.project_id, key.kind), []).append(key)
        for place, keys in by_place.items():
            days = self._days.get(place)
            if days is None:
                days = await list_noted(tx, *place)
            room = MOST_NOTED - len(days)
            for key in sorted(keys):
                day = days.get((key.name, key.type))
                if day is None and room <= 0:
                    continue
                if day is None or day < key.day:
                    room -= day is None
                    noted.add(key)
            self._remember(place, days)
        return noted

    def learn(self, noted: Collection[AttributeKey]) -> None:
        """Remembers what a committed transaction noted."""
        for key in noted:
            days = self._days.get((key.project_id, key.kind))
            if days is not None:
                days[key.name, key.type] = key.day

    def _remember(self, place: _Place, days: dict[tuple[str, str], int]) -> None:
        """What was read is true whether or not the transaction commits."""
        if len(self._days) >= _PROJECTS_REMEMBERED and place not in self._days:
            self._days.clear()
        self._days[place] = days
