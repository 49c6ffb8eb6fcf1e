"""What people change of their own accounts."""

from urgentry.access.passwords import hash_password, verify_password
from urgentry.domain.account import Account, password_problem
from urgentry.errors import FieldError
from urgentry.storage import accounts
from urgentry.storage.database import Database, Transaction


async def change_password(
    database: Database, account: Account, *, current: str, new: str, keep_session: bytes = b""
) -> None:
    """Replaces the password and signs every other browser out."""
    async with database.read() as tx:
        credentials = await accounts.get_credentials(tx, account.id)
    password_hash = credentials.password_hash if credentials else None
    if not await verify_password(password_hash, current):
        raise FieldError({"current": ["The current password is wrong."]})
    problem = password_problem(new, email=account.email)
    if problem is not None:
        raise FieldError({"new": [problem]})
    renewed = await hash_password(new)

    async def write(tx: Transaction) -> None:
        await accounts.set_password(tx, account.id, renewed)
        await accounts.delete_other_sessions(tx, account.id, keep_session)

    await database.write(write)
