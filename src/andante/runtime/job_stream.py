"""Jobs as they come, for a worker that stays: as many as it may hold, and the next when it has reported one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, final

from andante.runtime.job_records import JobView

LOOK: Final = 1.0  # seconds between looks: for retries that fall due, and for what was reported to other servers


@final
class JobStream:
    """`take` locks up to so many jobs; `held` tells which of these are still the worker's. It holds `most`."""

    def __init__(
        self, take: Callable[[int], Awaitable[list[JobView]]], held: Callable[[list[str]], Awaitable[set[str]]],
        most: int,
    ) -> None:  # fmt: skip
        self._take = take
        self._held = held
        self._most = most
        self._given: set[str] = set()
        self._awake = asyncio.Event()
        self._looked = 0.0
        self.over = False

    def wake(self) -> None:
        """There may be a job."""
        self._awake.set()

    def end(self) -> None:
        """There is nothing more: the server stops."""
        self.over = True
        self._awake.set()

    def done(self, job_id: str) -> None:
        """The job was reported here, and is nobody's."""
        if job_id in self._given:
            self._given.discard(job_id)
            self._awake.set()

    async def next(self, patience: float) -> list[JobView]:
        """What there is and it has room for; waits up to `patience` seconds for that, until it is `over`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while True:
            self._awake.clear()
            if self._given and loop.time() >= self._looked + LOOK:
                self._given = await self._held(list(self._given))
                self._looked = loop.time()
            room = self._most - len(self._given)
            found = await self._take(room) if room > 0 else []
            self._given.update(job.id for job in found)
            left = until - loop.time()
            if found or left <= 0 or self.over:
                return found
            try:
                async with asyncio.timeout(min(left, LOOK)):
                    await self._awake.wait()
            except TimeoutError:
                continue
