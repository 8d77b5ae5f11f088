"""Which servers share the database, and which of them is this one.

Each server renews a lease by the database's clock. Who lets it run out, because it stopped, hung or was cut off, is a
member no longer: others take over what it had promised to do. What it may still write is kept out by the numbers of
the instances (a batch finds them as they were, or is called off), so the lease never decides what is true, only who
does what next. Lease and clock are in ms of the database's time.
"""

import asyncio
import math
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple, final

import structlog

from andante.runtime.clock import Clock
from andante.store.faults import StoreProblem
from andante.store.store import SharedStore

log: Final = structlog.get_logger("andante.membership")
BEAT: Final = 0.5  # seconds between renewals
TRUST: Final = 1.0  # seconds after a renewal for which one may think to be alone
LEASE: Final = 3_000  # ms
SLOTS: Final = 62
# How long (ms) after its lease one that has not said goodbye may yet write: it may only be slow. Until then nobody
# thinks to be alone, and its slot is not given to another.
GRACE: Final = 30_000
_ENTER: Final = (
    f"with recursive s(n) as (values (0) union all select n+1 from s where n<{SLOTS - 1})"
    f" insert into node (id, slot, started_at, expires_at) select ?, n, {{now}}, {{now}}+{LEASE}"
    " from s where n not in (select slot from node) order by n limit 1 on conflict do nothing returning slot"
)
_RENEW: Final = f"update node set expires_at={{now}}+{LEASE} where id=? and expires_at>{{now}} returning slot, {{now}}"
_MEMBERS: Final = (
    f"select id, case when expires_at>{{now}} then 1 else 0 end from node where expires_at>{{now}}-{GRACE} order by id"
)


class Members(NamedTuple):
    """How many servers live, and the place of this one among them."""

    size: int = 1
    place: int = 0


@final
class DatabaseClock:
    """The machine's clock, set by the database's: servers whose clocks differ agree. It does not go back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0
        self._last = 0

    def set(self, before: int, database: int, after: int) -> None:
        """The database said `database` between the machine's `before` and `after` (ms)."""
        self._offset = database - (before + after) // 2

    def local(self) -> int:
        return self._clock.now()

    def now(self) -> int:
        self._last = max(self._last, self._clock.now() + self._offset)
        return self._last


@final
class Membership:
    """`join` before anything else, `run` meanwhile, `leave` at the end. `entered` is called with the id and the slot
    under which it is known: at the start, and again when its lease had run out; `changed` with each look at the
    others, and with the time (of the loop) until which none of them is there. Its names are of `chance`."""

    def __init__(
        self,
        store: SharedStore,
        clock: DatabaseClock | None,
        entered: Callable[[str, int], None],
        changed: Callable[[float], None],
        chance: Random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._entered = entered
        self._changed = changed
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._renewed = -math.inf
        self.id = ""
        self.members = Members()

    @property
    def holds(self) -> bool:
        """Whether the lease is good still, as far as can be told without asking."""
        return self._loop.time() < self._renewed + LEASE / 1000

    async def join(self) -> None:
        """Become a member, known to the others when this returns. Raises StoreProblem."""
        await self._enter()
        if self.members.size > 1:
            self._store.tell("node")
            await asyncio.sleep(TRUST + 0.1)  # by then nobody thinks to be alone

    async def run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.beat()
            except StoreProblem as fault:
                log.warning("the lease could not be renewed", why=str(fault))
            except Exception:
                log.exception("the lease could not be renewed")
            try:
                async with asyncio.timeout(BEAT):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def wake(self) -> None:
        """Somebody came or went: look now."""
        self._woken.set()

    async def beat(self) -> None:
        """Renew the lease once. Raises StoreProblem."""
        asked = self._loop.time()
        before = self._clock.local() if self._clock is not None else 0
        found = await self._store.change(_RENEW.format(now=self._store.now), (self.id,))
        if not found:
            log.warning("the lease had run out: this server begins anew", node=self.id)
            await self._enter()
            return
        if self._clock is not None:
            self._clock.set(before, found[0][1], self._clock.local())
        await self._look(asked)

    async def leave(self) -> None:
        """What is left to do may be taken over at once."""
        try:
            await self._store.write([("delete from node where id=?", [self.id])])
            self._store.tell("node")
        except StoreProblem as fault:
            log.warning("could not say goodbye", why=str(fault))

    async def _enter(self, grace: int = GRACE) -> None:
        asked = self._loop.time()
        id = self._chance.randbytes(8).hex()
        now_there = self._store.now
        await self._store.write([(f"delete from node where expires_at<={now_there}-{grace} or id=?", [self.id])])
        found = await self._store.change(_ENTER.format(now=now_there), (id,))
        if not found:  # another took the same slot in this moment, or all are taken
            await asyncio.sleep(self._chance.randrange(100) / 1000)
            await self._enter(grace // 2)
            return
        self.id = id  # not before it is certain: until then the old name is the one that all else goes by
        self._store.known_as(id)
        self._entered(id, found[0][0])
        await self._look(asked)
        if self._clock is not None:
            before = self._clock.local()
            ((now,),) = await self._store.get_all(f"select {now_there}")
            self._clock.set(before, now, self._clock.local())

    async def _look(self, asked: float) -> None:
        rows = await self._store.get_all(_MEMBERS.format(now=self._store.now))
        ids = [id for id, living in rows if living]
        before = self.members.size
        self.members = Members(max(1, len(ids)), ids.index(self.id) if self.id in ids else 0)
        self._renewed = asked
        self._changed(asked + TRUST if len(rows) <= 1 else -math.inf)
        if self.members.size < before:
            await self._store.fence()
