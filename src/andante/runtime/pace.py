"""How many instances may be started a second from outside. What processes and timers start is not held up."""

from typing import Final, final

from andante.runtime.clock import Clock
from andante.runtime.problem import STARTS, Problem
from andante.store.definitions import started_by
from andante.store.store import Store
from andante.timing.rates import Rates

ALL: Final = "all"


@final
class Pace:
    """`most` a second, in memory: each server counts for itself. 0: any number."""

    def __init__(self, store: Store, clock: Clock, most: int) -> None:
        self._store = store
        self._clock = clock
        self._most = most
        self._rates = Rates(most)

    def demand(self) -> None:
        """One more is about to be started. Raises Problem (429)."""
        if self._most and (wait := self._rates.wait_s(ALL, 0, self._clock.now())):
            text = f"More than {self._most} instances were started within a second. Try again in a moment."
            raise Problem(STARTS, 429, text, wait=wait)

    async def demand_for(self, kind: str, name: str) -> None:
        """As `demand`, for a "message" or "signal" that starts something."""
        if self._most and await started_by(self._store, kind, name):
            self.demand()
