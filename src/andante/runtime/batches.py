"""Doing the same with many instances or tasks: in the background, some at a time, with rests between so that nobody
who works has to wait, and once with each.

A batch goes through them in the order of their ids and keeps how far it is with every few of them. One server
carries it out, under a lease; when that one dies another goes on from there. Of the few that may have been done but not
noted it sees in their journals which were, for somebody may have done the opposite since.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final, Protocol, final

import structlog

from andante.bpmn.graph import ProcessGraph
from andante.engine.faults import CLOSED, NOTHING_TO_RETRY, TASK_NOT_FOUND
from andante.engine.state import CLOSED_STATES
from andante.runtime.auditing import Auditing
from andante.runtime.batch_told import told
from andante.runtime.logs import lines_about
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import (
    BATCH_NOT_FOUND,
    BATCH_OVER,
    INSTANCE_NOT_FOUND,
    LATER,
    NOT_GRANTED,
    PARAMETER,
    TASK_CLOSED,
    Problem,
)
from andante.runtime.second_person import STEPS, SecondPerson
from andante.runtime.sight import sight, within
from andante.runtime.task_orders import TASK_ACTIONS, TaskOrders, Tasks
from andante.runtime.undoing import OPPOSITES, carried_out, undone
from andante.store import batches as rows
from andante.store import instances
from andante.store.audit import Entry
from andante.store.batches import AWAITING, BatchRecord, Chosen, Failure
from andante.store.faults import StoreProblem
from andante.store.reach import Reach, reach
from andante.store.records import InstanceQuery, InstanceRecord

log: Final = structlog.get_logger("andante.batches")
INSTANCE_ACTIONS: Final = ("suspend", "resume", "terminate", "retry", "migrate", "setVariables", "delete")
ACTIONS: Final = (*INSTANCE_ACTIONS, *TASK_ACTIONS)
FROM_ABOVE: Final = frozenset(("suspend", "resume", "terminate", "delete"))  # what was called follows its caller
NEEDLESS: Final = frozenset(
    (CLOSED, NOTHING_TO_RETRY, INSTANCE_NOT_FOUND, TASK_NOT_FOUND, TASK_CLOSED)
)  # it is so already
AT_ONCE: Final = 50  # instances between two notes of how far it is
MOST_IDS: Final = 10_000
FEW: Final = 1_000  # are done at once
LEASE: Final = 15_000  # ms
LOOK: Final = 2.0  # seconds between looks for what others left
REST: Final = 1.0  # times as long as the work before it
SHORTEST_REST: Final = 0.005  # seconds
SAMPLE: Final = 20


class Plan:
    """What a batch would do: with how many instances, how many open ones these have called, and some of their ids."""

    __slots__ = ("below", "sample", "total")

    def __init__(self, total: int, below: int, sample: list[str]) -> None:
        self.total = total
        self.below = below
        self.sample = sample


class Instances(Tasks, Protocol):
    """What can be done with one instance, and with one task: the runtime."""

    audit: Auditing
    settings: RuntimeSettings

    async def act(self, instance_id: str, action: str, *, who: str, reason: str = "") -> InstanceRecord: ...
    async def migrate(
        self, instance_id: str, version: str, *, who: str, mapping: Any = None, reason: str = ""
    ) -> InstanceRecord: ...
    async def instance(self, instance_id: str) -> InstanceRecord: ...
    async def graph(self, definition_id: str) -> ProcessGraph: ...
    async def variables(self, instance_id: str) -> dict[str, object]: ...
    async def set_variables(
        self, instance_id: str, values: dict[str, object], *, who: str, introduce: bool = False
    ) -> None: ...
    async def delete_instance(self, instance_id: str, *, who: str, force: bool = False) -> None: ...


@final
class Batches:
    """`run` carries out what there is; `carry_out` does so once. All methods raise Problem. Its names are of `chance`;
    `at_once`: instances between two notes of how far it is."""

    def __init__(self, runtime: Instances, chance: Random) -> None:
        self.at_once = AT_ONCE
        self._chance = chance
        self._runtime = runtime
        self._store = runtime.store
        self._clock = runtime.clock
        self._audit = runtime.audit.log
        self._tasks = TaskOrders(runtime)
        self._second = SecondPerson(runtime.store, runtime.clock, runtime.settings, runtime.audit.log)
        self._woken = asyncio.Event()

    # What people ask for.

    async def plan(self, action: str, chosen: Chosen, arguments: dict[str, object] | None = None) -> Plan:
        """What a batch would have to do now."""
        chosen = await self._checked(action, chosen, arguments or {})
        if action in TASK_ACTIONS:
            total, ids = await self._extent(chosen), chosen.ids[:SAMPLE]
            if chosen.tasks is not None:
                ids = await self._tasks.ids(chosen.tasks, "", SAMPLE)
            return Plan(total, 0, ids)
        if chosen.ids:
            total = below = 0
            for each in chosen.ids:
                row = await self._store.get("select 1 from instance where id=?", (each,))
                if row is not None:
                    total += 1
                    below += len(await instances.children(self._store, each))
            return Plan(total, below, chosen.ids[:SAMPLE])
        query = chosen.query
        total, below = await instances.extent(self._store, query)
        return Plan(total, below, await instances.ids(self._store, query, "", SAMPLE))

    async def reach(self, action: str, chosen: Chosen, arguments: dict[str, object] | None = None) -> Reach:
        """How far a batch would reach now."""
        return await reach(self._store, action, await self._checked(action, chosen, arguments or {}), self._clock.now())

    async def start(
        self, action: str, chosen: Chosen, *, who: str, reason: str = "", arguments: dict[str, object] | None = None
    ) -> BatchRecord:
        """Make a batch; it begins soon, or when a second person has approved it. Later instances are not concerned."""
        arguments = arguments or {}
        chosen = await self._checked(action, chosen, arguments)
        now = self._clock.now()
        if not chosen.ids and not chosen.query.started_before:
            chosen.query.started_before = now + 1
        total = await self._extent(chosen)
        state, expires_at = self._second.begins(action, chosen, now)
        batch = BatchRecord(
            f"batch-{now:013d}-{self._chance.randbytes(4).hex()}", action, chosen, arguments, reason, who, now,
            state, total, 0, 0, 0, "", "", 0, 0, 0, "", expires_at,
        )  # fmt: skip
        await self._audit.write([rows.insert(batch)], Entry("batch.create", batch.id, told(batch), reason=reason))
        self._woken.set()
        return batch

    async def of_definition(self, definition_id: str, action: str, *, who: str) -> BatchRecord:
        """All instances of a definition; few are done when it returns, many go on in the background."""
        of = Chosen(InstanceQuery(definition_id=definition_id))
        batch = await self.start(action, of, who=who, reason=f"the definition: {action}")
        if batch.total <= FEW:
            await self.finish(batch.id)
        return batch

    async def _extent(self, chosen: Chosen) -> int:
        if chosen.ids:
            return len(chosen.ids)
        if chosen.tasks is not None:
            return await self._tasks.extent(chosen.tasks)
        return (await instances.extent(self._store, chosen.query))[0]

    async def undo(self, batch_id: str, *, who: str, reason: str = "") -> BatchRecord:
        """Make a batch that resumes what this one has suspended, or the other way round: those alone with which it was
        this one that did it, and which are still so."""
        before = await self.one(batch_id)
        if before.action not in OPPOSITES:
            raise Problem(PARAMETER, 400, f"To {before.action} cannot be undone.")
        if before.open:
            raise Problem(BATCH_OVER, 409, f"The batch '{batch_id}' is {before.state}; cancel it first.")
        chosen = await undone(self._store, before, MOST_IDS)
        if not chosen.ids and chosen.query == InstanceQuery():
            raise Problem(BATCH_OVER, 409, f"Nothing of what the batch '{batch_id}' did is left to undo.")
        return await self.start(OPPOSITES[before.action], chosen, who=who, reason=reason)

    async def one(self, batch_id: str) -> BatchRecord:
        found = await rows.one(self._store, batch_id)
        if found is None or not self._shown(found):
            raise Problem(BATCH_NOT_FOUND, 404, f"There is no batch '{batch_id}'.")
        return found

    async def many(self, limit: int = 100, after: str = "") -> list[BatchRecord]:
        """The newest first; those made before the batch `after`."""
        found: list[BatchRecord] = []
        while len(found) < limit and (part := await rows.many(self._store, limit, after)):
            found.extend(each for each in part if self._shown(each))
            after = part[-1].id
            if len(part) < limit:
                break
        return found[:limit]

    async def failures(self, batch_id: str, after: str = "", limit: int = 100) -> list[Failure]:
        """What could not be done, by instance."""
        await self.one(batch_id)
        return await rows.failures(self._store, batch_id, after, limit)

    async def act(self, batch_id: str, action: str, *, who: str = "") -> BatchRecord:
        """pause, resume (also one that failed) or cancel. What has been done stays done. Of one that waits for a second
        person: approve, refuse or withdraw, as `who`."""
        before = await self.one(batch_id)
        if action in STEPS:
            decided = await self._second.decide(batch_id, action, who)
            self._woken.set()
            return decided
        if before.state == AWAITING:
            text = f"The batch '{batch_id}' waits for a second person: approve, refuse or withdraw it."
            raise Problem(BATCH_OVER, 409, text)
        known = {
            "pause": ("paused", ("queued", "running"), 0),
            "resume": ("queued", ("paused", "failed"), 0),
            "cancel": ("cancelled", ("queued", "running", "paused", "failed"), self._clock.now()),
        }
        if action not in known:
            raise Problem(PARAMETER, 400, f"action: '{action}' is none of {', '.join(known)}.")
        state, of, ended_at = known[action]
        if before.state not in (*of, state) and not (action == "resume" and before.open):
            raise Problem(BATCH_OVER, 409, f"The batch '{batch_id}' is {before.state}; it cannot {action}.")
        details = {"action": before.action, "before": before.state, "done": before.done, "total": before.total}
        entry = Entry(f"batch.{action}", batch_id, details)
        await self._audit.write([rows.changed(batch_id, state, of, ended_at)], entry)
        self._woken.set()
        return await self.one(batch_id)

    async def _checked(self, action: str, chosen: Chosen, arguments: dict[str, object]) -> Chosen:
        """What who asks may operate of it."""
        if action not in ACTIONS:
            raise Problem(PARAMETER, 400, f"action: '{action}' is none of {', '.join(ACTIONS)}.")
        if action == "migrate" and not arguments.get("version"):
            raise Problem(PARAMETER, 400, "version: name the version to go on by.")
        if action == "setVariables" and not arguments.get("variables"):
            raise Problem(PARAMETER, 400, "variables: name at least one.")
        if len(chosen.ids) > MOST_IDS:
            raise Problem(PARAMETER, 400, f"ids: at most {MOST_IDS}; choose by a query instead.")
        if action in TASK_ACTIONS:
            return await self._tasks.checked(action, chosen, arguments)
        if chosen.ids:
            return Chosen(chosen.query, await self._operable(sorted(set(chosen.ids))))
        query = chosen.query
        query.definitions = within(query.definitions, sight().operate)
        if action in FROM_ABOVE:
            query.roots = True
        if action == "retry":
            query.broken = True
        if not query.states:
            of = instances.OPEN_STATES
            if action == "resume":
                of = ("Suspended",)
            elif action == "delete":
                of = (*CLOSED_STATES, *(of if arguments.get("force") else ()))
            query.states = list(of)
        return chosen

    async def _operable(self, ids: list[str]) -> list[str]:
        """Raises Problem for one that who asks may not operate: 404 where they may not know of it."""
        own = sight()
        for each in ids if not own.operate.all else ():
            record = await self._runtime.instance(each)
            if not own.operate.has(record.name):
                text = f"You may not operate '{record.name}', of which '{each}' is an instance: leave it out."
                raise Problem(NOT_GRANTED, 403, text)
        return ids

    def _shown(self, batch: BatchRecord | None) -> bool:
        """Who may not operate all sees the batches of their own."""
        own = sight()
        return batch is not None and (own.operate.all or batch.created_by == own.user)

    # Carrying out.

    async def run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.carry_out(rest=REST)
            except StoreProblem as fault:
                log.warning("batches wait for the database", why=str(fault))
            except Exception:
                log.exception("batches could not be carried out")
            try:
                async with asyncio.timeout(LOOK):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def carry_out(self, *, rest: float = 0) -> None:
        """All that nobody else carries out, one after the other. `rest` as REST. Raises StoreProblem."""
        await self._second.expire()
        for batch_id in await rows.waiting(self._store, self._clock.now()):
            with lines_about(batch=batch_id):
                await self.finish(batch_id, rest=rest)

    async def finish(self, batch_id: str, *, rest: float = 0) -> None:
        """Carry out this one to its end, unless another server does or somebody stops it. Raises StoreProblem."""
        now, name = self._clock.now(), self._chance.randbytes(8).hex()
        if not await rows.take(self._store, batch_id, name, now, now + LEASE):
            return
        loop = asyncio.get_running_loop()
        batch: BatchRecord | None = await rows.one(self._store, batch_id)
        again = batch is not None and batch.started_at != now  # the first few may have been done, and not noted
        while batch is not None and (batch.node, batch.state) == (name, "running"):
            begun = loop.time()
            try:
                following = await self._some(batch, again)
            except StoreProblem:
                raise
            except Exception as fault:
                log.exception("a batch failed")
                await rows.finish(self._store, batch, "failed", 0, f"{type(fault).__name__}: {fault}")
                return
            if following is None:
                await rows.finish(self._store, batch, "done", self._clock.now())
                return
            batch, again = following, False
            await asyncio.sleep(max(SHORTEST_REST, rest * (loop.time() - begun)) if rest else 0)
        if batch is not None and batch.node == name:
            await rows.release(self._store, batch)

    async def _some(self, batch: BatchRecord, again: bool) -> BatchRecord | None:
        """The next few; the batch as it is then, or None at its end. `again`: perhaps for a second time."""
        chosen = batch.chosen
        if chosen.ids:
            ids = [each for each in chosen.ids if each > batch.cursor][: self.at_once]
        elif chosen.tasks is not None:
            ids = await self._tasks.ids(chosen.tasks, batch.cursor, self.at_once)
        else:
            ids = await instances.ids(self._store, chosen.query, batch.cursor, self.at_once)
        if not ids:
            return None
        do = self._tasks.action(batch) if batch.action in TASK_ACTIONS else self._action(batch)
        before = batch if again else None
        results = await asyncio.gather(*(self._attempt(do, each, before) for each in ids))
        failures = [each for each in results if isinstance(each, Failure)]
        done = sum(each is True for each in results)
        counts = (done, len(ids) - done - len(failures), len(failures))
        return await rows.advance(self._store, batch, ids[-1], counts, failures, self._clock.now() + LEASE)

    async def _attempt(
        self, do: Callable[[str], Awaitable[bool]], item: str, before: BatchRecord | None
    ) -> bool | Failure:
        if before is not None and await carried_out(self._store, before, item):
            return True
        try:
            return await do(item)
        except Problem as problem:
            if problem.code in LATER:
                raise StoreProblem(problem.message) from None  # later, all of these again
            if problem.code in NEEDLESS:
                return False
            return Failure(item, problem.code, problem.message, self._clock.now())

    def _action(self, batch: BatchRecord) -> Callable[[str], Awaitable[bool]]:
        """What is done with one; False where it was so already."""
        runtime, who, arguments = self._runtime, batch.created_by, batch.arguments
        reason = batch.mark

        async def migrate(instance_id: str) -> bool:
            record = await runtime.instance(instance_id)
            if record.version == arguments["version"]:
                return False
            known = (await runtime.graph(record.definition_id)).by_id
            named = arguments.get("map")
            mapping = {old: new for old, new in named.items() if old in known} if isinstance(named, dict) else {}
            await runtime.migrate(instance_id, str(arguments["version"]), who=who, mapping=mapping, reason=reason)
            return True

        async def set_variables(instance_id: str) -> bool:
            wanted = arguments["variables"]
            if not isinstance(wanted, dict):
                raise AssertionError("variables are by name")
            known = await runtime.variables(instance_id)
            if all(name in known and known[name] == value for name, value in wanted.items()):
                return False
            await runtime.set_variables(instance_id, wanted, who=who, introduce=bool(arguments.get("introduce")))
            return True

        async def delete(instance_id: str) -> bool:
            await runtime.delete_instance(instance_id, who=who, force=bool(arguments.get("force")))
            return True

        async def act(instance_id: str) -> bool:
            if batch.action in ("suspend", "resume"):
                record = await runtime.instance(instance_id)
                if record.closed or record.suspended == (batch.action == "suspend"):
                    return False
            await runtime.act(instance_id, batch.action, who=who, reason=reason)
            return True

        return {"migrate": migrate, "setVariables": set_variables, "delete": delete}.get(batch.action, act)
