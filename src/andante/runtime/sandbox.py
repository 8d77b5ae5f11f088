"""Trying a process out: a runtime of its own on a database that is thrown away, with a clock that moves when told.

It is given the definition, the forms and decisions, and the processes that can be called; it never sees the real
database, and has no channel to send by. There are few of them, each for one person and definition, and not for long.
"""

import asyncio
import contextlib
import shutil
import tempfile
from typing import Final, final

import msgspec

from andante.runtime.clock import TestClock
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import OVERLOADED, PARAMETER, Problem
from andante.runtime.runtime import Runtime
from andante.store.records import DefinitionRecord, InstanceQuery

MOST: Final = 20  # at a time on a server
IDLE_S: Final = 15 * 60
MOST_STEPS: Final = 300
MOST_ELEMENTS: Final = 5_000  # passed in one command without waiting
MOST_BESIDE: Final = 200  # other definitions that come along
MINUTE: Final = 60_000


class Done(msgspec.Struct, frozen=True):
    """A step that was taken: its name, and what it was given."""

    name: str
    given: dict[str, object]


@final
class Sandbox:
    """One process being tried out. `instance_id` is "" before its start; `done` are the steps so far."""

    def __init__(self, runtime: Runtime, clock: TestClock, definition: DefinitionRecord, folder: str) -> None:
        self.runtime = runtime
        self.clock = clock
        self.definition = definition
        self.folder = folder
        self.instance_id = ""
        self.began = clock.now()
        self.done: list[Done] = []

    async def step(self, name: str, given: dict[str, object], *, who: str) -> None:
        """start, complete, job, fail, error, message, signal or advance. Raises Problem, and nothing is changed."""
        if len(self.done) >= MOST_STEPS:
            raise Problem(PARAMETER, 400, f"A try-out has at most {MOST_STEPS} steps. Begin anew.")
        await self._step(name, given, who)
        await self.runtime.run_due()
        self.done.append(Done(name, given))

    async def _step(self, name: str, given: dict[str, object], who: str) -> None:
        variables = given.get("variables")
        values = dict(variables) if isinstance(variables, dict) else {}
        text = {key: str(value) for key, value in given.items()}
        if name == "start" and not self.instance_id:
            record = await self.runtime.start(
                self.definition.name, version=self.definition.version, variables=values, who=who, is_test=True
            )
            self.instance_id = record.id
        elif name == "complete":
            id, outcome = f"{self.instance_id}-{text['key']}", text["outcome"]
            await self.runtime.task_action(id, "complete", who=who, outcome=outcome, variables=values)
        elif name in ("job", "fail", "error"):
            action = "complete" if name == "job" else name
            await self.runtime.job_action(
                f"{self.instance_id}-{text['key']}", action, who=who, variables=values,
                retries=int(text.get("retries") or 0) if name == "fail" else None,
                message=text.get("message", ""), code=text.get("code", ""),
            )  # fmt: skip
        elif name == "message":
            found = await self.runtime.publish(text["name"], variables=values, correlation=_dict(given), who=who)
            if not found.delivered:
                raise Problem(PARAMETER, 400, f"Nothing awaits the message '{text['name']}' with these values.")
        elif name == "signal":
            await self.runtime.broadcast(text["name"], variables=values, who=who)
        elif name == "advance":
            due = await self.due()
            if not due:
                raise Problem(PARAMETER, 400, "Nothing waits for a time.")
            given["ms"] = due - self.clock.now()
            self.clock.set(due)
        else:
            raise Problem(PARAMETER, 400, f"There is no step '{name}' now.")

    async def due(self) -> int:
        """When the next timer or clock is due (ms), not before now; 0 where nothing waits for a time."""
        row = await self.runtime.store.get("select min(due_at) from instance where due_at>0", ())
        return max(self.clock.now(), row[0]) if row is not None and row[0] else 0

    async def called(self) -> bool:
        """Whether it has called other processes."""
        return (await self.runtime.instances(InstanceQuery(limit=2))).total > 1


def _dict(given: dict[str, object]) -> dict[str, object] | None:
    found = given.get("correlation")
    return found if isinstance(found, dict) and found else None


@final
class Sandboxes:
    """Those of a server, by person and definition. They end with it."""

    def __init__(self, runtime: Runtime) -> None:
        self._real = runtime
        self._open: dict[tuple[str, str], Sandbox] = {}
        self._ends: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()
        runtime.closing.append(self.close)

    def find(self, who: str, definition_id: str) -> Sandbox | None:
        """It lives on for a while now."""
        key = who, definition_id
        if key in self._open:
            self._rest(key)
        return self._open.get(key)

    async def open(self, who: str, definition_id: str) -> Sandbox:
        """A fresh one; what the person tried before is thrown away. Raises Problem 503 when there are too many."""
        for key in [key for key in self._open if key[0] == who]:
            await self.leave(*key)
        if len(self._open) >= MOST:
            raise Problem(OVERLOADED, 503, "Too many processes are being tried out. Try again in some minutes.")
        folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="andante-try-")
        now = self._real.clock.now()
        clock = TestClock(now - now % MINUTE)
        settings = RuntimeSettings(zone=self._real.settings.zone, cache=100, max_steps=MOST_ELEMENTS)
        runtime = await Runtime.open(f"sqlite:///{folder}/try.db", clock=clock, settings=settings, timers=False)
        try:
            definition = await self._furnish(runtime, definition_id)
        except BaseException:
            await runtime.close()
            raise
        key = who, definition_id
        self._open[key] = Sandbox(runtime, clock, definition, folder)
        self._rest(key)
        return self._open[key]

    async def _furnish(self, runtime: Runtime, definition_id: str) -> DefinitionRecord:
        wanted = await self._real.definition(definition_id)
        beside = [each for each in await self._real.definitions(active=True, limit=MOST_BESIDE) if each.id != wanted.id]
        beside.sort(key=lambda each: ("form", "dmn", "json", "xml").index(each.kind))
        for record in beside:
            if record.kind in ("form", "dmn") or await self._callable(record, wanted):
                with contextlib.suppress(Problem):  # what is not there is missed when it is asked for
                    await self._copy(runtime, record)
        ids = await self._copy(runtime, wanted)
        return await runtime.definition(ids[wanted.name])

    async def _callable(self, record: DefinitionRecord, wanted: DefinitionRecord) -> bool:
        """A process that begins when it is called, and by nothing else."""
        if record.name == wanted.name or record.source_id == wanted.source_id:
            return False
        graph = await self._real.graph(record.id)
        return graph.plain_start >= 0 and len(graph.starts) == 1

    async def _copy(self, runtime: Runtime, record: DefinitionRecord) -> dict[str, str]:
        data = await self._real.definition_source(record.id)
        if record.kind == "form":
            return (await runtime.forms.deploy(data, who="try", name=record.name)).ids
        if record.kind == "json":
            body = msgspec.json.decode(data, type=dict[str, object])
            return (await runtime.deploy_json(body, who="try")).ids
        return (await runtime.deploy_xml(data, who="try")).ids

    def _rest(self, key: tuple[str, str]) -> None:
        loop = asyncio.get_running_loop()
        if key in self._ends:
            self._ends[key].cancel()
        self._ends[key] = loop.call_later(IDLE_S, self._forget, key)

    def _forget(self, key: tuple[str, str]) -> None:
        task = asyncio.get_running_loop().create_task(self.leave(*key))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def leave(self, who: str, definition_id: str) -> None:
        """Throw it away."""
        key = who, definition_id
        handle, found = self._ends.pop(key, None), self._open.pop(key, None)
        if handle is not None:
            handle.cancel()
        if found is not None:
            await found.runtime.close()
            await asyncio.to_thread(shutil.rmtree, found.folder, True)

    async def close(self) -> None:
        for key in list(self._open):
            await self.leave(*key)
