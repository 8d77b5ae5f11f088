"""What falls due: timers, SLA clocks and reminders of instances, timers that start definitions, notes to send again,
tasks that go back when a deputy's time is over."""

import asyncio
from typing import Final, final

import structlog

from andante.engine.commands import FireTimers, Start
from andante.runtime.bundle import changed
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.handing_back import HandingBack
from andante.runtime.ids import INSTANCE, derived
from andante.runtime.logs import about
from andante.runtime.membership import Members
from andante.runtime.messages import Messages
from andante.runtime.outbox import UNSURE, Outbox
from andante.runtime.problem import LATER, Problem
from andante.runtime.tracing import working
from andante.store.faults import StoreProblem
from andante.store.store import Row, Store
from andante.timing.cycle import following

log: Final = structlog.get_logger("andante.timekeeper")
AT_ONCE: Final = 500
LATE: Final = 2_000  # ms after which a server does not leave it to the one whose part it is
LONGEST_SLEEP: Final = 5.0  # seconds: the safety net under the wake-ups
SHORTEST_SLEEP: Final = 0.05  # seconds, while what is due is another server's part
AWAY: Final = 0.5  # seconds between tries while the database is away


@final
class Timekeeper:
    """`run` lives as long as the server; `run_due` is one pass, and all that a test needs."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, definitions: Definitions, messages: Messages,
        outbox: Outbox, handing_back: HandingBack, zone: str,
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._executor = executor
        self._definitions = definitions
        self._messages = messages
        self._outbox = outbox
        self._handing_back = handing_back
        self._zone = zone
        self._woken = asyncio.Event()
        handing_back.wake = self._woken.set
        self._planned = 0
        self._one = asyncio.Lock()
        self._stuck: dict[str, int] = {}
        self._unmatched = False
        self.members = Members()

    def note(self, due: int) -> None:
        """Something is due at `due` (ms): wake up in time."""
        if not self._planned or due < self._planned:
            self._woken.set()

    def wake(self) -> None:
        """Look now: what other servers were to do may be this one's."""
        self._woken.set()

    def gone(self) -> None:
        """Another server is there no more, and may have had no time to match messages with who awaits them."""
        self._unmatched = True

    async def run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._pass()
                due = self._planned = await self.next_at()
            except (StoreProblem, Problem) as fault:
                log.warning("the timekeeper waits for the database", why=str(fault))
                await asyncio.sleep(AWAY)
                continue
            except Exception:
                log.exception("the timekeeper stumbled")
                await asyncio.sleep(1)
                continue
            wait = LONGEST_SLEEP
            if due:
                wait = min(wait, max(SHORTEST_SLEEP, (due - self._clock.now()) / 1000))
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def run_due(self) -> None:
        """Let everything that is due by now happen, with all that follows from it at once."""
        while True:
            await self._executor.idle()
            busy = await self._outbox.drain()
            if not await self._pass() and not busy and not self._outbox.depth:
                await self._executor.idle()
                return

    async def _pass(self) -> int:
        async with self._one:
            self._executor.look()
            await self._outbox.take_over()
            done = await self._instances() + await self._starts() + await self._outbox.load_due()
            done += await self._handing_back.carry_out()
            await self._messages.forget_expired()
            if self._unmatched or asyncio.get_running_loop().time() < self._executor.lost_at + UNSURE:
                self._unmatched = False
                await self._messages.sweep()
            return done

    async def next_at(self) -> int:
        """When the next of all that falls due does (ms); 0: nothing will."""
        found = [
            await self._store.get("select min(due_at) from instance where due_at>0"),
            await self._store.get("select min(due_at) from start_event where due_at>0"),
        ]
        times = [row[0] for row in found if row is not None and row[0]]
        times.extend(at for at in (await self._outbox.next_at(), self._handing_back.next_at()) if at)
        return min(times, default=0)

    async def _instances(self) -> int:
        now = self._clock.now()
        done = 0
        while True:
            rows = await self._due_instances(now)
            rows = [row for row in rows if self._stuck.get(row[0]) != row[1]]
            if not rows:
                return done
            moved = await asyncio.gather(*(self._fire(row[0], row[1]) for row in rows), return_exceptions=True)
            for each in moved:
                if isinstance(each, BaseException):
                    raise each
                done += each

    async def _due_instances(self, now: int) -> list[Row]:
        """Ids and times. Servers that share the database each take a part; what is late any of them takes."""
        members = self.members
        if members.size == 1:
            sql = "select id, due_at from instance where due_at>0 and due_at<=? order by due_at limit ?"
            return await self._store.get_all(sql, (now, AT_ONCE))
        return await self._store.get_all(
            "select id, due_at from instance where due_at>0 and due_at<=?"
            " and ((hashtext(id) & 2147483647) % ? = ? or due_at<=?) order by due_at limit ?",
            (now, members.size, members.place, now - LATE, AT_ONCE),
        )

    async def _fire(self, instance_id: str, due: int) -> bool:
        """Whether anything happened. Raises what says that it is to be tried again."""
        about(instance=instance_id)
        try:
            with working("timers", instance_id, anew=True):
                moved = await self._executor.submit(instance_id, FireTimers(), "", changed)
        except Problem as problem:
            if problem.code in LATER:
                raise
            log.error("a timer could not fire", why=problem.message)
            moved = False
        if not moved:
            row = await self._store.get("select due_at from instance where id=?", (instance_id,))
            if row is not None and row[0] == due:
                self._stuck[instance_id] = due  # never turn in a circle over one that does not move
        return moved

    async def _starts(self) -> int:
        now = self._clock.now()
        rows = await self._store.get_all(
            "select s.definition_id, s.node, s.part, s.due_at, s.cycle, s.remaining from start_event s"
            " join definition d on d.id=s.definition_id"
            " where s.due_at>0 and s.due_at<=? and d.active=1 and d.suspended=0 limit ?",
            (now, AT_ONCE),
        )
        if rows:
            await self._definitions.catalogue.fresh()
        for definition_id, node, part, due, cycle, left in rows:
            record = await self._definitions.known(definition_id)
            instance_id = derived(INSTANCE, definition_id, f"{node}.{part}" if part else str(node), "timer", str(due))
            command = Start(definition_id, record.name, record.version, {}, start=node)
            try:
                await self._executor.submit(instance_id, command, "", changed)
            except Problem as problem:
                if problem.code in LATER:
                    raise
                log.error("a timer could not start its definition", definition=record.name, why=problem.message)
            then = 0
            if cycle and left:
                then, missed = following(cycle, due, now, self._zone)
                if 0 < left <= missed:  # what was left has passed meanwhile
                    then = 0
                left = left if left < 0 else max(0, left - 1 - missed)
            await self._store.write([(
                "update start_event set due_at=?, remaining=? where definition_id=? and node=? and part=? and due_at=?",
                [then, left, definition_id, node, part, due],
            )])  # fmt: skip
        return len(rows)
