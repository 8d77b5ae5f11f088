"""The engine in one's own event loop: the runtime of a server, with the handlers of its jobs in the same process.

Who may do what is the program's own affair; `by`, or `acting_as`, is the name that the history keeps.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, final

import msgspec

from andante.client.handling import Function
from andante.embedded.giving import Instance, Task, Told, Values, file_of, id_of, values_of
from andante.embedded.passing import Condition, NotReached, Passing
from andante.embedded.temporary import NOWHERE, TemporaryDatabase
from andante.embedded.workers import Handler, Handlers, house_worker
from andante.expressions import to_json
from andante.runtime import (
    Broadcast,
    Clock,
    Deployment,
    HistoryEntry,
    HouseWorker,
    InstanceDetail,
    InstanceQuery,
    InstanceRecord,
    Note,
    Problem,
    Published,
    Runtime,
    TaskQuery,
    TaskRecord,
    TestClock,
    logs,
    tracing,
)
from andante.runtime import problem as codes
from andante.settings import from_environment
from andante.timing.instants import local, parse_instant

if TYPE_CHECKING:
    from litestar import Litestar

F = TypeVar("F", bound=Function)
N = TypeVar("N", bound=Callable[[Note], Any])
MONDAY: Final = "2026-01-05T09:00:00Z"
PATIENCE: Final = 10.0  # seconds that handlers have to finish when the engine closes
_acting: Final[ContextVar[str]] = ContextVar("andante_acting", default="")


@contextlib.contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Within it, what this task or thread does is done by this name."""
    before = _acting.set(name)
    try:
        yield
    finally:
        _acting.reset(before)


@final
class AsyncAndante:
    """`async with AsyncAndante("sqlite:///orders.db") as engine:` - the database is this engine's alone meanwhile
    (SQLite), or shared with others (postgresql://...). "sqlite://" is one that is gone at the end.

    `who` is the name of what nobody is named for; `settings` are those of a server (docs/reference/settings.md). All
    that can be expected to go wrong is raised as Problem, with a `code` and words; a database that cannot be used as
    StoreProblem, a setting that cannot be as SettingsProblem. What a method returns is on the disk.
    """

    def __init__(
        self, db: str = NOWHERE[0], *, who: str = "embedded", clock: Clock | None = None, **settings: Any
    ) -> None:
        self._db = db
        self._who = who
        self._clock = clock
        self.settings = from_environment({}, **settings)
        self._handlers = Handlers()
        self._workers: list[HouseWorker] = []
        self._told: list[Callable[[Note], Any]] = []
        self._runtime: Runtime | None = None
        self._passing: Passing | None = None
        self._stack = contextlib.AsyncExitStack()

    @classmethod
    def for_tests(
        cls, db: str = NOWHERE[0], *, now: str = MONDAY, who: str = "test", **settings: Any
    ) -> "AsyncAndante":
        """One whose clock stands still until `advance` or `run_until`. Each call returns when all that follows from it
        at once has happened, with the handlers' work; nothing else runs. HTTP and other connectors are left to
        handlers of their types."""
        clock = TestClock(parse_instant(now, settings.get("zone", "UTC")))
        return cls(db, who=who, clock=clock, **{"connectors": False, **settings})

    async def open(self) -> "AsyncAndante":
        """Open the database (made or brought up to date as needed) and go on with what is unfinished."""
        # What these bring takes a second to import, for nothing where no engine is opened.
        from andante.assembly import connectors, open_runtime
        from andante.scripting import PythonScripts

        if self._runtime is not None:
            raise RuntimeError("The engine is open already.")
        logs.as_a_library()
        own = self._clock if isinstance(self._clock, TestClock) else None
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(tracing.followed())
            url = self._db
            if url in NOWHERE:
                temporary = await asyncio.to_thread(TemporaryDatabase)
                stack.callback(temporary.remove)
                url = temporary.url
            self.settings = msgspec.structs.replace(self.settings, db=url)
            runtime = await open_runtime(self.settings, self._clock, timers=own is None)
            stack.push_async_callback(runtime.close)
            # A library does not write to its program's output by itself.
            runtime.channels[:] = [each for each in runtime.channels if each.name != "log"]
            runtime.channels.append(Told(self._told))
            stack.push_async_callback(self._end, runtime)
            if self.settings.connectors and own is None:
                await stack.enter_async_context(connectors(self.settings, runtime))
            if self.settings.python_scripts:
                scripts = PythonScripts(runtime)
                if own is None:
                    await stack.enter_async_context(scripts)
                else:
                    stack.push_async_callback(scripts.__aexit__)
                    self._workers.append(scripts.worker)
            self._runtime, self._passing = runtime, Passing(runtime, own, self._workers)
            for handler in self._handlers.known.values():
                self._begin(handler)
            self._handlers.added = self._begin
            self._stack = stack.pop_all()
        return self

    def _begin(self, handler: Handler) -> None:
        worker = house_worker(self.runtime, handler)
        self._workers.append(worker)
        if not isinstance(self._clock, TestClock):
            worker.start()

    async def _end(self, runtime: Runtime) -> None:
        self._handlers.added = None
        runtime.end_waiting()
        await asyncio.gather(*(worker.stop(PATIENCE) for worker in self._workers))
        self._workers.clear()
        self._runtime = self._passing = None

    async def close(self) -> None:
        """Let the handlers finish what they have begun, and let go of the database."""
        await self._stack.aclose()

    async def __aenter__(self) -> "AsyncAndante":
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def runtime(self) -> Runtime:
        """All that a server can do, for what is not here. In this event loop alone."""
        if self._runtime is None:
            raise RuntimeError("The engine is not open: use it in a `with` block, or call open().")
        return self._runtime

    @property
    def now(self) -> dt.datetime:
        """By the engine's clock, in UTC."""
        return local(self.runtime.clock.now() if self._clock is None else self._clock.now(), "UTC")

    # Handlers.

    def worker(self, type: str, *, lock: str = "PT5M", backoff: str = "PT5S", max_jobs: int = 8) -> Callable[[F], F]:
        """`@engine.worker("charge-card")` before a function, plain or async, makes it the handler of service tasks of
        this type: what it takes and returns is as with `andante.client.Worker`. It raises JobError for a BPMN error;
        anything else fails the job, which is tried again after `backoff` while it has retries, then an incident. A job
        that is not done within `lock` is begun again, as after a crash: be safe to run twice."""
        return self._handlers.decorator(type, lock, backoff, max_jobs)

    def on_note(self, function: N) -> N:
        """A decorator: the function, plain or async, gets what people are to be told: reminders, deadlines, new tasks.
        At least once each; `note.key` tells which."""
        self._told.append(function)
        return function

    # Definitions.

    async def deploy(self, *files: str | Path | bytes, activate: bool = True, by: str = "") -> Deployment:
        """Deploy BPMN, DMN, forms and JSON definitions: paths, or what is in them. They go in the order in which they
        need each other, all of them or none. Raises OSError, and Problem 422 with each fault of a model."""
        named = {name: data for number, each in enumerate(files) for name, data in [file_of(number, each)]}
        if not named:
            raise Problem(codes.PARAMETER, 400, "deploy: name the files.")
        made = list((await self.runtime.deploy(named, who=self._by(by), activate=activate)).values())
        await self._settle()
        ids = {name: id for each in made for name, id in each.ids.items()}
        return Deployment(made[-1].id, ids, [warning for each in made for warning in each.warnings])

    # Instances.

    async def start(
        self, name: str, variables: Values = None, /, *, version: str = "", business_key: str = "", title: str = "",
        by: str = "", **more: Any,
    ) -> InstanceRecord:  # fmt: skip
        """Start an instance and run it to where it must wait. Variables of any names go in the mapping, others beside
        it: `start("Order", amount=5)`."""
        record = await self.runtime.start(
            name, version=version, variables=values_of(variables, more), who=self._by(by), business_key=business_key,
            title=title,
        )  # fmt: skip
        return await self._after(record)

    async def instance(self, instance: Instance) -> InstanceRecord:
        """As it is now."""
        return await self.runtime.instance(id_of(instance))

    async def detail(self, instance: Instance) -> InstanceDetail:
        """Where it is, its incidents and its clocks."""
        return await self.runtime.detail(id_of(instance))

    async def instances(
        self, name: str = "", *, open: bool = False, business_key: str = "", limit: int = 1_000
    ) -> list[InstanceRecord]:
        """The newest first."""
        query = InstanceQuery(name=name, open=open, business_key=business_key, limit=limit)
        return (await self.runtime.instances(query)).items

    async def act(self, instance: Instance, action: str, *, reason: str = "", by: str = "") -> InstanceRecord:
        """suspend, resume, terminate, or retry after an incident."""
        record = await self.runtime.act(id_of(instance), action, who=self._by(by), reason=reason)
        return await self._after(record)

    async def variables(self, instance: Instance) -> dict[str, object]:
        """The variables of an instance, also of one that is over."""
        return await self.runtime.variables(id_of(instance))

    async def set_variables(
        self, instance: Instance, variables: Values = None, /, *, by: str = "", **more: Any
    ) -> None:
        """New ones too."""
        await self.runtime.set_variables(id_of(instance), values_of(variables, more), who=self._by(by), introduce=True)
        await self._settle()

    async def history(self, instance: Instance, *, limit: int = 1_000) -> list[HistoryEntry]:
        """What has happened, in order."""
        return await self.runtime.history(id_of(instance), limit=limit)

    # Tasks.

    async def tasks(
        self, instance: Instance | None = None, *, user: str = "", groups: Sequence[str] = (), name: str = "",
        view: str = "todo", limit: int = 1_000,
    ) -> list[TaskRecord]:  # fmt: skip
        """Open tasks (`view`: paused, history and all are others): of one instance, of this name; with `user`, those
        that the user has or may claim, being in `groups`."""
        query = TaskQuery(
            view=view, everything=not user, user=user, groups=list(groups), name=name, limit=limit,
            instance_id="" if instance is None else id_of(instance),
        )  # fmt: skip
        return (await self.runtime.tasks(query)).items

    async def task(self, task: Task) -> TaskRecord:
        """A task as it is now, open or over."""
        return await self.runtime.task(id_of(task))

    async def complete(
        self, task: Task, variables: Values = None, /, *, outcome: str = "", text: str = "", by: str = "", **more: Any
    ) -> TaskRecord:
        """Complete it with one of its outcomes, if it has any, and with variables as in `start`."""
        return await self.task_action(
            task, "complete", outcome=outcome, text=text, by=by, variables={**(variables or {}), **more}
        )

    async def task_action(
        self, task: Task, action: str, *, outcome: str = "", variables: Values = None, to: str = "", text: str = "",
        by: str = "",
    ) -> TaskRecord:  # fmt: skip
        """claim, unclaim, complete, transfer, delegate, resolve, comment, remind, return or followUp."""
        record = await self.runtime.task_action(
            id_of(task), action, who=self._by(by), outcome=outcome, variables=values_of(variables, {}) or None, to=to,
            text=text,
        )  # fmt: skip
        await self._settle()
        return record

    # Messages, signals, decisions.

    async def publish(
        self, name: str, *, business_key: str = "", correlation: Values = None, variables: Values = None,
        by: str = "",
    ) -> Published:  # fmt: skip
        """A message, to all that await it and match."""
        published = await self.runtime.publish(
            name, business_key=business_key, correlation=values_of(correlation, {}) or None,
            variables=values_of(variables, {}), who=self._by(by),
        )  # fmt: skip
        await self._settle()
        return published

    async def broadcast(self, name: str, variables: Values = None, *, by: str = "") -> Broadcast:
        """A signal, to all that await it."""
        told = await self.runtime.broadcast(name, variables=values_of(variables, {}), who=self._by(by))
        await self._settle()
        return told

    async def decide(self, decision: str, variables: Values = None, /, **more: Any) -> Any:
        """The value of a decision that is deployed, by its id or name, as JSON has it."""
        outcome = await self.runtime.decide(decision, variables=values_of(variables, more))
        return to_json(outcome.value)

    # Time.

    async def settle(self) -> None:
        """With `for_tests`: let all happen that is due. Every call that changes something does so by itself."""
        await self._settle()

    async def advance(self, by: str | dt.timedelta) -> None:
        """With `for_tests`: let so much time pass, ISO 8601 or a timedelta; timers, deadlines, reminders and retries
        happen each at its time."""
        await self._time.advance(by)

    async def run_until(self, condition: Condition | Instance, *, within: float = 30.0) -> None:
        """Until the condition holds, or the instance is over. With `for_tests` time passes from one thing that falls
        due to the next, until there is none; else for at most `within` seconds. Raises NotReached."""
        if not isinstance(condition, InstanceRecord | str):
            await self._time.run_until(condition, "What was waited for", within)
            return
        instance = condition

        async def over() -> bool:
            return (await self.instance(instance)).closed

        try:
            await self._time.run_until(over, f"The end of {id_of(instance)}", within)
        except NotReached as fault:
            raise NotReached(f"{fault} {await self._stands(instance)}") from None

    async def _stands(self, instance: Instance) -> str:
        detail = await self.detail(instance)
        at = ", ".join(token.element for token in detail.tokens) or "nothing"
        wrong = "".join(f" Incident: {incident.message}" for incident in detail.incidents)
        return f"It is {detail.record.state}, at {at}.{wrong}"

    # The web.

    async def app(self) -> "Litestar":
        """The HTTP API and the pages of a server before this engine, as an ASGI application, until it closes. They have
        persons and rights of their own: the first administrator is `bootstrap_client_id` with
        `bootstrap_client_secret`."""
        from andante.app import create_app

        settings = msgspec.structs.replace(self.settings, connectors=False, python_scripts=False)
        app = create_app(settings, self.runtime, self._clock)
        await self._stack.enter_async_context(app.lifespan())
        return app

    # Within.

    def _by(self, by: str) -> str:
        return by or _acting.get() or self._who

    @property
    def _time(self) -> Passing:
        if self._passing is None:
            raise RuntimeError("The engine is not open: use it in a `with` block, or call open().")
        return self._passing

    async def _settle(self) -> None:
        await self._time.settle()

    async def _after(self, record: InstanceRecord) -> InstanceRecord:
        """As it is when all that followed has happened: with the tests' clock."""
        if not isinstance(self._clock, TestClock):
            return record
        await self._settle()
        return await self.runtime.instance(record.id)
