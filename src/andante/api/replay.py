"""An instance as it was: its journal, told again up to a command or a time."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from msgspec import Meta

from andante.api.instance_shapes import ClockShape, IncidentShape, RunShape, TokenShape, clock_shape, run_shape
from andante.api.instances import HistoryShape, visible
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, instant_ms, query_of, success
from andante.people import permissions as allow
from andante.runtime import Past, TaskRecord
from andante.runtime import problem as codes


class ReplayQuery(msgspec.Struct, frozen=True):
    """`until`: the number of the last command to tell (absent or 0: all). `at`: tell what was done by then."""

    until: Annotated[int, Meta(ge=0, le=2**53)] = 0
    at: Annotated[str, Meta(description="ISO 8601")] = ""


class OpenTaskShape(msgspec.Struct, frozen=True):
    """A task that was open. Candidates are `user:x`, `group:x`, `role:x` or `queue:x`."""

    id: str
    name: str
    element: str
    assignee: str
    candidates: list[str]
    owner: str
    priority: int
    createdAt: str  # noqa: N815 - the contract's spelling, here and below
    goalAt: str  # noqa: N815
    dueAt: str  # noqa: N815


class TimerShape(msgspec.Struct, frozen=True):
    """A timer that was armed."""

    element: str
    dueAt: str  # noqa: N815
    cycle: str


class AwaitedShape(msgspec.Struct, frozen=True):
    """A message, signal or condition that was awaited."""

    element: str
    kind: str
    name: str
    correlation: str


class OpenJobShape(msgspec.Struct, frozen=True):
    """A job that was to be done; `retryAt` is "" for at once."""

    id: str
    element: str
    type: str
    retries: int
    retryAt: str  # noqa: N815


class CalledShape(msgspec.Struct, frozen=True):
    """A called instance that was awaited."""

    element: str
    instanceId: str  # noqa: N815
    name: str


class InnerShape(msgspec.Struct, frozen=True):
    """Variables that a sub-process, or a token at an element, had of its own."""

    element: str
    variables: dict[str, Any]


class PastShape(msgspec.Struct, frozen=True):
    """The instance after command `seq` of `last`, who asked for it and when, and what it did (`facts`)."""

    instance: RunShape
    seq: int
    last: int
    at: str
    who: str
    command: str
    tokens: list[TokenShape]
    tasks: list[OpenTaskShape]
    variables: dict[str, Any]
    inner: list[InnerShape]
    timers: list[TimerShape]
    awaited: list[AwaitedShape]
    jobs: list[OpenJobShape]
    calls: list[CalledShape]
    incidents: list[IncidentShape]
    sla: list[ClockShape]
    parked: int
    facts: list[HistoryShape]


def _task(task: TaskRecord) -> OpenTaskShape:
    candidates = [*(f"user:{name}" for name in task.users), *task.groups]
    candidates += [f"queue:{task.queue}"] if task.queue else []
    return OpenTaskShape(
        task.id, task.name, task.element, task.assignee, candidates, task.owner, task.priority, at(task.created_at),
        at(task.goal_at), at(task.due_at),
    )  # fmt: skip


def past_shape(past: Past, zone: str) -> PastShape:
    own = past.record.id
    return PastShape(
        run_shape(past.record, zone), past.seq, past.last, at(past.at), past.who, past.command,
        [TokenShape(t.element, t.state, at(t.since), t.token) for t in past.tokens],
        [_task(task) for task in past.tasks], past.variables,
        [InnerShape(element, values) for element, values in past.inner],
        [TimerShape(t.element, at(t.due_at), t.cycle) for t in past.timers],
        [AwaitedShape(a.element, a.kind, a.name, a.correlation) for a in past.awaited],
        [OpenJobShape(f"{own}-{j.key}", j.element, j.type, j.retries, at(j.retry_at)) for j in past.jobs],
        [CalledShape(c.element, c.instance_id, c.name) for c in past.calls],
        [IncidentShape(i.id, i.element, i.kind, i.message, at(i.at)) for i in past.incidents],
        [clock_shape(clock) for clock in past.sla],
        past.parked,
        [HistoryShape(e.seq, at(e.at), e.kind, e.element, e.element_kind, e.who, e.data) for e in past.facts],
    )  # fmt: skip


@get(
    f"{BASE}/runtime/instances/{{instance_id:str}}/replay",
    operation=Operation(
        "Show an instance as it was", allow.INSTANCE_READ_ANY, PastShape, query=ReplayQuery, tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND, codes.DEFINITION_NOT_FOUND),
        description="Tells the journal again up to a command or a time: state, tokens, open tasks, variables, timers, "
        "jobs, incidents and clocks as they were, and what that command did. Changes nothing.",
    ),
)  # fmt: skip
async def replay(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    query = query_of(request, ReplayQuery)
    desk = services(request)
    record = await visible(desk, caller(request), instance_id)
    allow.demand(caller(request), allow.INSTANCE_READ_ANY, record.name)
    moment = instant_ms("at", query.at, desk.zone) if query.at else 0
    past = await desk.runtime.replay(instance_id, until=query.until, at=moment)
    return success(past_shape(past, desk.zone))


HANDLERS: Final = (replay,)
