"""How many instances may be started from outside: so many a second, and no more while so many are open. What processes,
timers and calls from one to another start is not held up: it belongs to work that was let in.
"""

import asyncio
from typing import Final, final

from andante.runtime.clock import Clock
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import STARTS, TOO_MANY_OPEN, Problem
from andante.runtime.sharing import Sharing
from andante.store.definitions import started_by
from andante.store.instances import open_up_to
from andante.store.store import Store
from andante.timing.rates import Rates

ALL: Final = "all"
RATE: Final = "rate"
OPEN: Final = "open"
OLD_MS: Final = 10_000  # after which open instances are counted again: other servers start some too, and many end
FULL_MS: Final = 1_000  # the same, while there are as many as may be
OPEN_WAIT_S: Final = 5


@final
class Pace:
    """By the settings `starts` and `open_instances`, in memory. Of `starts` each of the servers that share the database
    has the same part. `refused`: how often it said no, by which of the two."""

    def __init__(self, store: Store, clock: Clock, sharing: Sharing, settings: RuntimeSettings) -> None:
        self._store = store
        self._clock = clock
        self._sharing = sharing
        self._most = settings.starts
        self._most_open = settings.open_instances
        self._rates = Rates()
        self._open = 0
        self._counted_at: int | None = None
        self._turn = asyncio.Lock()
        self.refused: dict[str, int] = {RATE: 0, OPEN: 0}

    async def demand(self, count: int = 1) -> None:
        """So many are about to be started. Raises Problem (429)."""
        if not count:
            return
        if self._most_open:
            async with self._turn:
                await self._make_room(count)
        if self._most:
            mine = max(1, self._most // self._sharing.size)
            if wait := self._rates.wait_s(ALL, mine, self._clock.now(), count):
                self.refused[RATE] += 1
                text = f"More than {mine} instances were started within a second. Try again in a moment."
                raise Problem(STARTS, 429, text, wait=wait)
        self._open += count

    async def demand_for(self, kind: str, name: str) -> None:
        """As `demand`, for a "message" or "signal": as many as it may start."""
        if self._most or self._most_open:
            found = await started_by(self._store, kind, name)
            await self.demand(len({(definition, node) for definition, node, _ in found}))

    async def _make_room(self, count: int) -> None:
        # Far from the limit nothing is counted but what this server starts itself; near it, once a second at most.
        now, before = self._clock.now(), self._open
        age = OLD_MS if self._counted_at is None else now - self._counted_at
        if age >= OLD_MS or (age >= FULL_MS and before + count > self._most_open):
            self._open, self._counted_at = await open_up_to(self._store, self._most_open), now
        if self._open + count > self._most_open:
            self.refused[OPEN] += 1
            raise Problem(
                TOO_MANY_OPEN, 429,
                f"{self._most_open} instances may be open at a time, and are. End some, or wait until some have ended.",
                wait=OPEN_WAIT_S,
            )  # fmt: skip
