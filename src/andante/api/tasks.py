"""The to-do list, the history of tasks, and what people do with a task (contract 1.5 and section 7 row 34)."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.extending import extension
from andante.api.forms import FormFieldShape, form_fields
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.task_actions import (
    ACTIONS,
    ApprovalShape,
    ReturnShape,
    carried_out,
    demand_declared,
    offers,
    one_s_offers,
)
from andante.api.wire import (
    Variables,
    at,
    body_of,
    choice,
    clock_time,
    instant_ms,
    one_of,
    success,
)
from andante.engine import faults
from andante.people import Caller, demand_task_action, is_candidate, may_see, note_task_action
from andante.people import permissions as allow
from andante.runtime import Problem, Signing, TaskRecord
from andante.runtime import problem as codes
from andante.timing.instants import iso

HAND_OVER: Final = ("transfer", "delegate", "return")
THROWN: Final = ("error", "escalate")  # the model declares them by the events that catch them
MODES: Final = ("before", "with", "after")
RESUMES: Final = ("flow", "direct")


class TaskShape(msgspec.Struct, frozen=True):
    """A task. `...At` is ISO 8601 UTC, `...Time` the same in the contract's form; "" is unset. `candidates` are items
    user:x, group:x, role:x. `slaState`: on track, at risk, goal passed, breached, paused, met or "". `actions`: what
    the caller may do with it now."""

    id: str
    name: str
    element: str
    instanceId: str  # noqa: N815 - the contract's spelling, here and below
    definitionId: str  # noqa: N815
    definition: str
    version: str
    businessKey: str  # noqa: N815
    assignee: str
    candidates: list[str]
    queue: str
    owner: str
    delegated: bool
    priority: int
    urgency: int
    createdAt: str  # noqa: N815
    createdTime: str  # noqa: N815
    goalAt: str  # noqa: N815
    goalTime: str  # noqa: N815
    dueAt: str  # noqa: N815
    dueTime: str  # noqa: N815
    followUpAt: str  # noqa: N815
    slaState: str  # noqa: N815
    form: str
    outcomes: list[str]
    state: str
    suspended: bool
    outcome: str
    endedAt: str  # noqa: N815
    endedTime: str  # noqa: N815
    endedBy: str  # noqa: N815
    actions: list[str]


class TaskDetailShape(TaskShape, frozen=True):
    """A task by itself: also `formFields`, where its model describes the form; the vote it belongs to (`approval`, null
    where one person decides); and the steps to which it may be returned (`returnTo`)."""

    formFields: list[FormFieldShape]  # noqa: N815
    approval: ApprovalShape | None
    returnTo: list[ReturnShape]  # noqa: N815


FIELDS: Final = TaskShape.__struct_fields__


class ActionBody(msgspec.Struct, frozen=True):
    """`to` for transfer and delegate; for addSigner a list of user:x, group:x, role:x, queue:x or names, with a `mode`;
    for return an element of `returnTo`, with `resume`. `outcome` and `variables` for complete; `text` is a comment.
    `by` or `until`, `reason`, and at will `sla` and `target` for extend; `until` for followUp ("" clears it). `code`
    for error (with `text` as its message) and escalate, at will with `variables`."""

    action: Annotated[str, choice(*ACTIONS)]
    outcome: str = ""
    variables: Variables = {}
    to: str | list[str] = ""
    text: Annotated[str, Meta(max_length=10_000)] = ""
    mode: Annotated[str, choice(*MODES)] = "with"
    resume: Annotated[str, choice(*RESUMES)] = "flow"
    sla: str = ""
    target: Annotated[str, Meta(description="goal, deadline or a milestone; none: all still to come.")] = ""
    by: Annotated[str, Meta(description="ISO 8601, working time of a target that counts it.")] = ""
    until: Annotated[str, Meta(description="ISO 8601 date-time")] = ""
    reason: Annotated[str, Meta(max_length=2_000)] = ""
    code: Annotated[str, Meta(max_length=500)] = ""


def task_shape(t: TaskRecord, zone: str, actions: list[str]) -> TaskShape:
    candidates = [*(f"user:{name}" for name in t.users), *t.groups]
    return TaskShape(
        t.id, t.name, t.element, t.instance_id, t.definition_id, t.definition, t.version, t.business_key, t.assignee,
        candidates, t.queue, t.owner, t.delegated, t.priority, t.urgency, at(t.created_at),
        clock_time(t.created_at, zone), at(t.goal_at), clock_time(t.goal_at, zone), at(t.due_at),
        clock_time(t.due_at, zone), at(t.follow_up_at), t.sla_state, t.form, t.outcomes, t.state, t.suspended,
        t.outcome, at(t.ended_at), clock_time(t.ended_at, zone), t.ended_by, actions,
    )  # fmt: skip


@get(
    f"{BASE}/runtime/tasks/{{task_id:str}}",
    operation=Operation("Read a task", allow.TASK_READ, TaskDetailShape, tag="tasks", errors=(faults.TASK_NOT_FOUND,)),
)
async def read(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    desk, who = services(request), caller(request)
    record = await visible_task(request, task_id)
    fields = form_fields(await desk.runtime.forms.of_task(record))
    actions, approval, back = await one_s_offers(desk, who, record)
    shape: Any = task_shape(record, desk.zone, actions)
    return success(
        TaskDetailShape(**msgspec.structs.asdict(shape), formFields=fields, approval=approval, returnTo=back)
    )


@put(
    f"{BASE}/runtime/tasks/{{task_id:str}}",
    operation=Operation(
        "Act on a task", allow.TASK_ACT, TaskShape, ActionBody, tag="tasks",
        errors=(faults.TASK_NOT_FOUND, faults.TASK_CLAIMED, faults.TASK_NOT_CLAIMED, faults.TASK_DELEGATED,
                faults.TASK_NOT_DELEGATED, faults.TASK_OUTCOME, faults.TASK_NOBODY, faults.TASK_REMINDED,
                faults.TASK_ACTION, faults.TASK_SIGNERS, faults.TASK_RETURN, faults.NOT_CAUGHT,
                faults.VARIABLE_TYPE, faults.FORM, faults.SUSPENDED, faults.PARENT_SUSPENDED, faults.CLOSED,
                faults.NO_CLOCK, faults.NOT_EXTENDED, codes.TASK_CLOSED, codes.OVERLOADED),
        description="The assignee, a candidate of a free task, or the owner acts; operators transfer, delegate and "
        "give back any task, administrators do anything. Who started the instance, and operators, remind its holders. "
        "extend gives its SLA clocks more time; that is for operators. followUp says when whoever has it "
        "wants to see it again. error and escalate throw a BPMN error or escalation from the task, for an event "
        "around it.",
    ),
)  # fmt: skip
async def act(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ActionBody)
    action = one_of("action", body.action, ACTIONS)
    desk, who = services(request), caller(request)
    changed = await carry_out(desk, who, task_id, action, body)
    [actions] = await offers(desk, who, [changed])
    return success(task_shape(changed, desk.zone, actions))


async def carry_out(desk: Services, who: Caller, task_id: str, action: str, body: ActionBody) -> TaskRecord:
    """One action on one task, if this person may. Raises Problem and AccessProblem."""
    record = await desk.runtime.task(task_id)
    initiator = action == "remind" and (await desk.runtime.instance(record.instance_id)).created_by == who.user
    if not initiator:
        # Who was a moment too late to claim it is told so.
        if not may_see(who, record) and not (action == "claim" and is_candidate(who, record)):
            raise _not_found(task_id)
        demand_task_action(who, record, action)
        note_task_action(who, record, action, body.reason)
    if action == "extend":
        await desk.runtime.extend(record.instance_id, extension(desk, body, task=record.key), who=who.user)
        return await desk.runtime.task(task_id)
    if action == "followUp":
        until = iso(instant_ms("until", body.until, desk.zone)) if body.until else ""
        return await desk.runtime.task_action(task_id, action, who=who.user, to=until)
    if action not in THROWN:
        await demand_declared(desk, who, record, action)
    to = body.to
    if action in HAND_OVER and not (isinstance(to, str) and to):
        what = "an element of returnTo" if action == "return" else "the name of the person who takes the task"
        raise bad_parameter("to", f"'{action}' needs {what}.")
    real_action, outcome = await carried_out(desk, record, action, body.outcome)
    return await desk.runtime.task_action(
        task_id,
        real_action,
        who=who.user,
        outcome=outcome,
        variables=body.variables or None,
        to=to if action in HAND_OVER and isinstance(to, str) else "",
        text=body.text,
        code=body.code,
        signing=Signing(
            [to] if isinstance(to, str) else to,
            one_of("mode", body.mode, MODES),
            one_of("resume", body.resume, RESUMES) == "direct",
        ),
    )


async def visible_task(request: Call, task_id: str, *, informed: bool = True) -> TaskRecord:
    """The task, if the caller may see it; with `informed` also if they are to know of it. Raises Problem (404), the
    same for one that is not there and one that is not theirs."""
    runtime, who = services(request).runtime, caller(request)
    record = await runtime.task(task_id)
    if may_see(who, record):
        return record
    if informed and await runtime.remarks.is_informed(record.instance_id, record.key, who.items):
        return record
    raise _not_found(task_id)


def _not_found(task_id: str) -> Problem:
    return Problem(faults.TASK_NOT_FOUND, 404, f"There is no task '{task_id}'.")


HANDLERS: Final = (read, act)
