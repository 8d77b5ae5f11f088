"""The runtime: everything that can be asked of a running Andante, from the HTTP API, the pages, or a program of one's
own. Every method raises Problem for what can be expected to go wrong; what it returns is on the disk."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random, SystemRandom
from typing import Final, final

from andante.bpmn.graph import ProcessGraph
from andante.decisions import DecisionView, Outcome
from andante.engine import commands as cmd
from andante.engine.settings import EngineSettings
from andante.engine.step import Step
from andante.engine.waits import Task
from andante.runtime import removing, views
from andante.runtime.attachments import Attachments
from andante.runtime.auditing import Auditing
from andante.runtime.background import spawn
from andante.runtime.batches import Batches
from andante.runtime.calendar_desk import Calendars
from andante.runtime.calendars import LiveCalendars
from andante.runtime.changes import Changes
from andante.runtime.choosing import Chooser
from andante.runtime.clock import Clock, SystemClock
from andante.runtime.conditions import Conditions
from andante.runtime.definitions import Definitions
from andante.runtime.deploying import Deploying
from andante.runtime.deployment import Deployment
from andante.runtime.executor import Executor
from andante.runtime.extending import Extension
from andante.runtime.form_desk import FormDesk
from andante.runtime.handing_back import HandingBack
from andante.runtime.ids import INSTANCE, Ids
from andante.runtime.insight import Insight
from andante.runtime.job_records import JobView
from andante.runtime.jobs import Jobs
from andante.runtime.live import Live, MigrationPlan, lifecycle
from andante.runtime.logs import about
from andante.runtime.membership import DatabaseClock
from andante.runtime.messages import Broadcast, Messages, Published, newly_awaited
from andante.runtime.options import RuntimeSettings
from andante.runtime.outbox import Channel, Outbox
from andante.runtime.problem import PARAMETER, Problem
from andante.runtime.relations import Relations
from andante.runtime.remarks import Remarks
from andante.runtime.replay import Past, replay
from andante.runtime.roster import LiveRoster
from andante.runtime.sharing import Sharing
from andante.runtime.sight import demand_deploy, demand_start, instances_seen, seen_definition, seen_instance, sight
from andante.runtime.standing import Standings
from andante.runtime.tasks import Signing, Tasks
from andante.runtime.timekeeper import Timekeeper
from andante.runtime.upkeep import Upkeep
from andante.runtime.views import HistoryEntry, InstanceDetail
from andante.store import instances as instance_rows
from andante.store.projection import instance_record
from andante.store.records import DefinitionRecord, InstanceQuery, InstanceRecord, Page, TaskQuery, TaskRecord
from andante.store.store import SharedStore, Store

PATIENCE: Final = 10.0  # seconds to finish writing when the server stops


def _record(step: Step, _: Task | None) -> InstanceRecord:
    return instance_record(step.graph, step.instance)


@final
class Runtime:
    """Open it with `await Runtime.open(url)`, close it with `await runtime.close()`. For one event loop."""

    def __init__(self, store: Store, clock: Clock, settings: RuntimeSettings, chance: Random) -> None:
        self.store = store
        self.clock = clock
        self.settings = settings
        self._ids = Ids(chance)
        self.audit = Auditing(store, clock, settings, lambda: self._sharing.first)
        self._definitions = Definitions(store, clock, self._ids, settings.zone, self.audit.log)
        self._deploying = Deploying(clock, self._ids, settings.zone, self._definitions)
        self.deploy, self.modify_json = self._deploying.files, self._deploying.modify_json
        self.roster = LiveRoster(store)
        live = LiveCalendars(store, settings.zone, self.roster.calendar)
        called, every = self._definitions.decisions.called, settings.remind_every * 1000
        engine = EngineSettings(
            settings.zone, max_steps=settings.max_steps, decisions=called, forms=self._definitions.forms.used,
            remind_every=every, roster=self.roster, calendars=live,
        )  # fmt: skip
        self.executor = Executor(
            store, clock, engine, self._definitions.graph, self._committed,
            lambda due: self._sharing.falls_due(due), lambda keys: self.outbox.removed(keys),
            self.audit.log, cache=settings.cache, queue=settings.queue,
        )  # fmt: skip
        self.messages = Messages(store, clock, self.executor, self._definitions, chance)
        relations = Relations(self.executor, self._definitions, self.messages, Chooser(store, clock, self.roster))
        self.outbox = Outbox(store, clock, self.executor, relations.deliver)
        self.jobs = Jobs(store, clock, self.executor, self._definitions)
        self.lists = self._tasks = Tasks(store, clock, self.executor, self._definitions.task_names)
        self.forms = FormDesk(store, clock, self._definitions, self._deploying)
        self.live = Live(store, self.executor, self._definitions)
        back = HandingBack(store, clock, self.executor, self.roster, lambda: self._sharing.first)
        self.timekeeper = Timekeeper(
            store, clock, self.executor, self._definitions, self.messages, self.outbox, back, settings.zone
        )
        self._background: set[asyncio.Task[None]] = set()
        self.closing: list[Callable[[], Awaitable[None]]] = []  # what lives beside it, and ends first
        self.attachments = Attachments(store, clock, self.executor, chance, settings, lambda: self._sharing.first)
        self.remarks, self.changes = Remarks(store), Changes(store, self.executor)
        self._sharing = Sharing(
            store, clock if isinstance(clock, DatabaseClock) else None, self._ids, self.executor,
            self._definitions.catalogue, self.outbox, self.jobs, self.timekeeper, self.roster,
            self.changes, live, chance,
        )  # fmt: skip
        self.conditions = Conditions(store, clock, self._ids, self.executor, self._definitions, self._sharing, settings)
        self.calendars = Calendars(
            store, clock, live, self._definitions, self.roster, self.executor, self._sharing, self.audit.log
        )
        self.insight = Insight(store, clock, self._definitions, self._tasks, self._sharing, settings.zone)
        self.upkeep = Upkeep(store, clock, self.executor, self._definitions, self.insight, self._sharing, settings)
        self.standing = Standings(store, self._definitions)
        self.batches = Batches(self, chance)

    @classmethod
    async def open(
        cls, url: str | Store, *, clock: Clock | None = None, settings: RuntimeSettings | None = None,
        timers: bool = True, chance: Random | None = None,
        channels: Callable[["Runtime"], Sequence[Channel]] = lambda _: (),
    ) -> "Runtime":  # fmt: skip
        """Open the database (made or brought up to date as needed) and go on with what is unfinished. `timers` False
        leaves it to `run_due()` to let timers fire. New names are of `chance`; `channels` gives the ways to people.
        Raises StoreProblem when the database is of no use, and what `channels` does."""
        settings = settings or RuntimeSettings()
        store = url if isinstance(url, Store) else await settings.store(url)
        if clock is None:
            clock = DatabaseClock(SystemClock()) if isinstance(store, SharedStore) else SystemClock()
        runtime = cls(store, clock, settings, chance or SystemRandom())
        try:
            runtime.channels.extend(channels(runtime))
            await runtime._sharing.join()
            await runtime.calendars.live.refresh()
            await runtime._definitions.catalogue.refresh()
            await runtime.roster.refresh()
            await runtime.outbox.load()
            await runtime.messages.sweep()
        except BaseException:  # or it would go on as a member of the others that nobody knows of
            await runtime.close()
            raise
        upkeep, projector = runtime.upkeep, runtime.insight.projector
        beside = (runtime.timekeeper, upkeep.retention, runtime.calendars.recounting, runtime.attachments, projector)
        for each in (*beside, upkeep.lists, runtime.batches, runtime.audit) if timers else ():
            spawn(runtime._background, each.run())
        return runtime

    async def close(self) -> None:
        """Finish what is being written and let go of the database. What is unfinished goes on at the next start."""
        for end in self.closing:
            await end()
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self.outbox.close()
        self.messages.close()
        await asyncio.gather(self.roster.close(), self.calendars.live.close())
        with contextlib.suppress(TimeoutError):  # the database is away; what is in it as undone is done later
            async with asyncio.timeout(PATIENCE):
                await self.executor.idle()
        self.executor.end()
        await self._sharing.leave()
        await self.store.close()

    @property
    def channels(self) -> list[Channel]:
        """The ways to people: add to this list."""
        return self.outbox.channels

    async def run_due(self) -> None:
        """Let everything that is due by the clock happen, with all that follows at once."""
        await self.messages.settle()
        await self.calendars.recounting.carry_out()
        await self.timekeeper.run_due()
        await self.messages.settle()

    def _committed(self, step: Step, seq: int) -> None:
        if step.effects:
            self.outbox.add(step, seq)
        instance = step.instance
        if instance.jobs:
            self._sharing.new_jobs()
        if instance.subscriptions and (names := newly_awaited(step)):
            self.messages.opened(instance.id, names)

    # Definitions.

    async def deploy_xml(self, data: bytes, *, who: str, activate: bool = True, version: str = "") -> Deployment:
        """Deploy BPMN 2.0 XML, or DMN. Raises Problem 422 with every finding when the model cannot run."""
        return await self._deploying.xml(data, who, activate, version)

    async def deploy_json(self, body: dict[str, object], *, who: str) -> Deployment:
        """Deploy the contract's JSON form (2.4)."""
        return await self._deploying.json(body, who)

    async def definition(self, definition_id: str) -> DefinitionRecord:
        await self._definitions.catalogue.fresh()
        return seen_definition(self._definitions.one(definition_id))

    async def definition_source(self, definition_id: str) -> bytes:
        """As deployed: XML, or the JSON body."""
        await self.definition(definition_id)
        return await self._definitions.source(definition_id)

    async def definitions(
        self, *, name: str = "", like: bool = False, active: bool | None = None, skip: int = 0, limit: int = 100
    ) -> list[DefinitionRecord]:
        return await self._definitions.many(name, like, active, skip, limit, sight().view)

    async def definition_action(
        self, definition_id: str, action: str, *, who: str, instances: bool = False, retention: str = ""
    ) -> DefinitionRecord:
        """activate, deactivate, suspend or resume; the latter two with its open instances where `instances`. retain:
        keep instances that are over for `retention`, a duration or "forever"; "" leaves it to the server's setting."""
        demand_deploy((await self.definition(definition_id)).name)
        record = await self._definitions.act(definition_id, action, who, retention)
        if instances and action in ("suspend", "resume"):
            await self.batches.of_definition(definition_id, action, who=who)
        return record

    async def delete_definition(self, definition_id: str, *, who: str) -> None:
        await self._definitions.delete((await self.definition(definition_id)).id)

    async def graph(self, definition_id: str) -> ProcessGraph:
        return await self._definitions.graph(definition_id)

    async def decide(
        self, decision: str = "", *, variables: Mapping[str, object], definition: str = "", version: str = ""
    ) -> Outcome:
        """Evaluate a decision, decision service or business knowledge model by its id or name: of the file that
        `definition` is from, of that `version`, or of the active one."""
        decisions = self._definitions.decisions
        return await decisions.evaluate(decision, variables, definition_id=definition, version=version)

    async def decision(self, definition_id: str) -> DecisionView:
        """How a decision is made, in texts for people."""
        await self.definition(definition_id)
        return await self._definitions.decisions.shown(definition_id)

    # Instances.

    async def start(
        self, name: str, *, version: str = "", variables: dict[str, object] | None = None, who: str,
        business_key: str = "", title: str = "", is_test: bool = False, ext: list[object] | None = None,
        moves: list[cmd.MoveToken] | None = None,
    ) -> InstanceRecord:  # fmt: skip
        """Start an instance and run it to where it must wait (contract API 1)."""
        await self._definitions.catalogue.fresh()
        record, instance_id = self._definitions.startable(name, version), self._ids.new(INSTANCE, self.clock.now())
        demand_start(name)
        await self.conditions.pace.demand()
        about(instance=instance_id, definition=name)
        command = cmd.Start(
            record.id, name, record.version, variables or {}, business_key, title, is_test=is_test, ext=ext, moves=moves
        )
        return await self.executor.start(await self._definitions.graph(record.id), instance_id, command, who, _record)

    async def instance(self, instance_id: str) -> InstanceRecord:
        return seen_instance(await instance_rows.one(self.store, instance_id), instance_id)

    async def _seen(self, instance_id: str) -> None:  # raises Problem (404) where who asks may not know of it
        if not sight().view.all:
            await self.instance(instance_id)

    async def instances(self, query: InstanceQuery) -> Page[InstanceRecord]:
        try:
            return await instance_rows.many(self.store, instances_seen(query))
        except ValueError as fault:
            raise Problem(PARAMETER, 400, f"The instance query is wrong: {fault}.") from None

    async def open_counts(self) -> tuple[int, int, int]:
        """How many are open; of these, how many are suspended, and how many have an incident."""
        return await instance_rows.open_counts(self.store)

    async def act(self, instance_id: str, action: str, *, who: str, reason: str = "", only: int = 0) -> InstanceRecord:
        """suspend, resume, terminate (contract API 3) or retry: all its incidents, or the one of the key `only`."""
        await self._seen(instance_id)
        return await self.executor.submit(instance_id, lifecycle(action, reason, only), who, _record)

    async def extend(self, instance_id: str, more: Extension, *, who: str) -> InstanceRecord:
        """Give SLA clocks more time: a task's, a stage's or the instance's own."""
        await self._seen(instance_id)
        return await self.executor.submit(instance_id, more.command, who, _record)

    async def move(
        self, instance_id: str, source: str, target: str, *, who: str, reason: str = "", token: int = 0
    ) -> InstanceRecord:
        """Take what stands at element `source` to `target`; `token` tells which where several stand there."""
        await self._seen(instance_id)
        return await self.live.move(instance_id, source, target, token, who, reason, _record)

    async def migrate(
        self, instance_id: str, version: str, *, who: str, mapping: Mapping[str, str] | None = None, reason: str = ""
    ) -> InstanceRecord:
        """Let it go on by another version of its definition; `mapping` names elements that are called otherwise."""
        record = await self.instance(instance_id)
        return await self.live.migrate(record, version, mapping or {}, who, reason, _record)

    async def check_migration(
        self, instance_id: str, version: str, mapping: Mapping[str, str] | None = None
    ) -> MigrationPlan:
        """Whether `migrate` would be carried out now, and which element becomes which."""
        await self._seen(instance_id)
        return await self.live.check(instance_id, version, mapping or {})

    async def set_variables(
        self, instance_id: str, values: dict[str, object], *, who: str, introduce: bool = False
    ) -> None:
        """Change variables that the instance has; unknown and read-only names are ignored (contract API 5)."""
        await self._seen(instance_id)
        await self.executor.submit(instance_id, cmd.SetVariables(values, introduce), who, _record)

    async def variables(self, instance_id: str) -> dict[str, object]:
        await self._seen(instance_id)
        return dict((await views.load(self.store, instance_id))[1].variables)

    async def detail(self, instance_id: str) -> InstanceDetail:
        await self._seen(instance_id)
        record, instance = await views.load(self.store, instance_id)
        graph = await self._definitions.graph(record.definition_id)
        return await views.detail(self.store, graph, record, instance, self.clock.now(), self.executor.settings)

    async def history(self, instance_id: str, *, after: int = 0, limit: int = 200) -> list[HistoryEntry]:
        await self.instance(instance_id)
        return await views.history(self.store, self._definitions.graph, instance_id, after, limit)

    async def replay(self, instance_id: str, *, until: int = 0, at: int = 0) -> Past:
        """As it was after command `until` (0: the last), or by the time `at` (ms; 0: now)."""
        await self._seen(instance_id)
        calendars = self.executor.settings.calendars
        return await replay(self.store, self._definitions.graph, calendars, instance_id, until, at)

    async def delete_instance(self, instance_id: str, *, who: str, force: bool = False) -> None:
        """Remove it for good with what it called (API 4). An open one only with `force`: it is terminated first."""
        await removing.remove(self, await self.instance(instance_id), who, force)

    # Tasks.

    async def tasks(self, query: TaskQuery) -> Page[TaskRecord]:
        return await self._tasks.many(query)

    async def task(self, task_id: str) -> TaskRecord:
        return await self._tasks.one(task_id)

    async def task_action(
        self, task_id: str, action: str, *, who: str, outcome: str = "", variables: dict[str, object] | None = None,
        to: str = "", text: str = "", code: str = "", signing: Signing | None = None,
    ) -> TaskRecord:  # fmt: skip
        """One of `tasks.ACTIONS`. The caller sees whether `who` may."""
        return await self._tasks.act(task_id, action, who, outcome, variables, to, text, signing, code)

    # Messages, signals, jobs.

    async def publish(
        self, name: str, *, business_key: str = "", correlation: dict[str, object] | None = None,
        variables: dict[str, object] | None = None, ttl_ms: int = 0, message_id: str = "", who: str,
    ) -> Published:  # fmt: skip
        """A message from outside, to all that await it and match."""
        return await self.messages.publish(name, business_key, correlation, variables or {}, ttl_ms, message_id, who)

    async def broadcast(self, name: str, *, variables: dict[str, object] | None = None, who: str) -> Broadcast:
        """A signal, to all that await it."""
        return await self.messages.broadcast(name, variables or {}, who)

    async def evaluate_conditions(
        self, variables: dict[str, object], *, business_key: str = "", definition: str = "", who: str
    ) -> list[str]:
        """Start an instance by each conditional start event that these variables fulfil, of the active definitions or
        of the one of this name. Returns their ids."""
        return await self.conditions.evaluate(variables, business_key, definition, who)

    async def activate_jobs(
        self, types: list[str], *, worker: str, max_jobs: int = 1, lock_ms: int = 30_000, wait_ms: int = 0
    ) -> list[JobView]:
        """Jobs for a worker, locked for `lock_ms`."""
        return await self.jobs.activate(types, worker, max_jobs, lock_ms, wait_ms)

    @property
    def ending(self) -> bool:
        """Whether nobody waits for jobs any longer, since the server stops."""
        return self.jobs.waiting_ends

    def end_waiting(self) -> None:
        """Nobody is to wait for jobs or changes any longer: call it when the server begins to stop."""
        self.jobs.end_waiting()
        self.changes.close()

    async def job_action(
        self, job_id: str, action: str, *, who: str, variables: dict[str, object] | None = None,
        retries: int | None = None, backoff_ms: int = 0, message: str = "", code: str = "", lock_ms: int = 0,
    ) -> JobView:  # fmt: skip
        """complete, fail, error or extend."""
        return await self.jobs.act(job_id, action, who, variables, retries, backoff_ms, message, code, lock_ms)
