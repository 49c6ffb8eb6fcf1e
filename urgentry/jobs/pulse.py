"""Whether the database answers, known at any moment without asking it.

Probes must be answered at once just when the database is not, so `app` tells them what was last
heard here.
"""

from urgentry import clock
from urgentry.beats import rest
from urgentry.errors import StorageError
from urgentry.storage.database import Database

_REST_SECONDS = 0.5
_PATIENCE = 2 * clock.SECOND


class Pulse:
    """Asks the database again and again; `run` is the job, `problem` what it found."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: str | None = None
        self._asked_at: int | None = None

    @property
    def problem(self) -> str | None:
        """What is wrong with the database; None when it answered the last question, or has had
        too little time for it."""
        if self._asked_at is not None and clock.now() - self._asked_at > _PATIENCE:
            return "the database does not answer"
        return self._found

    async def run(self) -> None:
        """Asks until it is cancelled."""
        while True:
            self._asked_at = clock.now()
            self._found = await self._ask()
            self._asked_at = None
            await rest(_REST_SECONDS)

    async def _ask(self) -> str | None:
        try:
            await self._database.ping()
        except StorageError as error:
            return str(error)
        return None
