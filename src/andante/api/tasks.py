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
from andante.api.services import Call, caller, services
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
    ORDER_TYPE,
    Variables,
    at,
    body_of,
    choice,
    clock_time,
    instant_ms,
    one_of,
    query_of,
    success,
)
from andante.engine import faults
from andante.people import demand_task_action, may, may_see
from andante.people import permissions as allow
from andante.runtime import Problem, Signing, TaskQuery, TaskRecord
from andante.runtime import problem as codes

INFORMED: Final = "informed"
VIEWS: Final = ("todo", "paused", "history", "all", INFORMED)
HAND_OVER: Final = ("transfer", "delegate", "return")
MODES: Final = ("before", "with", "after")
RESUMES: Final = ("flow", "direct")
MOST: Final = 1_000


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


class TaskRecs(msgspec.Struct, frozen=True):
    """`after` continues the list; "" at its end."""

    Recs: list[TaskShape]
    total: int
    after: str


ORDER: Final[dict[str, str]] = {
    "name": "name",
    "element": "element",
    "assignee": "assignee",
    "queue": "queue",
    "owner": "owner",
    "priority": "priority",
    "urgency": "urgency",
    "createdAt": "created_at",
    "goalAt": "goal_at",
    "dueAt": "due_at",
    "followUpAt": "follow_up_at",
    "state": "state",
    "outcome": "outcome",
    "endedAt": "ended_at",
    "endedBy": "ended_by",
    "businessKey": "business_key",
}
FIELDS: Final = TaskShape.__struct_fields__


class ListQuery(msgspec.Struct, frozen=True):
    """`view`: todo (open ones the caller may work on), paused (of suspended instances), history, all (operators),
    informed (those the caller may only look at: newest first, without filters)."""

    view: Annotated[str, choice(*VIEWS)] = "todo"
    instanceId: str = ""  # noqa: N815
    assignee: str = ""
    candidate: Annotated[str, Meta(description="user:x, group:x, role:x, queue:x, or a bare user name")] = ""
    name: str = ""
    element: str = ""
    businessKey: str = ""  # noqa: N815
    dueBefore: Annotated[str, Meta(description="ISO 8601 date or date-time")] = ""  # noqa: N815
    overdue: bool = False
    urgencyMin: Annotated[int, Meta(ge=0, le=2**31)] = 0  # noqa: N815
    text: Annotated[str, Meta(max_length=200, description="Part of a name, title, label or business key.")] = ""
    fields: str = ""
    orderField: str = ""  # noqa: N815
    orderType: Annotated[str, ORDER_TYPE] = ""  # noqa: N815
    skip: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100
    after: Annotated[str, Meta(max_length=200)] = ""


class ActionBody(msgspec.Struct, frozen=True):
    """`to` for transfer and delegate; for addSigner a list of user:x, group:x, role:x, queue:x or names, with a `mode`;
    for return an element of `returnTo`, with `resume`. `outcome` and `variables` for complete; `text` is a comment.
    `by` or `until`, `reason`, and at will `sla` and `target` for extend."""

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
    f"{BASE}/query/tasks",
    operation=Operation(
        "Find tasks", allow.TASK_READ, TaskRecs, query=ListQuery, tag="tasks",
        description="Most urgent first, then by due time; the history newest first. Tasks of suspended instances are "
        "not in the to-do list. Administrators may work on any task, so theirs are all; view=all needs an operator.",
    ),
)  # fmt: skip
async def find(request: Call) -> Response[bytes]:
    query = query_of(request, ListQuery)
    desk, who = services(request), caller(request)
    view = one_of("view", query.view, VIEWS)
    if view == "all":
        allow.demand(who, allow.TASK_READ_ANY)
    fields = [name.strip() for name in query.fields.split(",") if name.strip()]
    for name in fields:
        if name not in FIELDS:
            raise bad_parameter("fields", f"'{name}' is no field of a task.")
    if query.orderField and query.orderField not in ORDER:
        raise bad_parameter("orderField", f"'{query.orderField}' is no field to order by.")
    if query.orderType:
        one_of("orderType", query.orderType, ("asc", "desc"))
    if view == INFORMED:
        page = await desk.runtime.remarks.informed(who.items, query.skip, query.limit)
        return success(TaskRecs([task_shape(record, desk.zone, []) for record in page.items], page.total, page.after))
    page = await desk.runtime.tasks(
        TaskQuery(
            view=view,
            user=who.user,
            groups=sorted(who.names),
            queues=sorted(who.queues),
            stands_for=who.stands_for,
            everything=view == "all" or may(who, allow.TASK_ACT_ANY),
            instance_id=query.instanceId,
            assignee=query.assignee,
            candidate=query.candidate,
            name=query.name,
            element=query.element,
            business_key=query.businessKey,
            due_before=instant_ms("dueBefore", query.dueBefore, desk.zone) if query.dueBefore else 0,
            overdue=query.overdue,
            urgency_min=query.urgencyMin,
            text=query.text,
            order_field=ORDER[query.orderField] if query.orderField else "",
            descending=query.orderType == "desc",
            skip=query.skip,
            limit=query.limit,
            after=query.after,
        )
    )
    actions = await offers(desk, who, page.items)
    shapes = [task_shape(record, desk.zone, own) for record, own in zip(page.items, actions, strict=True)]
    if not fields:
        return success(TaskRecs(shapes, page.total, page.after))
    chosen = list(dict.fromkeys(["id", *fields]))
    recs = [{name: getattr(shape, name) for name in chosen} for shape in shapes]
    return success({"Recs": recs, "total": page.total, "after": page.after})


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
                faults.TASK_ACTION, faults.TASK_SIGNERS, faults.TASK_RETURN,
                faults.VARIABLE_TYPE, faults.FORM, faults.SUSPENDED, faults.PARENT_SUSPENDED, faults.CLOSED,
                faults.NO_CLOCK, faults.NOT_EXTENDED, codes.TASK_CLOSED, codes.OVERLOADED),
        description="The assignee, a candidate of a free task, or the owner acts; operators transfer, delegate and "
        "give back any task, administrators do anything. Who started the instance, and operators, remind its holders. "
        "extend gives its SLA clocks more time; that is for operators.",
    ),
)  # fmt: skip
async def act(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ActionBody)
    action = one_of("action", body.action, ACTIONS)
    desk, who = services(request), caller(request)
    record = await desk.runtime.task(task_id)
    initiator = action == "remind" and (await desk.runtime.instance(record.instance_id)).created_by == who.user
    if not initiator:
        if not may_see(who, record):
            raise _not_found(task_id)
        demand_task_action(who, record, action)
    if action == "extend":
        await desk.runtime.extend(record.instance_id, extension(desk, body, task=record.key), who=who.user)
        extended = await desk.runtime.task(task_id)
        return success(task_shape(extended, desk.zone, (await offers(desk, who, [extended]))[0]))
    await demand_declared(desk, who, record, action)
    to = body.to
    if action in HAND_OVER and not (isinstance(to, str) and to):
        what = "an element of returnTo" if action == "return" else "the name of the person who takes the task"
        raise bad_parameter("to", f"'{action}' needs {what}.")
    real_action, outcome = await carried_out(desk, record, action, body.outcome)
    changed = await desk.runtime.task_action(
        task_id,
        real_action,
        who=who.user,
        outcome=outcome,
        variables=body.variables or None,
        to=to if action in HAND_OVER and isinstance(to, str) else "",
        text=body.text,
        signing=Signing(
            [to] if isinstance(to, str) else to,
            one_of("mode", body.mode, MODES),
            one_of("resume", body.resume, RESUMES) == "direct",
        ),
    )
    [actions] = await offers(desk, who, [changed])
    return success(task_shape(changed, desk.zone, actions))


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


HANDLERS: Final = (find, read, act)
