"""What the database says was counted, read past the program: rows, and sums that must agree."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.queries import rows, value
from tests.server.reliability.load import Log
from urgentry.storage.open import open_database

_EVENTS = {
    "bodies": "SELECT (SELECT count(*) FROM event_body) + (SELECT count(*) FROM packed_event)",
    "claimed ids": "SELECT count(*) FROM event_id",
    "issues": "SELECT sum(times_seen) FROM issue",
    "hashes": "SELECT sum(times_seen) FROM hash",
    "hours": "SELECT sum(events) FROM hash_hour",
    "environments": "SELECT sum(events) FROM hash_environment",
    "releases": "SELECT sum(events) FROM hash_release",
    "projects' releases": "SELECT sum(events) FROM release_project",
    "tag values": "SELECT sum(events) FROM hash_tag WHERE tag_key = 'parity'",
    "users' events": "SELECT sum(events) FROM hash_user",
    "accepted": "SELECT sum(quantity) FROM outcome_hour WHERE outcome = 0 AND category = 1",
}
"""Each counts the same events in another place."""

_USERS = {
    "users": "SELECT count(*) FROM hash_user",
    "hashes": "SELECT sum(users_seen) FROM hash",
    "issues": "SELECT sum(users_seen) FROM issue",
}
"""The same for users, where an issue has one hash."""

_DUPLICATES = "SELECT sum(quantity) FROM outcome_hour WHERE outcome = 3 AND reason = 'duplicate'"


@dataclass(frozen=True, slots=True)
class Issue:
    """Its short id, its counts, and the rows that it has."""

    short_id: int
    times_seen: int
    users_seen: int
    rows: int


@dataclass(frozen=True, slots=True)
class Books:
    """One look at the database."""

    events: Counter[str]
    """How often each client event id stands in `event`."""
    sums: dict[str, int]
    users: dict[str, int]
    issues: list[Issue]
    duplicates: int

    def check(self) -> None:
        """Asserts that no event stands there twice and that every sum agrees with the rows."""
        assert [event_id for event_id, count in self.events.items() if count > 1] == []
        assert self.sums == dict.fromkeys(_EVENTS, self.events.total())
        assert len(set(self.users.values())) == 1, self.users
        assert [issue for issue in self.issues if issue.times_seen != issue.rows] == []

    def hold(self, event_ids: Iterable[str]) -> None:
        """Asserts that each of these events is there."""
        missing = set(event_ids) - self.events.keys()
        assert not missing, f"{len(missing)} events were answered 200 and are gone"

    def keep(self, log: Log) -> None:
        """Asserts that everything that was answered 200 is there once, and all sums agree."""
        assert log.accepted, "nothing was accepted: the test shows nothing"
        self.check()
        self.hold(log.accepted)


async def read_books(dsn: str) -> Books:
    """Reads the books of the database, beside whatever server runs on it."""
    database = open_database(dsn)
    try:
        events = await rows(database, "SELECT event_id FROM event")
        issues = await rows(
            database,
            """
            SELECT short_id, times_seen, users_seen, (
                SELECT count(*) FROM event JOIN hash ON hash.id = event.hash_id
                WHERE hash.issue_id = issue.id
            ) AS events
            FROM issue ORDER BY short_id
            """,
        )
        return Books(
            events=Counter(bytes(row["event_id"]).hex() for row in events),
            sums={name: int(await value(database, text) or 0) for name, text in _EVENTS.items()},
            users={name: int(await value(database, text) or 0) for name, text in _USERS.items()},
            issues=[
                Issue(row["short_id"], row["times_seen"], row["users_seen"], row["events"])
                for row in issues
            ],
            duplicates=int(await value(database, _DUPLICATES) or 0),
        )
    finally:
        await database.close()
