"""One database, several servers: what each does because of the others. With a database of its own a server does nothing
of this."""

import asyncio
import contextlib
from random import Random
from typing import Final, final

from andante.runtime.calendars import NEWS, LiveCalendars
from andante.runtime.catalogue import Catalogue
from andante.runtime.changes import Changes
from andante.runtime.executor import Executor
from andante.runtime.ids import Ids
from andante.runtime.jobs import Jobs
from andante.runtime.membership import DatabaseClock, Membership
from andante.runtime.outbox import Outbox
from andante.runtime.roster import LiveRoster
from andante.runtime.timekeeper import Timekeeper
from andante.store.store import SharedStore, Store

# Seconds between two looks of a server that is alone: it may have written something and not have heard so.
ALONE: Final = 5.0
PAUSE: Final = 0.02  # seconds between news


@final
class Sharing:
    """`join` before anything else; `leave` when all is written."""

    def __init__(
        self, store: Store, clock: DatabaseClock | None, ids: Ids, executor: Executor, catalogue: Catalogue,
        outbox: Outbox, jobs: Jobs, timekeeper: Timekeeper, roster: LiveRoster,
        changes: Changes, calendars: LiveCalendars, chance: Random,
    ) -> None:  # fmt: skip
        self._ids = ids
        self._executor = executor
        self._catalogue = catalogue
        self._outbox = outbox
        self._jobs = jobs
        self._timekeeper = timekeeper
        self._roster = roster
        self._changes = changes
        self._calendars = calendars
        self._news = News(store)
        self._beating: asyncio.Task[None] | None = None
        self._looked = 0.0
        self.membership: Membership | None = None
        if isinstance(store, SharedStore):
            self.membership = Membership(store, clock, self._entered, self._changed, chance)
            store.heard = self._hear
            store.parted = executor.forget

    @property
    def first(self) -> bool:
        """Whether what one of all servers is to do is this one's. Two may think so for a moment."""
        return self.membership is None or (self.membership.holds and self.membership.members.place == 0)

    @property
    def size(self) -> int:
        """How many servers there are."""
        return 1 if self.membership is None else self.membership.members.size

    async def join(self) -> None:
        """Raises StoreProblem."""
        if self.membership is not None:
            await self.membership.join()
            self._beating = asyncio.get_running_loop().create_task(self.membership.run())

    async def leave(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
        if self.membership is not None:
            await self.membership.leave()

    def falls_due(self, due: int) -> None:
        """Something will be due at `due` (ms)."""
        self._timekeeper.note(due)
        if not self._executor.alone:
            self._news.due(due)

    def new_jobs(self) -> None:
        """There may be jobs to be fetched."""
        self._jobs.announce()
        if not self._executor.alone:
            self._news.jobs()

    def _entered(self, node: str, slot: int) -> None:
        self._ids.slot = slot
        self._executor.known_as(node)
        self._outbox.renounce()

    def _changed(self, alone_until: float) -> None:
        if self.membership is None:
            raise AssertionError("who has no others hears nothing of them")
        self._executor.alone_until = self._catalogue.alone_until = alone_until
        members = self.membership.members
        now = asyncio.get_running_loop().time()
        if members.size > 1 or self._timekeeper.members.size > 1 or now >= self._looked + ALONE:
            self._looked = now
            # One that has gone may have been of a release that raises no revision.
            self._roster.look(whole=members.size < self._timekeeper.members.size)
            self._calendars.look()
        if self._timekeeper.members != members:
            if members.size < self._timekeeper.members.size:
                self._timekeeper.gone()
            self._timekeeper.members = members
            self._timekeeper.wake()

    def _hear(self, text: str) -> None:
        """What another server (or this one) told: it only saves waiting."""
        what, _, rest = text.partition(" ")
        if what == "jobs":
            self._jobs.announce()
        elif what == "due":
            self._timekeeper.note(int(rest))
        elif what == "changed":
            self._changes.heard(rest)
        elif what == "people":
            self._roster.look()
        elif what == NEWS:
            self._calendars.look()
        elif what == "node" and self.membership is not None:
            self.membership.wake()


@final
class News:
    """What other servers would find out by themselves, but later: told at most every PAUSE seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due = 0
        self._jobs = False
        self._planned = False

    def due(self, due: int) -> None:
        """Something will be due at `due` (ms)."""
        if not self._due or due < self._due:
            self._due = due
            self._plan()

    def jobs(self) -> None:
        """There are jobs to be fetched."""
        self._jobs = True
        self._plan()

    def _plan(self) -> None:
        if not self._planned:
            self._planned = True
            asyncio.get_running_loop().call_later(PAUSE, self._tell)

    def _tell(self) -> None:
        self._planned = False
        if isinstance(self._store, SharedStore):
            if self._due:
                self._store.tell(f"due {self._due}")
            if self._jobs:
                self._store.tell("jobs")
        self._due, self._jobs = 0, False
