"""The same with many instances or tasks at once: batches, which go on in the background (api-extensions)."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.finding import STATES
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.task_lists import filters_of, task_query
from andante.api.wire import Variables, at, body_of, choice, instant_ms, one_of, query_of, success
from andante.engine import faults
from andante.people import Caller
from andante.people import permissions as allow
from andante.runtime import BatchRecord, Chosen, InstanceQuery, auditing
from andante.runtime import problem as codes
from andante.runtime.batches import ACTIONS
from andante.runtime.task_orders import COMPLETE, TASK_ACTIONS, TRANSFER

MOST: Final = 1_000
PATH: Final = f"{BASE}/runtime/batches"
STEPS: Final = ("pause", "resume", "cancel", "approve", "refuse", "withdraw")


class Chooser(msgspec.Struct, frozen=True):
    """Which instances. `states`: of the contract's twelve; by default those with which the action makes sense. Those
    that another has called follow it and are not chosen by themselves, but for retry, migrate and setVariables."""

    states: list[str] = []
    name: str = ""
    version: str = ""
    definitionId: str = ""  # noqa: N815 - the contract's spelling, here and below
    businessKey: str = ""  # noqa: N815
    createdBy: str = ""  # noqa: N815
    startedAfter: str = ""  # noqa: N815
    startedBefore: str = ""  # noqa: N815
    broken: bool = False
    text: Annotated[str, Meta(max_length=200, description="A part of the title, label or business key.")] = ""


class BatchBody(msgspec.Struct, frozen=True):
    """`query`, or at most 10,000 `ids`. `dryRun` tells what would be concerned and changes nothing. `version` and `map`
    are for migrate (what it says of elements that an instance's version lacks is passed over), `variables` and
    `introduce` for setVariables, `force` (open ones too) for delete.

    completeTasks, transferTasks and unclaimTasks are about open tasks: `tasks` has the filters of a task list ({}: all
    there are), or `ids` are those of tasks. `outcome`, `variables` and `text` (a comment) are for completeTasks, `to`
    (a person, or group:x, role:x, queue:x) for transferTasks."""

    action: Annotated[str, choice(*ACTIONS)]
    query: Chooser | None = None
    ids: list[str] = []
    reason: Annotated[str, Meta(max_length=2_000)] = ""
    dryRun: bool = False  # noqa: N815
    version: str = ""
    map: dict[str, str] = {}
    variables: Variables = {}
    introduce: bool = False
    force: bool = False
    tasks: dict[str, Any] | None = None
    outcome: str = ""
    to: str = ""
    text: Annotated[str, Meta(max_length=10_000)] = ""


class BatchShape(msgspec.Struct, frozen=True):
    """`of`: instances or tasks. `total` was counted when it was made; `skipped` counts those with which nothing was to
    be done. A dry run has no id; `children` counts the open instances that were called, and `sample` has some ids."""

    id: str
    action: str
    state: str
    total: int
    done: int
    skipped: int
    failed: int
    reason: str
    createdBy: str  # noqa: N815
    createdAt: str  # noqa: N815
    startedAt: str  # noqa: N815
    endedAt: str  # noqa: N815
    error: str
    expiresAt: str  # noqa: N815
    decidedBy: str  # noqa: N815
    decidedAt: str  # noqa: N815
    children: int = 0
    sample: list[str] = []
    of: str = "instances"


class BatchRecs(msgspec.Struct, frozen=True):
    """The newest first. `after` goes on; "" at the end. `total` counts this page's."""

    Recs: list[BatchShape]
    total: int
    after: str


class BatchesQuery(msgspec.Struct, frozen=True):
    """`after`: the last batch seen."""

    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


class StepBody(msgspec.Struct, frozen=True):
    """What is to become of it. What has been done stays done."""

    action: Annotated[str, choice(*STEPS)]


class FailuresQuery(msgspec.Struct, frozen=True):
    """`after`: where the page before says that it goes on."""

    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


class FailureShape(msgspec.Struct, frozen=True):
    """With which instance, or task of it, it could not be done, and why."""

    instanceId: str  # noqa: N815
    resCode: str  # noqa: N815
    resMsg: str  # noqa: N815
    at: str
    taskId: str = ""  # noqa: N815


class FailureRecs(msgspec.Struct, frozen=True):
    """`after` goes on; "" at the end. `total` counts this page's."""

    Recs: list[FailureShape]
    total: int
    after: str


def batch_shape(b: BatchRecord) -> BatchShape:
    return BatchShape(
        b.id, b.action, b.state, b.total, b.done, b.skipped, b.failed, b.reason, b.created_by, at(b.created_at),
        at(b.started_at), at(b.ended_at), b.error, at(b.expires_at), b.decided_by, at(b.decided_at), of=_of(b.action),
    )  # fmt: skip


def _of(action: str) -> str:
    return "tasks" if action in TASK_ACTIONS else "instances"


def tasks_of(desk: Services, who: Caller, body: BatchBody) -> Chosen:
    """Raises Problem 400, and AccessProblem."""
    if bool(body.ids) == (body.tasks is not None) or body.query is not None:
        raise bad_parameter("tasks", "say which tasks: by the filters of a list ({} for all that are open) or by ids.")
    if body.tasks is None:
        return Chosen(InstanceQuery(), body.ids)
    query = task_query(desk, who, filters_of(body.tasks))
    query.everything = True  # whoever may do this may do it to any
    return Chosen(InstanceQuery(), [], query)


def chosen_of(desk: Services, body: BatchBody) -> Chosen:
    """Raises Problem 400."""
    if body.tasks is not None:
        raise bad_parameter("tasks", f"they are for {', '.join(TASK_ACTIONS)}.")
    if body.ids and body.query is not None:
        raise bad_parameter("ids", "give either ids or a query.")
    if not body.ids and body.query is None:
        raise bad_parameter("query", "say which instances: by a query ({} for all) or by their ids.")
    asked = body.query or Chooser()
    for state in asked.states:
        one_of("query.states", state, STATES)

    def moment(field: str) -> int:
        text: str = getattr(asked, field)
        return instant_ms(f"query.{field}", text, desk.zone) if text else 0

    return Chosen(
        InstanceQuery(
            states=asked.states, name=asked.name, version=asked.version, definition_id=asked.definitionId,
            business_key=asked.businessKey, created_by=asked.createdBy, started_from=moment("startedAfter"),
            started_before=moment("startedBefore"), broken=asked.broken, text=asked.text,
        ),
        body.ids,
    )  # fmt: skip


@post(
    PATH,
    status_code=200,
    operation=Operation(
        "Act on many instances or tasks", allow.INSTANCE_ACT_ANY, BatchShape, BatchBody, tag="batches",
        errors=(codes.BATCH_NOT_FOUND, codes.BATCH_OVER, codes.INSTANCE_NOT_FOUND, faults.TASK_NOT_FOUND,
                codes.DEFINITION_NOT_FOUND),
        description="Goes on in the background, some at a time; instances that start later, and tasks that come "
        "later, are not concerned. Each instance's history has the reason and the batch. delete and completeTasks need "
        "an administrator.", audit="batch.create",
    ),
)  # fmt: skip
async def create(request: Call) -> Response[bytes]:
    body = await body_of(request, BatchBody)
    desk, who = services(request), caller(request)
    action = one_of("action", body.action, ACTIONS)
    if action in allow.OF_MANY:
        allow.demand(who, allow.OF_MANY[action])
    arguments: dict[str, Any] = {}
    if action == "migrate":
        arguments = {"version": body.version, "map": body.map}
    elif action == "setVariables":
        arguments = {"variables": body.variables, "introduce": body.introduce}
    elif action == "delete":
        arguments = {"force": body.force}
    elif action == COMPLETE:
        arguments = {"outcome": body.outcome, "variables": body.variables, "text": body.text}
    elif action == TRANSFER:
        arguments = {"to": body.to.removeprefix("user:")}
    chosen = tasks_of(desk, who, body) if action in TASK_ACTIONS else chosen_of(desk, body)
    batches = desk.runtime.batches
    if body.dryRun:
        auditing.no_entry()
        plan = await batches.plan(action, chosen, arguments)
        shape = BatchShape(
            "", action, "", plan.total, 0, 0, 0, body.reason, who.user, "", "", "", "", "", "", "",
            plan.below, plan.sample, _of(action),
        )  # fmt: skip
        return success(shape)
    return success(
        batch_shape(await batches.start(action, chosen, who=who.user, reason=body.reason, arguments=arguments))
    )


@get(
    PATH, operation=Operation("List batches", allow.INSTANCE_READ_ANY, BatchRecs, query=BatchesQuery, tag="batches")
)  # fmt: skip
async def find(request: Call) -> Response[bytes]:
    query = query_of(request, BatchesQuery)
    found = await services(request).runtime.batches.many(query.limit + 1, query.after)
    shown = [batch_shape(each) for each in found[: query.limit]]
    return success(BatchRecs(shown, len(shown), shown[-1].id if len(found) > query.limit else ""))


@get(
    f"{PATH}/{{batch_id:str}}",
    operation=Operation(
        "Read a batch", allow.INSTANCE_READ_ANY, BatchShape, tag="batches", errors=(codes.BATCH_NOT_FOUND,)
    ),
)  # fmt: skip
async def read(request: Call, batch_id: FromPath[str]) -> Response[bytes]:
    return success(batch_shape(await services(request).runtime.batches.one(batch_id)))


@put(
    f"{PATH}/{{batch_id:str}}",
    operation=Operation(
        "Pause, resume, cancel or approve a batch", allow.INSTANCE_ACT_ANY, BatchShape, StepBody, tag="batches",
        errors=(codes.BATCH_NOT_FOUND, codes.BATCH_OVER, codes.SAME_PERSON), audit="batch.pause",
        description="A batch that is awaiting a second person begins when another one than who asked for it approves "
        "it; refuse ends it, and who asked may withdraw it.",
    ),
)  # fmt: skip
async def change(request: Call, batch_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, StepBody)
    action = one_of("action", body.action, STEPS)
    auditing.note(f"batch.{action}")
    batches, who = services(request).runtime.batches, caller(request)
    batch = await batches.one(batch_id)
    if action == "approve" and batch.action in allow.OF_MANY:
        allow.demand(who, allow.OF_MANY[batch.action], batch.chosen.query.name)
    return success(batch_shape(await batches.act(batch_id, action, who=who.user)))


@get(
    f"{PATH}/{{batch_id:str}}/failures",
    operation=Operation(
        "Read a batch's failures", allow.INSTANCE_READ_ANY, FailureRecs, query=FailuresQuery, tag="batches",
        errors=(codes.BATCH_NOT_FOUND,),
    ),
)  # fmt: skip
async def failures(request: Call, batch_id: FromPath[str]) -> Response[bytes]:
    query = query_of(request, FailuresQuery)
    found = await services(request).runtime.batches.failures(batch_id, query.after, query.limit)
    of_tasks = _of((await services(request).runtime.batches.one(batch_id)).action) == "tasks"
    recs = [
        FailureShape(
            each.item.rpartition("-")[0] if of_tasks else each.item, each.code, each.message, at(each.at),
            each.item if of_tasks else "",
        )
        for each in found
    ]  # fmt: skip
    return success(FailureRecs(recs, len(recs), found[-1].item if len(recs) == query.limit else ""))


HANDLERS: Final = (create, find, read, change, failures)
