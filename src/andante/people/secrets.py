"""Secrets: passwords and client secrets are kept as argon2id hashes, tokens as SHA-256 of 256 random bits."""

import asyncio
import base64
import hashlib
import secrets
from typing import Final, final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
AT_ONCE: Final = 2


def new_secret() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


@final
class Hasher:
    """Hashes and verifies in threads, few at a time: each takes its memory."""

    def __init__(self) -> None:
        self._argon2 = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobody = _nobodys(self._argon2)

    async def hash(self, secret: str) -> str:
        """The argon2id hash, with its salt and parameters in it."""
        async with self._turn:
            return await asyncio.to_thread(self._argon2.hash, secret)

    async def verify(self, stored: str, secret: str) -> bool:
        """Whether `secret` is the one stored. Without a stored hash it takes as long and says no."""
        async with self._turn:
            good = await asyncio.to_thread(self._verify, stored or self._nobody, secret)
        return good and bool(stored)

    def _verify(self, stored: str, secret: str) -> bool:
        try:
            return self._argon2.verify(stored, secret)
        except (VerificationError, InvalidHashError):
            return False


def _nobodys(hasher: PasswordHasher) -> str:
    """A hash that no secret has: what is verified for who is not known. It is made of random bytes, without hashing,
    so that the first who is not known does not take longer than others."""
    salt, tag = (_encoded(secrets.token_bytes(length)) for length in (hasher.salt_len, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${tag}"


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
