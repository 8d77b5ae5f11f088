"""Reading again, in the background, what another server may have changed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, final

import structlog

from andante.store.faults import StoreProblem

PAUSE: Final = 0.5  # seconds until it is tried again
log: Final = structlog.get_logger("andante.runtime")


@final
class Rereading:
    """`read` is awaited soon after each `look`, once for all that come meanwhile. What cannot be read now is told in
    the log, as `what`, and read as soon as it can be: a server that has no others may not be told again."""

    def __init__(self, read: Callable[[], Awaitable[object]], what: str) -> None:
        self._read = read
        self._what = what
        self._again = False
        self._looking: asyncio.Task[None] | None = None

    async def now(self) -> None:
        """There is something new. Raises StoreProblem; then it is read as soon as it can be."""
        try:
            await self._read()
        except StoreProblem:
            self.look()
            raise

    def look(self) -> None:
        """There may be something new."""
        self._again = True
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look())

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        try:
            told = False
            while self._again:
                self._again = False
                try:
                    await self._read()
                except StoreProblem as fault:
                    if not told:
                        log.warning(f"the {self._what} could not be read", why=str(fault))
                    told = self._again = True
                    await asyncio.sleep(PAUSE)
        finally:
            self._looking = None
