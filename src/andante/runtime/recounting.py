"""A business calendar has changed: each open instance whose clocks run by it is told, in the background.

Which these are is in the rows of the clocks, with the revision that each was counted by. A command counts an instance's
clocks anew and changes the rows in its own transaction; so nothing is told twice, whatever is left after a crash is
found again, and a clock that a server counted by a revision that had just been overtaken is found, too.
"""

import asyncio
from collections.abc import Callable
from typing import Final, final

import structlog

from andante.engine.commands import FollowCalendar
from andante.runtime.bundle import changed
from andante.runtime.calendars import LiveCalendars
from andante.runtime.executor import Executor
from andante.runtime.problem import LATER, Problem
from andante.store import calendars as rows
from andante.store.faults import StoreProblem
from andante.store.store import Store

log: Final = structlog.get_logger("andante.calendars")
AT_ONCE: Final = 200  # instances in a page
REST: Final = 1  # times as long as the work before it
SHORTEST_REST: Final = 0.01  # seconds
PAUSE: Final = 30.0  # seconds until it looks again when nothing is left
AWAY: Final = 1.0  # seconds between tries while the database is away


@final
class Recounting:
    """`run` lives as long as the server; `carry_out` does all that there is. `mine` tells whether this server is to do
    it; two may think so for a moment, which does no harm."""

    def __init__(self, store: Store, executor: Executor, calendars: LiveCalendars, mine: Callable[[], bool]) -> None:
        self._store = store
        self._executor = executor
        self._calendars = calendars
        self._mine = mine
        self._woken = asyncio.Event()
        self.told = 0  # instances
        calendars.heard.append(self._woken.set)

    async def run(self) -> None:
        while True:
            self._woken.clear()
            wait = PAUSE
            try:
                await self.carry_out(rest=True)
            except (StoreProblem, Problem) as fault:
                log.warning("clocks cannot follow their calendar yet", why=str(fault))
                wait = AWAY
            except Exception:
                log.exception("following a calendar stumbled")
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def carry_out(self, *, rest: bool = False) -> int:
        """Tell all that are behind; how many instances that was. Raises StoreProblem, and Problem for what may succeed
        in a moment."""
        before = self.told
        for key, revision in self._calendars.revisions():
            await self._of(key, revision, rest)
        return self.told - before

    async def _of(self, key: str, revision: int, rest: bool) -> None:
        loop = asyncio.get_running_loop()
        after = ""
        while self._mine():
            begun = loop.time()
            ids = await rows.behind(self._store, key, revision, after, AT_ONCE)
            if not ids:
                return
            done = await asyncio.gather(*(self._tell(each, key, revision) for each in ids), return_exceptions=True)
            for each in done:
                if isinstance(each, BaseException):
                    raise each
            self.told += len(ids)
            after = ids[-1]
            if rest:
                await asyncio.sleep(max(SHORTEST_REST, REST * (loop.time() - begun)))

    async def _tell(self, instance_id: str, key: str, revision: int) -> None:
        try:
            await self._executor.submit(instance_id, FollowCalendar(key, revision), "", changed)
        except Problem as problem:
            if problem.code in LATER:
                raise
            log.error("an instance cannot follow its calendar", instance=instance_id, why=problem.message)
