"""An event loop without a world: its time is a number, and chance says who is next.

Time stands still while there is anything to do, and then jumps to the next timer. Of all that is ready a seeded
generator takes one, so that wake-ups come in another order with each seed, and in the same with the same seed. Work for
threads is done in the loop. Each callback belongs to whoever owned the context in which it was made (`OWNER`), so that
a server can be stopped between any two of its steps, for a while or for ever.
"""

import asyncio
import contextlib
import contextvars
import gc
import heapq
import itertools
import warnings
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, Final, cast, final

TICK: Final = 0.000_02  # seconds that a callback takes
THREAD: Final = 0.004  # seconds that work in a thread takes at most


@final
class Owner:
    """Whose callbacks they are. While `paused` they wait; once `dead` they are forgotten."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.paused = False
        self.held: list[asyncio.Handle] = []


OWNER: Final[contextvars.ContextVar[Owner | None]] = contextvars.ContextVar("owner", default=None)


class Stuck(Exception):
    """Everybody waits, and nothing will ever happen."""


class _Task(asyncio.Task[Any]):
    """Sets of tasks are gone through in the order of these numbers, and not of addresses in memory."""

    number: int
    numbers: ClassVar["itertools.count[int]"] = itertools.count()

    def __hash__(self) -> int:
        try:
            return self.number
        except AttributeError:
            self.number = next(_Task.numbers)
            return self.number


@final
class SimulatedLoop:
    """As much of an event loop as tasks, futures and timers ask for. One at a time. `failed` is called with what
    callbacks raise."""

    def __init__(self, random: Random, failed: Callable[[str, BaseException | None], None]) -> None:
        self._random = random
        self._failed = failed
        self._self = cast(asyncio.AbstractEventLoop, self)
        self._now = 0.0
        self._numbers = itertools.count()
        self._ready: list[tuple[Owner | None, asyncio.Handle]] = []
        self._timers: list[tuple[float, int, Owner | None, asyncio.TimerHandle]] = []
        self._tasks: set[asyncio.Task[Any]] = set()  # also those of the dead: nothing is to be collected meanwhile
        self.steps = 0
        _Task.numbers = itertools.count()

    # Time.

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """The whole world sleeps that long."""
        self._now += seconds

    # Callbacks.

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self._self, context)
        self._ready.append((_owner(context), handle))
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self._self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), _owner(context), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""

    def go_on(self, owner: Owner) -> None:
        """A paused owner's callbacks run again."""
        owner.paused = False
        self._ready.extend((owner, handle) for handle in owner.held)
        owner.held.clear()

    # Tasks, futures, threads.

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self._self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task = _Task(coro, loop=self._self, name=name, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        done = self.create_future()
        self.call_later(self._random.random() * THREAD, _carry_out, done, func, args)
        return done

    # Running.

    def run_until_complete(self, future: Any) -> Any:
        """Raises Stuck when it never will be."""
        asyncio.events._set_running_loop(self._self)
        try:
            task = future if isinstance(future, asyncio.Future) else self.create_task(future)
            while not task.done():
                self._step()
            return task.result()
        finally:
            asyncio.events._set_running_loop(None)

    def _step(self) -> None:
        self._ripen()
        while not self._ready:
            if not self._timers:
                raise Stuck("everybody waits, and nothing will ever happen")
            self._now = max(self._now, self._timers[0][0])
            self._ripen()
        ready = self._ready
        at = int(self._random.random() * len(ready))
        owner, handle = ready[at]
        ready[at] = ready[-1]
        ready.pop()
        if handle.cancelled():
            return
        if owner is not None:
            if owner.dead:
                return
            if owner.paused:
                owner.held.append(handle)
                return
        self.steps += 1
        self._now += TICK
        handle._run()

    def _ripen(self) -> None:
        while self._timers and self._timers[0][0] <= self._now:
            _, _, owner, handle = heapq.heappop(self._timers)
            if not handle.cancelled():
                self._ready.append((owner, handle))

    def close(self) -> None:
        """Let go of what is left. A coroutine is closed while its task is still there: it may ask for it."""
        asyncio.events._set_running_loop(self._self)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # what was never begun need not be
                for task in list(self._tasks):
                    task._log_destroy_pending = False  # type: ignore[attr-defined]
                    coroutine = task.get_coro()
                    if coroutine is not None:
                        with contextlib.suppress(Exception):
                            coroutine.close()
                self._ready.clear()
                self._timers.clear()
                self._tasks.clear()
                gc.collect()
        finally:
            asyncio.events._set_running_loop(None)

    # What asyncio asks of a loop besides.

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        fault = context.get("exception")
        self._failed(str(context.get("message", "")), fault if isinstance(fault, BaseException) else None)


def _owner(context: contextvars.Context | None) -> Owner | None:
    return OWNER.get() if context is None else context.get(OWNER)


def _carry_out(done: asyncio.Future[Any], func: Callable[..., Any], args: tuple[Any, ...]) -> None:
    if done.done():
        return
    try:
        done.set_result(func(*args))
    except Exception as fault:
        done.set_exception(fault)


def owned(owner: Owner) -> contextvars.Context:
    """A context for all that is this owner's."""
    context = contextvars.copy_context()
    context.run(OWNER.set, owner)
    return context
