"""How time passes for an engine: by itself, or for tests when they say so."""

import asyncio
import datetime as dt
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, final

from andante.runtime import HouseWorker, Runtime, TestClock
from andante.timing.duration import parse_duration, shift
from andante.timing.instants import iso

ROUNDS: Final = 10_000  # of work that follows from work, after which it does not seem to end
LOOK: Final = 0.02  # seconds between two looks, where time passes by itself
Condition = Callable[[], bool | Awaitable[bool]]


class NotReached(Exception):
    """What was waited for did not come."""


@final
class Passing:
    """Time of one engine. `clock` is the test's own, or None where time passes by itself."""

    def __init__(self, runtime: Runtime, clock: TestClock | None, workers: Sequence[HouseWorker]) -> None:
        self._runtime = runtime
        self._clock = clock
        self._workers = workers

    async def settle(self) -> None:
        """Let all happen that is due by now, with all that follows from it. Raises NotReached where that never ends."""
        if self._clock is None:
            return
        for _ in range(ROUNDS):
            await self._runtime.run_due()
            if not sum([await worker.once() for worker in self._workers]):
                return
        raise NotReached(f"Work followed from work for {ROUNDS} rounds: does a loop of the process never wait?")

    async def advance(self, by: str | dt.timedelta) -> None:
        """Let so much time pass; whatever falls due does so in turn, each at its time. Raises TimingError."""
        clock = self._own()
        zone = self._runtime.settings.zone
        length = shift(clock.now(), parse_duration(by), zone) - clock.now() if isinstance(by, str) else by // MS
        end = clock.now() + length
        while (at := await self._next()) and clock.now() < at <= end:
            clock.set(at)
            await self.settle()
        clock.set(end)
        await self.settle()

    async def run_until(self, condition: Condition, wanted: str, within: float) -> None:
        """Until it holds: for at most `within` seconds, or with the test's clock until nothing is due any more."""
        await self.settle()
        end = asyncio.get_running_loop().time() + within
        while not await _holds(condition):
            if self._clock is None:
                if asyncio.get_running_loop().time() > end:
                    raise NotReached(f"{wanted} did not come within {within:g} seconds.")
                await asyncio.sleep(LOOK)
                continue
            at = await self._next()
            if at <= self._clock.now() or asyncio.get_running_loop().time() > end:
                raise NotReached(f"{wanted} did not come: at {iso(self._clock.now())} nothing falls due any more.")
            self._clock.set(at)
            await self.settle()

    async def _next(self) -> int:
        types = [type for worker in self._workers for type in worker.types]
        found = [await self._runtime.timekeeper.next_at(), await self._runtime.jobs.next_at(types) if types else 0]
        return min((at for at in found if at), default=0)

    def _own(self) -> TestClock:
        if self._clock is None:
            raise NotReached("Time passes by itself here. Make the engine with for_tests() to let it pass by hand.")
        return self._clock


MS: Final = dt.timedelta(milliseconds=1)


async def _holds(condition: Condition) -> bool:
    found = condition()
    return await found if inspect.isawaitable(found) else bool(found)
