"""The clock: the one place the time comes from. Times are ms since the epoch, UTC."""

import time
from typing import Protocol, final


class Clock(Protocol):
    def now(self) -> int:
        """Now, in ms since the epoch, UTC."""
        ...


@final
class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


@final
class TestClock:
    """A clock that stands still until it is set: for tests and for `--test-clock`."""

    __test__ = False

    def __init__(self, start_ms: int) -> None:
        self._now = start_ms

    def now(self) -> int:
        return self._now

    def set(self, ms: int) -> None:
        """Move it. Raises ValueError for a step back."""
        if ms < self._now:
            raise ValueError("a clock does not go back")
        self._now = ms
