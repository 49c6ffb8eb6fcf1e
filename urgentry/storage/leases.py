"""Who does a job that one of several servers does: a lease in the database."""

from urgentry.storage.database import Transaction


async def take(
    tx: Transaction, name: str, holder: str, *, now: int, until: int, period: int
) -> bool:
    """Whether `holder` has the job from now on: nobody else holds it, and it was last finished
    at least `period` ago."""
    took = await tx.one(
        "leases.take", name=name, holder=holder, now=now, expires_at=until, due=now - period
    )
    return took is not None


async def extend(tx: Transaction, name: str, holder: str, *, until: int) -> bool:
    """Holds it for longer; False when it went to another meanwhile."""
    return bool(await tx.run("leases.extend", name=name, holder=holder, expires_at=until))


async def finish(tx: Transaction, name: str, holder: str, *, now: int) -> None:
    """Gives it back: it is due again after its period."""
    await tx.run("leases.finish", name=name, holder=holder, now=now)
