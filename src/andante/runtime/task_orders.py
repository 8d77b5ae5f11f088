"""What a batch does with tasks: which, and what with one of them. See runtime/batches.py for how it is carried out."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, final

from andante.bpmn.graph import ProcessGraph
from andante.runtime.approvals import not_offered, offers_of
from andante.runtime.clock import Clock
from andante.runtime.problem import NOT_GRANTED, PARAMETER, Problem
from andante.runtime.roster import LiveRoster
from andante.runtime.sight import sight, within
from andante.runtime.tasks import task_key
from andante.store import task_places
from andante.store.batches import BatchRecord, Chosen
from andante.store.records import InstanceQuery, TaskQuery, TaskRecord
from andante.store.store import Store

COMPLETE: Final = "completeTasks"
TRANSFER: Final = "transferTasks"
UNCLAIM: Final = "unclaimTasks"
TASK_ACTIONS: Final = (COMPLETE, TRANSFER, UNCLAIM)
ASKED: Final = (
    "scope", "instance_id", "assignee", "candidate", "name", "element", "definition", "queue", "business_key", "due",
    "overdue", "due_from", "due_before", "created_from", "created_before", "sla_state", "text",
)  # fmt: skip
_SETS: Final = ("group:", "role:", "queue:")


class Tasks(Protocol):
    """What can be done with one task: the runtime."""

    store: Store
    clock: Clock
    roster: LiveRoster

    async def task(self, task_id: str) -> TaskRecord: ...
    async def graph(self, definition_id: str) -> ProcessGraph: ...
    async def task_action(
        self, task_id: str, action: str, *, who: str, outcome: str = "", variables: dict[str, object] | None = None,
        to: str = "", text: str = "", signing: Any = None,
    ) -> TaskRecord: ...  # fmt: skip


@final
class TaskOrders:
    """All methods raise Problem for what cannot be asked for."""

    def __init__(self, runtime: Tasks) -> None:
        self._runtime = runtime
        self._store = runtime.store

    async def checked(self, action: str, chosen: Chosen, arguments: dict[str, object]) -> Chosen:
        """What is meant by it, of what who asks may operate: of a query, the open tasks that are there now. Raises
        Problem: 400, and 403 or 404 for the id of a task that is not theirs to operate."""
        to = arguments.get("to", "")
        if action == TRANSFER and not to:
            raise Problem(PARAMETER, 400, f"to: '{action}' needs who takes the tasks.")
        if isinstance(to, str) and to and not to.startswith(_SETS) and not self._runtime.roster.exists(to):
            raise Problem(
                PARAMETER, 400, f"to: there is no person '{to}'. A set of persons is group:x, role:x, queue:x."
            )
        if chosen.ids:
            return Chosen(InstanceQuery(), await self._operable(sorted(set(chosen.ids))))
        query = chosen.tasks
        if query is None:
            raise Problem(PARAMETER, 400, "tasks: say which, by the filters of a task list or by their ids.")
        if query.view != "todo":
            raise Problem(PARAMETER, 400, "tasks.view: only open tasks can be acted on; leave it away.")
        query.definitions = within(query.definitions, sight().operate)
        now = self._runtime.clock.now()
        query.now = query.now or now
        query.created_before = min(query.created_before or now + 1, now + 1)
        return Chosen(InstanceQuery(), [], query)

    async def _operable(self, ids: list[str]) -> list[str]:
        own = sight()
        for each in ids:
            task_key(each)
            if own.operate.all:
                continue
            task = await self._runtime.task(each)
            if not own.operate.has(task.definition):
                raise Problem(NOT_GRANTED, 403, f"You may not operate '{task.definition}': leave out '{each}'.")
        return ids

    async def extent(self, query: TaskQuery) -> int:
        try:
            return await task_places.extent(self._store, query)
        except ValueError as fault:
            raise Problem(PARAMETER, 400, f"tasks: {fault}") from None

    async def ids(self, query: TaskQuery, after: str, limit: int) -> list[str]:
        return await task_places.ids(self._store, query, after, limit)

    def action(self, batch: BatchRecord) -> Callable[[str], Awaitable[bool]]:
        """What is done with one; False where it was so already, or the task is over."""
        runtime, who, given = self._runtime, batch.created_by, batch.arguments
        why = batch.mark if batch.reason else ""

        async def complete(task: TaskRecord) -> bool:
            offered = offers_of(await runtime.graph(task.definition_id), task)
            if "complete" not in offered:
                raise not_offered(task, "complete", offered)
            variables = given.get("variables")
            text = str(given.get("text") or "") or why
            await runtime.task_action(
                task.id, "complete", who=who, outcome=str(given.get("outcome") or ""), text=text,
                variables=dict(variables) if isinstance(variables, dict) and variables else None,
            )  # fmt: skip
            return True

        async def transfer(task: TaskRecord) -> bool:
            to = str(given["to"])
            if _with(task, to):
                return False
            await runtime.task_action(task.id, "transfer", who=who, to=to, text=why)
            return True

        async def unclaim(task: TaskRecord) -> bool:
            if not task.assignee:
                return False
            await runtime.task_action(task.id, "unclaim", who=who, text=why)
            return True

        do = {COMPLETE: complete, TRANSFER: transfer, UNCLAIM: unclaim}[batch.action]

        async def attempt(task_id: str) -> bool:
            task = await runtime.task(task_id)
            return task.state == "open" and await do(task)

        return attempt


def meant(query: TaskQuery) -> dict[str, object]:
    """The filters of a batch of tasks, as the audit log has them."""
    return {name: value for name in ASKED if (value := getattr(query, name))}


def _with(task: TaskRecord, to: str) -> bool:
    """Whether it is where it is to go: so a transfer changes nothing the second time."""
    if not to.startswith(_SETS):
        return task.assignee == to and not task.delegated and not task.owner
    if task.assignee or task.users:
        return False
    if to.startswith("queue:"):
        return task.queue == to.removeprefix("queue:") and not task.groups
    return task.groups == [to] and not task.queue
