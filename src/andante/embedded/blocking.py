"""The engine for programs without an event loop: it has one of its own, in a thread."""

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar, final, overload

from andante.client.handling import Function
from andante.embedded.engine import MONDAY, AsyncAndante
from andante.embedded.giving import Instance
from andante.embedded.temporary import NOWHERE
from andante.runtime import Clock, Note

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Function)
N = TypeVar("N", bound=Callable[[Note], Any])
CLOSED: Final = "The engine is not open: use it in a `with` block, or call open()."


@final
class Blocking(Generic[P, T]):
    """A method of AsyncAndante that is waited for."""

    def __init__(self, method: Callable[Concatenate[AsyncAndante, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, engine: None, owner: type) -> "Blocking[P, T]": ...
    @overload
    def __get__(self, engine: "Andante", owner: type) -> Callable[P, T]: ...
    def __get__(self, engine: "Andante | None", owner: type) -> "Blocking[P, T] | Callable[P, T]":
        if engine is None:
            return self
        known = engine

        def method(*args: P.args, **named: P.kwargs) -> T:
            return known.wait_for(self._method(known.engine, *args, **named))

        return method


@final
class Andante:
    """`with Andante("sqlite:///orders.db") as engine:` - see AsyncAndante; timers, reminders and handlers of jobs run
    in the background meanwhile. Threads may share it, and handlers that are plain functions may use it."""

    def __init__(
        self, db: str = NOWHERE[0], *, who: str = "embedded", clock: Clock | None = None, **settings: Any
    ) -> None:
        self.engine = AsyncAndante(db, who=who, clock=clock, **settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @classmethod
    def for_tests(cls, db: str = NOWHERE[0], *, now: str = MONDAY, who: str = "test", **settings: Any) -> "Andante":
        """See AsyncAndante.for_tests."""
        made = cls(db)
        made.engine = AsyncAndante.for_tests(db, now=now, who=who, **settings)
        return made

    def open(self) -> "Andante":
        """As entering the `with` block does."""
        if self._loop is not None:
            raise RuntimeError("The engine is open already.")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="andante-engine", daemon=True)
        self._thread.start()
        try:
            self.wait_for(self.engine.open())
        except BaseException:
            self._stop()
            raise
        return self

    def close(self) -> None:
        """As leaving it does."""
        if self._loop is None:
            return
        try:
            self.wait_for(self.engine.close())
        finally:
            self._stop()

    def _stop(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def __enter__(self) -> "Andante":
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry it out in the engine's loop. Raises RuntimeError where that loop is the caller's own."""
        if self._loop is None or threading.current_thread() is self._thread:
            work.close()
            text = "This is the engine's own event loop: an async handler cannot wait here. Make it a plain function."
            raise RuntimeError(CLOSED if self._loop is None else text)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # such as the user's Ctrl-C
            future.cancel()
            raise

    @property
    def now(self) -> dt.datetime:
        """By the engine's clock, in UTC."""
        return self.engine.now

    def worker(self, type: str, *, lock: str = "PT5M", backoff: str = "PT5S", max_jobs: int = 8) -> Callable[[F], F]:
        """See AsyncAndante.worker."""
        take = self.engine.worker(type, lock=lock, backoff=backoff, max_jobs=max_jobs)

        def added(function: F) -> F:
            if self._loop is None:
                return take(function)

            async def there() -> F:
                return take(function)

            return self.wait_for(there())

        return added

    def on_note(self, function: N) -> N:
        """See AsyncAndante.on_note."""
        return self.engine.on_note(function)

    def run_until(self, condition: Callable[[], bool] | Instance, *, within: float = 30.0) -> None:
        """See AsyncAndante.run_until. The condition may use this engine."""
        if callable(condition):
            asked = condition

            async def holds() -> bool:
                return await asyncio.to_thread(asked)

            self.wait_for(self.engine.run_until(holds, within=within))
        else:
            self.wait_for(self.engine.run_until(condition, within=within))

    deploy = Blocking(AsyncAndante.deploy)
    start = Blocking(AsyncAndante.start)
    instance = Blocking(AsyncAndante.instance)
    detail = Blocking(AsyncAndante.detail)
    instances = Blocking(AsyncAndante.instances)
    act = Blocking(AsyncAndante.act)
    variables = Blocking(AsyncAndante.variables)
    set_variables = Blocking(AsyncAndante.set_variables)
    history = Blocking(AsyncAndante.history)
    tasks = Blocking(AsyncAndante.tasks)
    task = Blocking(AsyncAndante.task)
    complete = Blocking(AsyncAndante.complete)
    task_action = Blocking(AsyncAndante.task_action)
    publish = Blocking(AsyncAndante.publish)
    broadcast = Blocking(AsyncAndante.broadcast)
    decide = Blocking(AsyncAndante.decide)
    settle = Blocking(AsyncAndante.settle)
    advance = Blocking(AsyncAndante.advance)
