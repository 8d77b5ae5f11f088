"""Acting on tasks. Who may is decided by the caller (people); what the state allows, by the core."""

from collections.abc import Awaitable, Callable
from typing import Final, final

import msgspec

from andante.engine import commands as cmd
from andante.engine.events import TaskCompleted
from andante.engine.faults import TASK_NOT_FOUND
from andante.engine.state import Instance
from andante.engine.step import Step
from andante.engine.waits import Task
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.problem import PARAMETER, TASK_CLOSED, Problem
from andante.runtime.saved_views import SavedViews
from andante.runtime.sight import sees, sight, tasks_seen
from andante.store import search, task_groups, task_lists
from andante.store import tasks as rows
from andante.store.projection import task_record
from andante.store.records import Page, TaskQuery, TaskRecord
from andante.store.store import Store
from andante.store.task_groups import Count
from andante.store.task_times import WAITING
from andante.timing.instants import TimingError, parse_instant

ACTIONS: Final = (
    "claim",
    "unclaim",
    "complete",
    "transfer",
    "delegate",
    "resolve",
    "comment",
    "remind",
    "addSigner",
    "return",
    "followUp",
    "error",
    "escalate",
)


@final
class Signing:
    """What belongs to addSigner (whom, and before, with or after) and to return (straight back)."""

    __slots__ = ("direct", "mode", "signers")

    def __init__(self, signers: list[str] | None = None, mode: str = "with", direct: bool = False) -> None:
        self.signers: list[str] = signers or []
        self.mode = mode
        self.direct = direct


NO_SIGNING: Final = Signing()


def sla_state(record: TaskRecord, now: int) -> str:
    """ "on track", "at risk", "goal passed", "breached", "paused" or "met"; "" where there is no time to keep."""
    waiting = record.risk_at == WAITING
    if not record.goal_at and not record.due_at and not waiting:
        return ""
    if record.state != "open":
        if record.due_at and record.ended_at > record.due_at:
            return "breached"
        return "met" if record.state == "completed" else ""
    if record.suspended or waiting:
        return "paused"
    if record.due_at and now >= record.due_at:
        return "breached"
    if record.goal_at and now >= record.goal_at:
        return "goal passed"
    return "at risk" if record.risk_at and now >= record.risk_at else "on track"


def task_key(task_id: str) -> tuple[str, int]:
    """Instance id and key. Raises Problem for an id that is none."""
    instance_id, _, key = task_id.rpartition("-")
    if not instance_id or not key.isdigit() or len(key) > 15:
        raise Problem(TASK_NOT_FOUND, 404, f"There is no task '{task_id}'.")
    return instance_id, int(key)


@final
class Tasks:
    """The to-do list, the history, and what can be done with a task."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, names: Callable[[str], Awaitable[list[str]]]
    ) -> None:
        """`names` gives the names that a definition's user tasks have."""
        self._store = store
        self._clock = clock
        self._executor = executor
        self._names = names
        self.views = SavedViews(store, clock)

    async def one(self, task_id: str) -> TaskRecord:
        record = await rows.one(self._store, *task_key(task_id))
        if record is None or not sees(record.definition):
            raise Problem(TASK_NOT_FOUND, 404, f"There is no task '{task_id}'.")
        return self._timed(record)

    async def many(self, query: TaskQuery) -> Page[TaskRecord]:
        query = tasks_seen(query)
        query.now = self._clock.now()
        try:
            if query.text:
                await self._learn()
            page = await task_lists.many(self._store, query)
        except ValueError as fault:
            raise Problem(PARAMETER, 400, f"The task query is wrong: {fault}") from None
        return Page([self._timed(record) for record in page.items], page.total, page.after, page.more)

    async def counts(self, query: TaskQuery) -> list[Count]:
        """How many there are in each view of a person."""
        query = tasks_seen(query)
        query.now = self._clock.now()
        return await task_groups.counts(self._store, query)

    async def groups(self, query: TaskQuery, by: str) -> list[Count]:
        """The tasks that a query finds, by due time ("due") or by process."""
        query = tasks_seen(query)
        query.now = self._clock.now()
        try:
            if query.text:
                await self._learn()
            return await task_groups.groups(self._store, query, by)
        except ValueError as fault:
            raise Problem(PARAMETER, 400, f"The task query is wrong: {fault}") from None

    async def _learn(self) -> None:
        """The names of tasks whose definitions were deployed by a server of the release before."""
        for definition_id in await search.unnamed(self._store):
            await self._store.write(search.name_rows(definition_id, await self._names(definition_id)))

    async def act(
        self, task_id: str, action: str, who: str, outcome: str, variables: dict[str, object] | None, to: str,
        text: str, signing: Signing | None = None, code: str = "",
    ) -> TaskRecord:  # fmt: skip
        if not sight().view.all:
            await self.one(task_id)
        instance_id, key = task_key(task_id)
        command = _command(action, key, who, outcome, variables, to, text, signing or NO_SIGNING, code)
        try:
            record = await self._executor.submit(instance_id, command, who, _view)
        except Problem as problem:
            if problem.code == TASK_NOT_FOUND and (await rows.one(self._store, instance_id, key)) is not None:
                raise Problem(TASK_CLOSED, 409, f"The task '{task_id}' is over already.") from None
            if problem.status == 404:
                raise Problem(TASK_NOT_FOUND, 404, f"There is no task '{task_id}'.") from None
            raise
        return self._timed(record)

    def _timed(self, record: TaskRecord) -> TaskRecord:
        return msgspec.structs.replace(record, sla_state=sla_state(record, self._clock.now()))


def _command(
    action: str, key: int, who: str, outcome: str, variables: dict[str, object] | None, to: str, text: str,
    signing: Signing, code: str,
) -> cmd.Command:  # fmt: skip
    if action in ("transfer", "delegate") and not to:
        raise Problem(PARAMETER, 400, f"to: '{action}' needs the name of the user who takes the task.")
    if action == "comment" and not text.strip():
        raise Problem(PARAMETER, 400, "text: a comment needs words.")
    if action == "complete":
        return cmd.CompleteTask(key, outcome, variables, text)
    if action == "claim":
        return cmd.ClaimTask(key, to or who)
    if action == "unclaim":
        return cmd.UnclaimTask(key, text)
    if action == "transfer":
        return cmd.TransferTask(key, to, text)
    if action == "delegate":
        return cmd.DelegateTask(key, to, text)
    if action == "resolve":
        return cmd.ResolveTask(key, variables)
    if action == "comment":
        return cmd.CommentTask(key, text)
    if action == "remind":
        return cmd.RemindTask(key, text)
    if action == "addSigner":
        return cmd.AddSigners(key, signing.signers, signing.mode, text)
    if action == "return":
        return cmd.ReturnTask(key, to, signing.direct, text)
    if action in ("error", "escalate"):
        if not code:
            raise Problem(PARAMETER, 400, f"code: '{action}' needs the code that is thrown.")
        if action == "error":
            return cmd.ThrowTaskError(key, code, text, variables)
        return cmd.EscalateTask(key, code, variables)
    if action == "followUp":
        return cmd.SetFollowUp(key, _moment(to) if to else None)
    raise Problem(PARAMETER, 400, f"action: '{action}' is none of {', '.join(ACTIONS)}.")


def _moment(text: str) -> int:
    try:
        return parse_instant(text, "UTC")
    except TimingError as fault:
        raise Problem(PARAMETER, 400, f"to: '{text[:40]}' is no moment: {fault}") from None


def _view(step: Step, before: Task | None) -> TaskRecord:
    if before is None:
        raise AssertionError("the core accepted an action on a task that is not there")
    instance: Instance = step.instance
    record = task_record(step.graph, instance, before)
    if before.key in instance.tasks:
        return record
    for fact in step.events:
        if isinstance(fact, TaskCompleted) and fact.task == before.key:
            return msgspec.structs.replace(
                record, state="completed", outcome=fact.outcome, ended_at=step.now, ended_by=step.actor, suspended=False
            )
    return msgspec.structs.replace(record, state="cancelled", ended_at=step.now, suspended=False)
