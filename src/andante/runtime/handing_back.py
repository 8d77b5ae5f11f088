"""When somebody's time as a deputy is over, the tasks that went to them by the rule go back, in the background.

Which these are is in the rows of open tasks, and whether they go is decided in the core, by the same roster that gives
tasks to deputies: what was told twice, or by two servers, goes back once. An end is noticed when its time comes, and
when an entry is gone or changed; a server that starts, or does what another did before, looks at all.
"""

import asyncio
from collections.abc import Callable
from typing import Final, final

import structlog

from andante.engine.commands import LookAtDeputies
from andante.engine.roster import SHARE
from andante.runtime.bundle import changed
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.problem import LATER, Problem
from andante.runtime.roster import LiveRoster
from andante.store import deputized as rows
from andante.store.store import Store

log: Final = structlog.get_logger("andante.deputies")
AT_ONCE: Final = 200  # tasks in a page
AGAIN: Final = 5_000  # ms after which it looks again: another server may have given a task by what it knew before
Entry = tuple[str, str, str, str]  # person, deputy, process, queue


@final
class HandingBack:
    """`carry_out` does what is due by now. `mine` tells whether this server is to do it; two may think so for a moment,
    which does no harm. `wake` is called when there may be something to do before `next_at`."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, roster: LiveRoster, mine: Callable[[], bool]
    ) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._roster = roster
        self._mine = mine
        self._standing: set[Entry] | None = None  # None: nothing was looked at yet
        self._again = 0
        self.wake: Callable[[], None] = lambda: None
        roster.heard.append(self._hear)

    def next_at(self) -> int:
        """When (ms) the next one's time is over, or it is to look again; 0 for never."""
        now = self._clock.now()
        ends = [each.until_at for each in self._roster.known.deputies.values() if each.until_at > now]
        return min([*ends, self._again] if self._again else ends, default=0)

    async def carry_out(self) -> int:
        """Let what is over go back; how many instances that changed. Raises StoreProblem, and Problem for what may
        succeed in a moment."""
        if not self._mine():
            self._standing, self._again = None, 0  # whoever does it now may end before it has
            return 0
        now = self._clock.now()
        standing = self._entries(now)
        over = self._standing is None or bool(self._standing - standing)
        if not over and not (self._again and self._again <= now):
            self._standing = standing
            return 0
        done = await self._look()
        self._standing = standing
        self._again = now + AGAIN if over else 0
        return done

    def _hear(self) -> None:
        if self._mine() and (self._standing is None or self._standing - self._entries(self._clock.now())):
            self.wake()

    def _entries(self, now: int) -> set[Entry]:
        """What is in force by which tasks go to a deputy."""
        return {
            (each.person, each.deputy, each.definition, each.queue)
            for each in self._roster.known.deputies.values()
            if each.deputy and each.rule != SHARE and each.from_at <= now and not 0 < each.until_at <= now
        }

    async def _look(self) -> int:
        done, after = 0, rows.FIRST
        while True:
            page = await rows.page(self._store, after, AT_ONCE)
            now = self._clock.now()
            ids = dict.fromkeys(
                task.instance_id for task in page
                if not self._roster.stands_in(task.assignee, task.owner, now, task.definition, task.queue)
            )  # fmt: skip
            done += sum(await asyncio.gather(*(self._tell(each) for each in ids)))
            if len(page) < AT_ONCE:
                return done
            after = page[-1]

    async def _tell(self, instance_id: str) -> bool:
        try:
            return await self._executor.submit(instance_id, LookAtDeputies(), "", changed)
        except Problem as problem:
            if problem.code in LATER:
                raise
            log.error("tasks cannot go back to who was away", instance=instance_id, why=problem.message)
            return False
