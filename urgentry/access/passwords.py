"""Passwords: argon2id, one call of C at a time off the loop, at most two at once.

The cost (19 MiB, two passes) is the least that is recommended for sign-in pages: two at once stay
within a small server's memory, and the throttle in front of them bounds how many wait.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$cGVyc29uIG9mIG5vIG5hbWU$"
    "4IgFhotwWHnn7y6Ht/WckxfvrK1725xpNoHjVKMpZPs"
)
"""Checked in place of an account that is not there, so that the answer takes as long."""


async def hash_password(password: str) -> str:
    """The text to keep for a password."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _hasher.hash, _encoded(password))


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes as long when there is no hash."""
    loop = asyncio.get_running_loop()
    kept = password_hash or _NOBODY
    fits = await loop.run_in_executor(_threads, _verify, kept, _encoded(password))
    return fits and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made at another cost than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _verify(password_hash: str, password: bytes) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
