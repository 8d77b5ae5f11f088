"""Letters go out: what is due, each once it is sure that it is still wanted.

What waited for a digest or for the end of quiet hours goes as one message for each box. A try that fails is repeated
after twice the time, until the letter is dead. Servers that share the database take letters up under their names; those
of a server that is gone are another's.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, Final, TypeVar, final

import structlog

from andante.notify.faults import NotNow, Undeliverable
from andante.notify.holders import holders, holds
from andante.notify.inbox import Inbox
from andante.notify.ways import Ways
from andante.people.preferences import PreferenceBook, Preferences
from andante.runtime import Clock, StoreProblem, wanted
from andante.runtime.background import spawn
from andante.runtime.tracing import working
from andante.store.letters import DEAD, DROPPED, SENT, Letter, Letters
from andante.store.store import Store
from andante.timing.instants import HOUR, MINUTE, SECOND

T = TypeVar("T")

log: Final = structlog.get_logger("andante.notify")
TRIES: Final = 12
FIRST_WAIT: Final = 30 * SECOND  # doubled with each try
LONGEST_WAIT: Final = 2 * HOUR
JITTER: Final = 0.2  # of the wait, more or less
AT_ONCE: Final = 64
MOST_KNOWN: Final = 2_000
PAUSE: Final = 0.5  # seconds between tries while the database is away
SWEEP: Final = 60 * MINUTE


@final
class Delivery:
    """`wake` lets it look at once. `sent` and `failed` count by channel."""

    def __init__(
        self, store: Store, clock: Clock, letters: Letters, preferences: PreferenceBook, ways: Ways, inbox: Inbox, *,
        chance: Random, member: Callable[[str, str], bool],
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._letters = letters
        self._preferences = preferences
        self.ways = ways
        self._inbox = inbox
        self._chance = chance
        self._member = member
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._closed = False
        self._more = False
        self._swept = 0
        self.sent: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    @property
    def mails(self) -> bool:
        return self.ways.mail is not None

    def wake(self) -> None:
        """There is something that is due."""
        if not self._closed:
            spawn(self._tasks, self._look())

    async def look(self) -> int:
        """Begin to send what is due; how many that is. Raises StoreProblem."""
        if len(self._known) >= MOST_KNOWN:
            self._more = True
            return 0
        now = self._clock.now()
        if now >= self._swept + SWEEP:
            self._swept = now
            await self._letters.forget(now)
            await self._inbox.forget(now)
        found = [each for each in await self._letters.take(now, len(self._known)) if each.id not in self._known]
        parcels: dict[tuple[str, ...], list[Letter]] = {}
        for letter in found:
            self._known.add(letter.id)
            parcels.setdefault(letter.box if letter.gathered else (letter.id,), []).append(letter)
        for parcel in parcels.values():
            spawn(self._tasks, self._carry(parcel))
        return len(found)

    async def drain(self) -> bool:
        """Wait until nothing is under way. Returns whether there was anything."""
        busy = bool(self._tasks)
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        return busy

    def close(self) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()

    async def _look(self) -> None:
        try:
            await self.look()
        except StoreProblem as fault:
            log.warning("letters wait for the database", why=str(fault))

    async def _carry(self, parcel: Sequence[Letter]) -> None:
        try:
            async with self._gate:
                going, said = await self._surely(lambda: self._sorted(parcel))
                if going:
                    await self._try(going, said)
        except Exception as fault:
            log.exception("letters could not be carried out", channel=parcel[0].channel)
            await self._failed(parcel, fault)
        finally:
            self._known.difference_update(each.id for each in parcel)
        if self._more and len(self._known) < MOST_KNOWN // 2:
            self._more = False
            self.wake()

    async def _surely(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Until the database is there for it."""
        while True:
            try:
                return await work()
            except StoreProblem as fault:
                log.warning("letters wait for the database", why=str(fault))
                await asyncio.sleep(PAUSE)

    async def _sorted(self, parcel: Sequence[Letter]) -> tuple[list[Letter], Preferences | None]:
        """Those that go now, and how the person wants them. Raises StoreProblem."""
        now = self._clock.now()
        going: list[Letter] = []
        stale: list[Letter] = []
        for letter in parcel:
            (going if await self._wanted(letter) else stale).append(letter)
        if stale:
            await self._letters.done(stale, DROPPED, now, "no longer wanted")
        person = parcel[0].person
        if not person or not going:
            return going, None
        said = (await self._preferences.many([person]))[person]
        until = said.held_until(now)
        if until:
            held = [each for each in going if each.kind not in said.urgent]
            if held:
                await self._letters.again(held, until)
            going = [each for each in going if each.kind in said.urgent]
        return going, said

    async def _wanted(self, letter: Letter) -> bool:
        if letter.kind == "test":
            return True
        if not await wanted(self._store, letter.kind, letter.instance_id, letter.task, anyway=letter.content.anyway):
            return False
        if not letter.person:
            return True
        if not self._member(letter.person, letter.recipient):
            return False
        if not letter.holder:
            return True
        return holds(letter.recipient, await holders(self._store, letter.instance_id, letter.task))

    async def _try(self, letters: Sequence[Letter], said: Preferences | None) -> None:
        channel = letters[0].channel
        try:
            with working(f"letters by {channel}", letters[0].instance_id):
                await self.ways.send(letters, said)
        except StoreProblem as fault:  # nothing was sent: soon again
            await self._failed(letters, fault)
        except Exception as fault:
            self.failed[channel] += 1
            await self._failed(letters, fault)
        else:
            self.sent[channel] += 1
            now = self._clock.now()
            await self._surely(lambda: self._letters.done(letters, SENT, now))

    async def _failed(self, letters: Sequence[Letter], fault: Exception) -> None:
        why = str(fault) if isinstance(fault, Undeliverable | NotNow) else f"{type(fault).__name__}: {fault}"
        now = self._clock.now()
        over = [each for each in letters if isinstance(fault, Undeliverable) or each.attempts + 1 >= TRIES]
        left = [each for each in letters if each not in over]
        for letter in letters:
            log.warning(
                "a letter is dead" if letter in over else "a letter was not sent",
                id=letter.id, channel=letter.channel, to=letter.receiver, attempts=letter.attempts + 1, why=why,
            )  # fmt: skip
        if over:
            await self._surely(lambda: self._letters.done(over, DEAD, now, why))
        if left:
            wait = max(self._wait(min(each.attempts for each in left)), getattr(fault, "wait_ms", 0))
            await self._surely(lambda: self._letters.again(left, now + wait, failed=why))

    def _wait(self, attempts: int) -> int:
        """ms until the next try, after so many tries before this one."""
        plain = min(FIRST_WAIT * 2**attempts, LONGEST_WAIT)
        return int(plain * (1 + JITTER * (2 * self._chance.random() - 1)))
