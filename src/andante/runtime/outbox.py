"""What steps asked of the world, carried out after their commit, at least once.

Inner letters (instances among themselves, messages, signals) go in order per instance; notes to people go by
themselves, with retries, and become dead letters when they fail too often.
"""

import asyncio
import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, final

import structlog

from andante.codec import decode_effect
from andante.engine.effects import Effect, Notify
from andante.engine.step import Step
from andante.runtime.background import spawn
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.logs import about
from andante.runtime.note import Note, note_of
from andante.runtime.problem import LATER, Problem
from andante.runtime.tracing import working
from andante.runtime.wanted import wanted
from andante.store.faults import StoreProblem
from andante.store.store import SharedStore, Store

log: Final = structlog.get_logger("andante.outbox")
TRIES: Final = 8
FIRST_WAIT: Final = 30_000  # ms; doubled with each try
FIRST_PAUSE: Final = 0.1  # seconds; doubled with each try
LONGEST_PAUSE: Final = 30.0
LONGEST_AWAY: Final = 0.5  # while the database is away
AT_ONCE: Final = 64
MANY: Final = 500
NOTES: Final = 2_000  # to people, in memory at a time
EARLIER: Final = 0.02  # seconds between looks whether another server has done what comes before
UNSURE: Final = 15.0  # seconds in which a transaction whose answer was lost may yet be written
SEARCH: Final = 5.0  # seconds between looks for letters that this server does not know of
_TAKE_OVER: Final = (
    "update outbox set node=? where (instance_id, seq, n) in (select o.instance_id, o.seq, o.n from outbox o"
    " where o.state='' and not exists (select 1 from node where node.id=o.node and node.expires_at>{now})"
    " order by o.instance_id, o.seq, o.n limit ? {unlocked})"
    " returning instance_id, seq, n, next_at, data"
)


class Channel(Protocol):
    """A way to people."""

    name: str

    async def send(self, note: Note) -> None:
        """Send it, or raise: then it is tried again later. The same note may come twice; `note.key` tells."""
        ...


class Post(ABC):
    """A way to people that keeps what it is given, and sends it when it is time."""

    name: str

    async def open(self) -> None:  # noqa: B027 - most have nothing to do
        """Before the first command. Raises StoreProblem."""

    @abstractmethod
    async def send(self, note: Note) -> None:
        """As a channel does: it is kept when this returns. Raises StoreProblem."""

    @abstractmethod
    async def look(self) -> int:
        """Begin to send what is due; how many that is. Raises StoreProblem."""

    @abstractmethod
    async def next_at(self) -> int:
        """When (ms) the next is due that is not due now; 0 for never. Raises StoreProblem."""

    @abstractmethod
    async def drain(self) -> bool:
        """Wait until nothing is under way. Returns whether there was anything."""

    @abstractmethod
    def close(self) -> None:
        """Stop; what is not sent is sent after the next start."""


Key = tuple[str, int, int]  # instance id, seq, n
Chain = deque[tuple[Key, Effect]]
Deliver = Callable[[Key, Effect], Awaitable[None]]


@final
class Outbox:
    """One object a server. `deliver` carries out an inner effect; it may be called again after a crash. A letter is
    known from when it is taken up until its row is gone, or another server's."""

    def __init__(self, store: Store, clock: Clock, executor: Executor, deliver: Deliver) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._deliver = deliver
        self.channels: list[Channel] = []
        self._known: set[Key] = set()
        self._chains: dict[str, Chain] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._notes: set[Key] = set()
        self._more = False  # there are notes that had no room in memory
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._searched = -math.inf

    @property
    def depth(self) -> int:
        """Letters known and not yet carried out."""
        return len(self._known)

    def add(self, step: Step, seq: int) -> None:
        """Take up the effects of a committed step, which is journal entry `seq` of its instance."""
        for n, effect in enumerate(step.effects):
            self._put((step.instance.id, seq, n), effect)

    def removed(self, keys: list[tuple[object, ...]]) -> None:
        """These rows are gone from the table."""
        self._known.difference_update(keys)
        self._notes.difference_update(keys)

    async def load(self) -> None:
        """At start: what a server before us asked for and did not do."""
        for post in self._posts:
            await post.open()
        if isinstance(self._store, SharedStore):
            await self.take_over()
            return
        rows = await self._store.read(
            "select instance_id, seq, n, data from outbox where state='' and next_at=0 order by instance_id, seq, n"
        )
        for instance_id, seq, n, data in rows:
            self._put((instance_id, seq, n), decode_effect(bytes(data)))

    async def take_over(self) -> None:
        """What servers had promised that are no longer there. Raises StoreProblem."""
        if not isinstance(self._store, SharedStore):
            return
        sql = _TAKE_OVER.format(now=self._store.now, unlocked=self._store.unlocked.format("o"))
        while True:
            rows = await self._store.change(sql, (self._executor.node, MANY))
            for instance_id, seq, n, next_at, data in sorted(rows):
                if not next_at:
                    self._put((instance_id, seq, n), decode_effect(bytes(data)))
            if len(rows) < MANY:
                break
        now = asyncio.get_running_loop().time()
        if now >= self._searched + SEARCH:
            await self._search(" and lane='inner'" if self._more else "")  # notes are looked for anyway
            self._searched = now

    async def _search(self, which: str, *values: object) -> None:
        """Letters of this server that it does not know of: the connection was lost before it heard that they were
        written. Who is seen twice, and unknown in between, is not just being carried out."""
        sql = f"select instance_id, seq, n{{}} from outbox where state='' and next_at=0 and node=?{which}"
        mine = (self._executor.node, *values)
        rows = await self._store.get_all(sql.format(""), mine)
        unknown = {(id, seq, n) for id, seq, n in rows} - self._known
        if unknown:
            for instance_id, seq, n, data in sorted(await self._store.get_all(sql.format(", data"), mine)):
                if (instance_id, seq, n) in unknown:
                    self._put((instance_id, seq, n), decode_effect(bytes(data)))

    def renounce(self) -> None:
        """Others may have taken over what this server had promised. What is under way finds out by itself."""
        for chain in self._chains.values():
            while len(chain) > 1:
                self._known.discard(chain.pop()[0])

    async def load_due(self) -> int:
        """Take up notes whose next try is due. Returns how many."""
        rows = await self._store.read(
            "select instance_id, seq, n, data from outbox where state='' and next_at>0 and next_at<=? and node=?"
            " order by next_at limit 500",
            (self._clock.now(), self._executor.node),
        )
        if self._more and len(self._notes) < NOTES // 2:
            waiting = await self._store.read(
                "select instance_id, seq, n, data from outbox where lane='note' and state='' and next_at=0 and node=?"
                " order by instance_id, seq, n limit ?",
                (self._executor.node, NOTES),
            )
            self._more = len(waiting) == NOTES
            rows = [*rows, *waiting]
        found = [row for row in rows if (row[0], row[1], row[2]) not in self._known]
        for instance_id, seq, n, data in found:
            self._put((instance_id, seq, n), decode_effect(bytes(data)))
        return len(found) + sum([await post.look() for post in self._posts])

    async def next_at(self) -> int:
        """When (ms) a note is due that waits; 0 for never."""
        row = await self._store.get("select min(next_at) from outbox where state='' and next_at>0")
        times = [row[0] if row is not None else 0, *[await post.next_at() for post in self._posts]]
        return min((each for each in times if each), default=0)

    @property
    def _posts(self) -> list[Post]:
        return [each for each in self.channels if isinstance(each, Post)]

    async def drain(self) -> bool:
        """Wait until nothing is under way. Returns whether there was anything."""
        busy = bool(self._tasks)
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        for post in self._posts:
            busy = await post.drain() or busy
        return busy

    def close(self) -> None:
        """Stop; what is not done stays in the table for the next start."""
        for task in self._tasks:
            task.cancel()
        for post in self._posts:
            post.close()

    def _put(self, key: Key, effect: Effect) -> None:
        if key in self._known:
            return
        if isinstance(effect, Notify) and len(self._notes) >= NOTES:
            self._more = True  # it stays in the table until there is room
            return
        self._known.add(key)
        if isinstance(effect, Notify):
            self._notes.add(key)
            spawn(self._tasks, self._send(key, effect))
            return
        chain = self._chains.get(key[0])
        if chain is None:
            chain = self._chains[key[0]] = deque()
            spawn(self._tasks, self._work(key[0], chain))
        chain.append((key, effect))
        if len(chain) > 1 and chain[-2][0] > key:  # taken over from another server
            letters = sorted(chain, key=lambda letter: letter[0])
            chain.clear()
            chain.extend(letters)

    # Inner letters.

    async def _work(self, instance_id: str, chain: Chain) -> None:
        about(instance=instance_id)
        await asyncio.sleep(0)  # let the step's other effects join
        tries = 0
        while chain:
            letter = key, effect = chain[0]
            try:
                ours = await self._turn(key)
                if chain[0] is not letter:
                    continue
                if ours:
                    async with self._gate:
                        with working(f"effect {type(effect).__name__}", instance_id):
                            await self._deliver(key, effect)
            except Problem as problem:
                if problem.status >= 500:
                    tries += 1
                    await _pause(tries, away=problem.code in LATER)
                    continue
                log.warning("not delivered", effect=type(effect).__name__, why=problem.message)
            except StoreProblem:
                tries += 1
                await _pause(tries, away=True)
                continue
            except Exception:
                log.exception("an effect failed", effect=type(effect).__name__)
                tries += 1
                await _pause(tries)
                continue
            tries = 0
            if ours:
                self._executor.outbox_done(key)
            else:
                self._known.discard(key)
            if letter in chain:
                chain.remove(letter)
        del self._chains[instance_id]

    async def _turn(self, key: Key) -> bool:
        """Wait until no other server has an earlier letter of this instance, and none of this server's is unknown to
        it. False when this one is another's."""
        while not self._executor.alone or self._searched < self._executor.lost_at + UNSURE:
            instance_id, seq, n = key
            node = self._executor.node
            rows = await self._store.get_all(
                "select seq, n, node from outbox where instance_id=? and seq<=? and lane='inner' and state=''",
                (instance_id, seq),
            )
            if (seq, n, node) not in rows:
                return False
            if not self._known.issuperset((instance_id, row[0], row[1]) for row in rows if row[2] == node):
                await self._search(" and lane='inner' and instance_id=? and seq<=?", instance_id, seq)
            elif all(row[2] == node or row[0] == seq for row in rows):
                return True
            await asyncio.sleep(EARLIER)
        return True

    # Notes to people.

    async def _send(self, key: Key, effect: Notify) -> None:
        about(instance=key[0])
        tries = 0
        while True:
            try:
                await self._try(key, effect)
            except StoreProblem as fault:
                log.warning("a note waits for the database", key=effect.key, why=str(fault))
                tries += 1
                await _pause(tries, away=True)
            else:
                return

    async def _try(self, key: Key, effect: Notify) -> None:
        """Send it, or see to it that it is tried again later. Raises StoreProblem."""
        instance_id, seq, n = key
        letter = await self._store.get("select node, attempts from outbox where instance_id=? and seq=? and n=?", key)
        if letter is None or letter[0] != self._executor.node:
            self._forget(key)  # it is carried out, or in another server's hands by now
            return
        if not await wanted(self._store, effect.kind, instance_id, effect.task, anyway=effect.anyway):
            self._executor.outbox_done(key)
            return
        note = await note_of(self._store, instance_id, effect)
        try:
            async with self._gate:
                for channel in self.channels:
                    await channel.send(note)
        except StoreProblem:
            raise
        except Exception as fault:
            attempts = letter[1] + 1
            state = "dead" if attempts >= TRIES else ""
            due = self._clock.now() + FIRST_WAIT * 2 ** (attempts - 1)
            log.warning("a note was not sent", key=effect.key, attempts=attempts, why=str(fault))
            await self._store.write(
                [(
                    "update outbox set attempts=?, next_at=?, state=?, error=? where instance_id=? and seq=? and n=?",
                    [attempts, due, state, str(fault)[:500], instance_id, seq, n],
                )]
            )  # fmt: skip
            self._forget(key)
        else:
            self._executor.outbox_done(key)

    def _forget(self, key: Key) -> None:
        self._known.discard(key)
        self._notes.discard(key)


async def _pause(tries: int, *, away: bool = False) -> None:
    await asyncio.sleep(min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_AWAY if away else LONGEST_PAUSE))
