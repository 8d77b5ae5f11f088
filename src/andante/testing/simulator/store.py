"""A server's connection to the model of the database: slow, unreliable, and like PostgreSQL's in what it promises.

What was sent goes its way whatever becomes of the sender. When the connection is lost, what was under way has happened,
or has not, or will in a moment.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, final

from andante.store.faults import StoreLost, StoreProblem
from andante.store.projection import Batch
from andante.store.store import Answer, Row, SharedStore, Stored
from andante.testing.simulator.database import NOW, Database
from andante.testing.simulator.loop import SimulatedLoop
from andante.testing.simulator.weather import PATIENCE, Weather

LATE: Final = 2.0  # seconds after which the last of what was under way has happened
NEWS: Final = 0.05


@final
class Wire:
    """What connects all servers: who hears what is told."""

    def __init__(self, loop: SimulatedLoop, weather: Weather) -> None:
        self.loop = loop
        self.weather = weather
        self.context = contextvars.copy_context()  # what is under way is nobody's
        self.stores: list[SimulatedStore] = []

    def later(self, delay: float, work: Callable[..., object], *args: object) -> None:
        self.loop.call_later(delay, work, *args, context=self.context)


@final
class _Sent:
    """A batch on its way."""

    __slots__ = ("answer", "batch", "done", "over")

    def __init__(self, batch: Batch, answer: Answer, over: asyncio.Future[None]) -> None:
        self.over = over
        self.batch = batch
        self.answer = answer
        self.done = False


@final
class SimulatedStore(SharedStore):
    """`name`: the server's; `context`: in which its answers come."""

    like: ClassVar[str] = "like"
    now: ClassVar[str] = NOW
    unlocked: ClassVar[str] = ""

    def __init__(self, database: Database, wire: Wire, name: str, context: contextvars.Context) -> None:
        self._database = database
        self._wire = wire
        self._weather = wire.weather
        self.at_once = wire.weather.batches
        self._name = name
        self._context = context
        self._sent: deque[_Sent] = deque()
        self.heard: Callable[[str], None] | None = None
        wire.stores.append(self)

    async def get(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        found = await self.get_all(sql, parameters)
        return found[0] if found else None

    async def get_all(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return await self._ask(lambda: self._database.query(sql, parameters))

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return await self.get_all(sql, parameters)

    async def states(self, known: Sequence[tuple[str, int]]) -> dict[str, Stored]:
        def look() -> list[Row]:
            found: list[Row] = []
            for instance_id, seq in known:
                sql = "select id, seq, data, definition_id from instance where id=?"
                found.extend((row[0], row[1], None if row[1] == seq else bytes(row[2]), row[3])
                             for row in self._database.query(sql, (instance_id,)))  # fmt: skip
            return found

        return {row[0]: (row[1], row[2], row[3]) for row in await self._ask(look)}

    async def write(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        await self._send(statements)

    async def change(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return await self._send([(sql, parameters)])

    def tell(self, text: str) -> None:
        for other in self._wire.stores:
            if not self._weather.happens(self._weather.news_lost, "fault.news-lost"):
                self._wire.later(self._weather.latency() + NEWS, other._hear, text)

    def _hear(self, text: str) -> None:
        if self.heard is not None:
            self._wire.loop.call_soon(self.heard, text, context=self._context)

    async def close(self) -> None:
        self._wire.stores.remove(self)
        if self._sent:
            await self._sent[-1].over

    # Asking and writing.

    async def _reach(self) -> None:
        if not self._weather.reaches(self._name):
            await asyncio.sleep(PATIENCE)
            if not self._weather.reaches(self._name):
                raise StoreLost("The database does not answer.")

    async def _ask(self, look: Callable[[], list[Row]]) -> list[Row]:
        await self._reach()
        if self._weather.happens(self._weather.read_lost, "fault.read-lost"):
            raise StoreLost("The connection was lost.")
        await asyncio.sleep(self._weather.latency())
        found = look()
        await asyncio.sleep(self._weather.latency())
        return found

    async def _send(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[Row]:
        weather = self._weather
        await self._reach()
        if weather.happens(weather.refused, "fault.refused"):
            raise StoreProblem("The disk is full.")
        done: asyncio.Future[list[Row]] = self._wire.loop.create_future()
        lost = weather.happens(weather.lost_before, "fault.lost-before")
        if lost:
            if weather.happens(weather.late, "fault.late"):
                self._wire.later(weather.latency() + LATE, self._carry_out, statements, None)
        else:
            lost = weather.happens(weather.lost_after, "fault.lost-after")
            self._wire.later(weather.latency(), self._carry_out, statements, None if lost else done)
        if lost:
            await asyncio.sleep(weather.latency())
            raise StoreLost("The connection was lost.")
        return await done

    def _carry_out(
        self, statements: Sequence[tuple[str, Sequence[object]]], done: asyncio.Future[list[Row]] | None
    ) -> None:
        try:
            rows, fault = self._database.transaction(statements), None
        except StoreProblem as problem:
            rows, fault = [], problem
        if done is None or done.done():
            return
        if fault is None:
            self._wire.later(self._weather.latency(), _settle, done, rows)
        else:
            self._wire.later(self._weather.latency(), _settle, done, fault)

    # Batches: one after the other, in the order given.

    def submit(self, batch: Batch, answer: Answer) -> None:
        self._sent.append(sent := _Sent(batch, answer, self._wire.loop.create_future()))
        delay = self._weather.latency()
        if not self._weather.reaches(self._name):
            delay += PATIENCE
        self._wire.later(delay, self._arrive, sent)

    def _arrive(self, sent: _Sent) -> None:
        """It has come to the database, and with it all that was sent before."""
        weather = self._weather
        while not sent.done:
            first = next(each for each in self._sent if not each.done)
            if not weather.reaches(self._name):
                self._lose()
            elif weather.happens(weather.refused, "fault.refused"):
                self._answer(first, StoreProblem("The disk is full."))
            elif weather.happens(weather.lost_before, "fault.lost-before"):
                self._lose()
            else:
                fault: StoreProblem | None = None
                try:
                    self._database.commit(first.batch)
                except StoreProblem as problem:
                    fault = problem
                if weather.happens(weather.lost_after, "fault.lost-after"):
                    first.done = True
                    self._lose(first)
                else:
                    self._answer(first, fault)

    def _lose(self, done: _Sent | None = None) -> None:
        """The connection is gone, and with it the answers to all that is under way; some of it may yet happen."""
        under_way = [each for each in self._sent if not each.done]
        if under_way and self._weather.happens(self._weather.late, "fault.late"):
            self._wire.later(self._weather.latency() + LATE, self._after_all, under_way)
        for each in [done, *under_way] if done is not None else under_way:
            self._answer(each, StoreLost("The connection was lost."))

    def _after_all(self, batches: list[_Sent]) -> None:
        for each in batches:
            try:
                self._database.commit(each.batch)
            except StoreProblem:
                continue

    def _answer(self, sent: _Sent, fault: StoreProblem | None) -> None:
        sent.done = True
        self._wire.later(self._weather.latency(), self._tell, sent, fault)

    def _tell(self, sent: _Sent, fault: StoreProblem | None) -> None:
        self._sent.remove(sent)
        sent.over.set_result(None)
        self._wire.loop.call_soon(sent.answer, fault, context=self._context)


def _settle(done: asyncio.Future[list[Row]], result: list[Row] | StoreProblem) -> None:
    if done.done():
        return
    if isinstance(result, StoreProblem):
        done.set_exception(result)
    else:
        done.set_result(result)
