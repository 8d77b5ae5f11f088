"""A simulated world in fair weather, in which a test lets go wrong what it is about."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from server import bpmn

from andante.runtime import Note, Runtime
from andante.testing.simulator.database import Database
from andante.testing.simulator.loop import SimulatedLoop
from andante.testing.simulator.servers import EPOCH, Server
from andante.testing.simulator.store import Wire
from andante.testing.simulator.trace import Trace
from andante.testing.simulator.weather import Weather


class World:
    """Servers on one database. `play` runs a test in it; `notes` are what people got."""

    def __init__(self, servers: int = 1) -> None:
        random = Random(1)
        self.failures: list[str] = []
        self.loop = SimulatedLoop(Random(1), lambda message, fault: self.failures.append(f"{message} {fault!r}"))
        self.trace = Trace(self.loop.time)
        self.weather = Weather(random, self.trace, self.loop.time)
        self.weather.clear()
        self.database = Database(lambda: EPOCH + int(self.loop.time() * 1000))
        self.wire = Wire(self.loop, self.weather)
        self.notes: list[Note] = []
        self.servers = [
            Server(f"s{n}", self.database, self.wire, random, self.trace, self.notes.append) for n in range(servers)
        ]

    def play(self, story: Callable[["World"], Awaitable[None]]) -> None:
        try:
            self.loop.run_until_complete(self._play(story))
        finally:
            self.loop.close()
            self.database.close()
        assert self.failures == []

    async def _play(self, story: Callable[["World"], Awaitable[None]]) -> None:
        for server in self.servers:
            server.start()
        while any(server.runtime is None for server in self.servers):
            await self.pass_time(0.1)
        await story(self)

    async def pass_time(self, seconds: float) -> None:
        done = self.loop.create_future()
        self.loop.call_later(seconds, done.set_result, None)
        await done

    def runtime(self, server: int = 0) -> Runtime:
        runtime = self.servers[server].runtime
        assert runtime is not None
        return runtime

    async def ask(self, question: Callable[[Runtime], Awaitable[Any]], server: int = 0) -> Any:
        return await self.servers[server].ask(question)

    async def deploy(self, *processes: str, extra: str = "") -> None:
        await self.ask(lambda s: s.deploy_xml(bpmn(*processes, extra=extra), who="dora"))

    def count(self, table: str, where: str = "1=1") -> int:
        count: int = self.database.query(f"select count(*) from {table} where {where}")[0][0]
        return count
