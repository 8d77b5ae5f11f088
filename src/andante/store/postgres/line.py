"""A connection that comes back: who asks while it is gone waits a little."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final, final

import structlog

from andante.store.faults import StoreLost, StoreProblem
from andante.store.postgres.pipe import Call, Pipe, Result

log: Final = structlog.get_logger("andante.store")
FIRST_PAUSE: Final = 0.05  # seconds; doubled with each try
LONGEST_PAUSE: Final = 0.25
PATIENCE: Final = 5.0  # seconds that one waits for a connection


@final
class Line:
    """`heard` gets what others notify; `greeting` is the first that is said on each connection; `parted` is called when
    one was lost, before there is another."""

    def __init__(
        self, url: str, settings: str = "", *, heard: Callable[[str, str], None] | None = None, greeting: str = "",
        parted: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._url = url
        self._settings = settings
        self._heard = heard
        self._parted = parted
        self._greeting = greeting
        self._pipe: Pipe | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._there = asyncio.Event()
        self._closed = False
        self.connections = 0

    async def open(self, *, later: bool = False) -> None:
        """Connect for the first time. Raises StoreLost when that fails; with `later` it is tried again and again, and
        nobody has to wait."""
        try:
            await self._connect()
        except StoreProblem:
            if not later:
                raise
            self._lost()

    @property
    def depth(self) -> int:
        """Transactions on their way."""
        return 0 if self._pipe is None else self._pipe.depth

    @property
    def ready(self) -> Pipe | None:
        """The connection, while there is one."""
        return self._pipe

    async def pipe(self) -> Pipe:
        """The connection. Raises StoreLost when it does not come back in time."""
        if self._pipe is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._there.wait()
            if self._pipe is None:
                raise StoreLost("The database does not answer.")
        return self._pipe

    async def read(self, calls: Sequence[Call]) -> list[Result]:
        """Ask; again when the connection was lost meanwhile, for asking changes nothing. Raises StoreProblem."""
        try:
            return await (await self.pipe()).run(calls)
        except StoreLost:
            return await (await self.pipe()).run(calls)

    def greet(self, greeting: str) -> None:
        """From now on this is the first that is said on each connection."""
        self._greeting = greeting
        if self._pipe is not None:
            self._pipe.send([(greeting.encode(), (), 0)])

    def renew(self) -> None:
        """Let go of the connection and make another: the one there may lead to a database that is no longer the one."""
        if self._pipe is not None:
            self._pipe.close()
            self._lost()

    def close(self) -> None:
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    async def _connect(self) -> None:
        pipe = await Pipe.open(self._url, self._settings)
        try:
            if self._greeting:
                await pipe.run([(self._greeting.encode(), (), 0)])
            if self._closed or pipe.closed:
                raise StoreLost("The connection was lost at once.")
        except BaseException:
            pipe.close()
            raise
        pipe.lost, pipe.heard = self._lost, self._heard
        self._pipe = pipe
        self.connections += 1
        self._there.set()

    def _lost(self) -> None:
        self._pipe = None
        self._there.clear()
        if not self._closed and self._connecting is None:
            log.warning("a connection to the database is gone")
            self._connecting = asyncio.get_running_loop().create_task(self._again())
        if self._parted is not None:  # the task has not begun: there is no other connection yet
            self._parted()

    async def _again(self) -> None:
        pause = FIRST_PAUSE
        try:
            while self._pipe is None:
                try:
                    async with asyncio.timeout(PATIENCE):  # one that falls silent half way is not waited for
                        await self._connect()
                except Exception as fault:  # it is not known what a server says that is just coming up
                    log.debug("the database is not there yet", why=str(fault))
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._connecting = None
        log.info("the database answers again")
