"""Simulated servers: each a real Runtime with a clock and a connection of its own, that may be stopped at any step."""

import asyncio
import contextlib
import contextvars
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final, TypeVar, final

from andante.runtime import Problem, Runtime, RuntimeSettings
from andante.runtime.membership import DatabaseClock
from andante.runtime.note import Note
from andante.runtime.problem import UNAVAILABLE
from andante.store.faults import StoreProblem
from andante.testing.simulator.database import Database
from andante.testing.simulator.loop import Owner, SimulatedLoop, owned
from andante.testing.simulator.store import SimulatedStore, Wire
from andante.testing.simulator.trace import Trace
from andante.testing.simulator.weather import Weather

T = TypeVar("T")
EPOCH: Final = 1_767_603_600_000  # a Monday morning: the loop's time 0, in ms
PAGE: Final = 3  # of a batch
MOST_WAIT: Final = 20.0  # seconds that a client waits for a reply


class Gone(Exception):
    """No reply: the server is not there, or the reply was lost. What was asked may have happened."""


@final
class WrongClock:
    """The clock of a machine: some seconds off, a little fast or slow, and set anew now and then."""

    def __init__(self, loop: SimulatedLoop, random: Random) -> None:
        self._loop = loop
        self.offset = random.randrange(-3_000, 3_001)
        self._pace = 1 + random.uniform(-0.001, 0.001)

    def now(self) -> int:
        return EPOCH + int(self._loop.time() * 1000 * self._pace) + self.offset


@final
class Post:
    """The way to people: keeps what was sent. It fails now and then, also after it has sent."""

    name = "post"

    def __init__(self, weather: Weather, sent: Callable[[Note], None]) -> None:
        self._weather = weather
        self._sent = sent

    async def send(self, note: Note) -> None:
        await asyncio.sleep(self._weather.latency())
        if self._weather.happens(self._weather.unsent, "fault.not-sent"):
            raise ConnectionError("the post is closed")
        self._sent(note)
        await asyncio.sleep(self._weather.latency())
        if self._weather.happens(self._weather.unsent / 4, "fault.sent-unsure"):
            raise ConnectionError("the post says nothing")


@final
class Server:
    """A place for a server. `start` and `crash` it as often as you like: each time it is another of the same name."""

    def __init__(
        self, name: str, database: Database, wire: Wire, random: Random, trace: Trace, sent: Callable[[Note], None]
    ) -> None:
        self.name = name
        self._database = database
        self._wire = wire
        self._loop = wire.loop
        self._random = random
        self._trace = trace
        self._sent = sent
        self.clock = WrongClock(wire.loop, random)
        self._owner = Owner(name)
        self._context: contextvars.Context = owned(self._owner)
        self._store: SimulatedStore | None = None
        self._waiting: dict[asyncio.Future[Any], None] = {}
        self.runtime: Runtime | None = None
        self.keeping = ("", False)  # for how long what is over, and whether in the archive then
        self.up = False

    @property
    def paused(self) -> bool:
        return self._owner.paused

    def start(self) -> None:
        self._owner = Owner(self.name)
        self._context = owned(self._owner)
        self.up = True
        self._loop.create_task(self._open(self._context), context=self._context)
        self._trace.note("server.start", self.name)

    async def _open(self, context: contextvars.Context) -> None:
        settings = RuntimeSettings(
            cache=self._random.choice((2, 20, 1000)), max_steps=2_000, retention=self.keeping[0],
            archive=self.keeping[1],
        )  # fmt: skip
        chance = Random(self._random.random())  # noqa: S311 - that it is no secret is the point
        while True:
            store = self._store = SimulatedStore(self._database, self._wire, self.name, context)
            try:
                self.runtime = await Runtime.open(
                    store, clock=DatabaseClock(self.clock), settings=settings, chance=chance,
                    channels=lambda _: [Post(self._wire.weather, self._sent)],
                )  # fmt: skip
            except (StoreProblem, Problem):
                await asyncio.sleep(1)  # whoever looks after servers starts it again
                continue
            self.runtime.batches.at_once = PAGE
            self._trace.note("server.open", self.name)
            return

    def crash(self) -> None:
        """From one step to the next it is not there any more."""
        self._trace.note("server.crash", self.name)
        self._gone()

    def _gone(self) -> None:
        self._owner.dead = True
        self.up = False
        if self._store in self._wire.stores:
            self._wire.stores.remove(self._store)
        self.runtime = None
        waiting, self._waiting = self._waiting, {}
        for reply in waiting:
            if not reply.done():
                reply.set_exception(Gone(self.name))

    async def stop(self) -> None:
        """As an operator stops it."""
        runtime, self.runtime = self.runtime, None
        if runtime is None:
            return
        self._trace.note("server.stop", self.name)
        closing = self._loop.create_task(runtime.close(), context=self._context)
        with contextlib.suppress(TimeoutError, StoreProblem):
            async with asyncio.timeout(MOST_WAIT):
                await asyncio.shield(closing)
        self._gone()

    def pause(self) -> None:
        self._trace.note("server.pause", self.name)
        self._owner.paused = True

    def go_on(self) -> None:
        self._trace.note("server.go-on", self.name)
        self._loop.go_on(self._owner)

    async def ask(self, question: Callable[[Runtime], Awaitable[T]]) -> T:
        """As over the network: raises Gone when no reply comes, and Problem."""
        runtime = self.runtime
        if runtime is None:
            raise Gone(self.name)
        await asyncio.sleep(self._wire.weather.latency())
        if runtime is not self.runtime:
            raise Gone(self.name)
        reply: asyncio.Future[T] = self._loop.create_future()
        self._loop.create_task(_reply(question(runtime), reply), context=self._context)
        self._waiting[reply] = None
        try:
            async with asyncio.timeout(MOST_WAIT):
                answer = await reply
        except TimeoutError:
            raise Gone(self.name) from None
        finally:
            self._waiting.pop(reply, None)
        if self._wire.weather.happens(self._wire.weather.reply_lost, "fault.reply-lost"):
            raise Gone(self.name)
        return answer


async def _reply(work: Awaitable[T], reply: asyncio.Future[T]) -> None:
    try:
        answer = await work
    except StoreProblem as fault:
        if not reply.done():
            reply.set_exception(Problem(UNAVAILABLE, 503, f"The database does not answer: {fault}"))
    except Exception as fault:
        if not reply.done():
            reply.set_exception(fault)
    else:
        if not reply.done():
            reply.set_result(answer)
