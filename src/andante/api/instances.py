"""Starting, reading, suspending, resuming, terminating and deleting instances (contract APIs 1 to 4)."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import WITHDRAWN_LATE, bad_parameter
from andante.api.extending import extension
from andante.api.instance_shapes import (
    DetailShape,
    RunShape,
    detail_shape,
    run_shape,
)
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.wire import Variables, at, body_of, choice, done, one_of, query_of, success
from andante.bpmn.graph import ProcessGraph
from andante.engine import faults
from andante.people import Caller, demand_instance_action, may, sight
from andante.people import permissions as allow
from andante.runtime import InstanceRecord, MoveToken, Problem, TaskQuery, auditing
from andante.runtime import problem as codes

ACTIONS: Final = ("suspend", "resume", "terminate", "retry", "withdraw", "move", "migrate", "extend")
BUSINESS_KEY: Final = "$Flow.BusinessKey"
TITLE: Final = "$Flow.Title"
MOST: Final = 1_000


class StartBody(msgspec.Struct, frozen=True):
    """`variables` may also set `$Flow.BusinessKey` and `$Flow.Title`; the keys after it are Andante's own."""

    name: Annotated[str, Meta(min_length=1, description="Definition name.")]
    version: Annotated[str, Meta(description="Absent or empty: the active version.")] = ""
    variables: Variables = {}
    businessKey: str = ""  # noqa: N815 - the contract's spelling, here and below
    title: str = ""
    isTest: bool = False  # noqa: N815
    Ext1: str = ""
    Ext2: str = ""
    Ext3: str = ""
    Ext4: str = ""
    Ext5: str = ""
    Ext6: str = ""
    Ext7: float = 0
    Ext8: float = 0


class MoveBody(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """Without `to`, what stands at `from` is taken out (all of it, or the `token`); without `from`, `to` is begun
    beside what goes on. They are elements, `to` also a sequence flow."""

    source: str = ""
    to: str = ""
    token: Annotated[int, Meta(ge=0, le=2**53)] = 0


class ActionBody(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """Letter case counts. `reason` is kept in the history. `incident`, for retry, is one alone. `from`, `to` and, where
    several tokens stand at `from`, `token` are for move; or `moves`, several at once, all of them or none, and the
    `variables` that are set before them; `version` and `map` (old element id to new, where they differ) for migrate.
    `by` or `until` are for extend, with `element` of a stage (none: the process), `sla` and `target`."""

    action: Annotated[str, choice(*ACTIONS)]
    reason: Annotated[str, Meta(max_length=2_000)] = ""
    source: str = ""
    to: str = ""
    token: Annotated[int, Meta(ge=0, le=2**53)] = 0
    version: str = ""
    map: dict[str, str] = {}
    moves: Annotated[list[MoveBody], Meta(max_length=100)] = []
    variables: Variables = {}
    incident: Annotated[int, Meta(ge=0, le=2**53, description="Its id, for retry; 0: all there are.")] = 0
    element: str = ""
    sla: str = ""
    target: Annotated[str, Meta(description="goal, deadline or a milestone; none: all still to come.")] = ""
    by: Annotated[str, Meta(description="ISO 8601, working time of a target that counts it.")] = ""
    until: Annotated[str, Meta(description="ISO 8601 date-time")] = ""


class MigrationBody(msgspec.Struct, frozen=True):
    """As for the action migrate."""

    version: str
    map: dict[str, str] = {}


class ElementPlanShape(msgspec.Struct, frozen=True):
    """An element at which `tokens` stand ("": the process); they go on at `to`, or cannot for the `problem`."""

    element: str
    to: str
    tokens: int
    problem: str


class MigrationShape(msgspec.Struct, frozen=True):
    """What a migration would do."""

    id: str
    version: str
    possible: bool
    elements: list[ElementPlanShape]


class HistoryQuery(msgspec.Struct, frozen=True):
    """`after`: the last `seq` seen. `limit` counts commands; each may give several entries."""

    after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 200


class DeleteQuery(msgspec.Struct, frozen=True):
    """`force`: terminate an open instance first."""

    force: bool = False


class HistoryShape(msgspec.Struct, frozen=True):
    """A fact of the journal; `seq` is the number of the command it belongs to."""

    seq: int
    at: str
    kind: str
    element: str
    elementKind: str  # noqa: N815
    who: str
    data: dict[str, Any]


class HistoryRecs(msgspec.Struct, frozen=True):
    """`total` counts this page's entries."""

    Recs: list[HistoryShape]
    total: int


@post(
    f"{BASE}/runtime/instances",
    status_code=200,
    operation=Operation(
        "Start an instance", allow.INSTANCE_START, RunShape, StartBody, own=False, tag="instances",
        errors=(codes.DEFINITION_NOT_FOUND, codes.DEFINITION_INACTIVE, codes.DEFINITION_SUSPENDED, faults.NO_START,
                codes.STARTS, codes.TOO_MANY_OPEN, faults.VARIABLE_TYPE, faults.FORM, codes.OVERLOADED),
        description="Runs the instance to where it must wait and answers with its true state.",
    ),
)  # fmt: skip
async def start(request: Call) -> Response[bytes]:
    body = await body_of(request, StartBody)
    desk = services(request)
    variables = dict(body.variables)
    business_key = body.businessKey or _text(variables, BUSINESS_KEY)
    title = body.title or _text(variables, TITLE)
    variables.pop(BUSINESS_KEY, None)
    variables.pop(TITLE, None)
    ext: list[object] = [
        body.Ext1, body.Ext2, body.Ext3, body.Ext4, body.Ext5, body.Ext6, _whole(body.Ext7), _whole(body.Ext8)
    ]  # fmt: skip
    record = await desk.runtime.start(
        body.name,
        version=body.version,
        variables=variables,
        who=caller(request).user,
        business_key=business_key,
        title=title,
        is_test=body.isTest,
        ext=ext if any(ext) else None,
    )
    return success(run_shape(record, desk.zone))


def _whole(number: float) -> int | float:
    return int(number) if abs(number) < 2**53 and number == int(number) else number


def _text(variables: dict[str, Any], name: str) -> str:
    value = variables.get(name, "")
    if not isinstance(value, str):
        raise bad_parameter(f"variables.{name}", "it must be a string.")
    return value


@get(
    f"{BASE}/runtime/instances/{{instance_id:str}}",
    operation=Operation(
        "Read an instance", allow.INSTANCE_READ, DetailShape, tag="instances", errors=(codes.INSTANCE_NOT_FOUND,),
        description="Shape 2.1 and its tokens, incidents, SLA clocks and the actions allowed now.",
    ),
)  # fmt: skip
async def read(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    await visible(desk, caller(request), instance_id)
    return success(detail_shape(await desk.runtime.detail(instance_id), desk.zone))


@put(
    f"{BASE}/runtime/instances/{{instance_id:str}}",
    operation=Operation(
        "Act on an instance: suspend, resume, terminate, retry, withdraw, move, migrate, extend", allow.INSTANCE_ACT,
        RunShape, ActionBody, own=False, tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND, faults.CLOSED, faults.SUSPENDED, faults.PARENT_SUSPENDED,
                faults.NOTHING_TO_RETRY, WITHDRAWN_LATE, faults.CANNOT_MOVE, faults.CANNOT_MIGRATE,
                faults.NO_CLOCK, faults.NOT_EXTENDED, codes.DEFINITION_NOT_FOUND, codes.OVERLOADED),
        description="Operators and administrators act on any instance; whoever started one may terminate or withdraw "
        "it if its definition is cancelable. move takes what stands at one element to another, or makes several "
        "`moves`; migrate lets it go on by another version; extend gives SLA clocks of the process or a stage more "
        "time. The answer is the instance after the action.",
    ),
)  # fmt: skip
async def act(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ActionBody)
    action = one_of("action", body.action, ACTIONS)
    desk, who = services(request), caller(request)
    if may(who, allow.INSTANCE_ACT_ANY) and action != "withdraw":
        auditing.note(f"instance.{action}", details=_told(body), rides=True)
    if action == "withdraw" or not sight(who).operate.all or not may(who, allow.INSTANCE_ACT_ANY):
        await demand_action(desk, who, instance_id, action)
    return success(run_shape(await _carry_out(desk, who, instance_id, action, body), desk.zone))


def _told(body: ActionBody) -> dict[str, object]:
    """What the audit log keeps of an action, beside its reason."""
    names = ("source", "to", "token", "version", "map", "element", "sla", "target", "by", "until", "incident", "moves")
    return {name: msgspec.to_builtins(value) for name in names if (value := getattr(body, name))}


async def demand_action(desk: Services, who: Caller, instance_id: str, action: str) -> None:
    """What a person does with an instance of their own. Raises AccessProblem, and Problem 404 or 409."""
    record = await visible(desk, who, instance_id)
    graph = await desk.runtime.graph(record.definition_id)
    demand_instance_action(who, record, action, cancelable=graph.cancelable)
    if action != "withdraw" and may(who, allow.INSTANCE_ACT_ANY, record.name):
        return
    if not record.closed:
        await _withdrawable(desk, graph, record)


async def _carry_out(desk: Services, who: Caller, instance_id: str, action: str, body: ActionBody) -> InstanceRecord:
    runtime = desk.runtime
    if action == "move" and body.moves:
        if body.variables:
            allow.demand(who, allow.VARIABLES_SET, (await runtime.instance(instance_id)).name)
        moves = [MoveToken(each.source, each.to, token=each.token) for each in body.moves]
        return await runtime.live.modify(
            instance_id, moves, who=who.user, reason=body.reason, variables=body.variables or None
        )
    if action == "move":
        for name, value in (("from", body.source), ("to", body.to)):
            if not value:
                raise bad_parameter(name, "name an element.")
        return await runtime.move(instance_id, body.source, body.to, who=who.user, reason=body.reason, token=body.token)
    if action == "migrate":
        if not body.version:
            raise bad_parameter("version", "name the version to go on by.")
        return await runtime.migrate(instance_id, body.version, who=who.user, mapping=body.map, reason=body.reason)
    if action == "extend":
        return await runtime.extend(instance_id, extension(desk, body, element=body.element), who=who.user)
    action = "terminate" if action == "withdraw" else action
    return await runtime.act(instance_id, action, who=who.user, reason=body.reason, only=body.incident)


@post(
    f"{BASE}/runtime/instances/{{instance_id:str}}/migration",
    status_code=200,
    operation=Operation(
        "Check a migration", allow.INSTANCE_ACT_ANY, MigrationShape, MigrationBody, tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND, codes.DEFINITION_NOT_FOUND),
        description="Tells whether the action migrate would be carried out, and for each element at which the instance "
        "stands where it goes on or why it cannot. Changes nothing.",
    ),
)  # fmt: skip
async def migration(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, MigrationBody)
    await operable(request, instance_id)
    plan = await services(request).runtime.check_migration(instance_id, body.version, body.map)
    elements = [ElementPlanShape(e.element, e.to, e.tokens, e.problem) for e in plan.elements]
    return success(MigrationShape(plan.definition_id, plan.version, plan.possible, elements))


async def _withdrawable(desk: Services, graph: ProcessGraph, record: InstanceRecord) -> None:
    """Raise Problem 409 once the element of `noCancelAfterElem` was entered and left (contract 6.3). What was returned
    from there has not passed it."""
    last = graph.by_id.get(graph.no_cancel_after, -1)
    if last < 0:
        return
    detail = await desk.runtime.detail(record.id)
    if any(_within(graph, token.element, last) for token in detail.tokens):
        return
    seq = passed = 0
    while entries := await desk.runtime.history(record.id, after=seq, limit=MOST):
        kinds = [entry.kind for entry in entries if entry.element == graph.no_cancel_after]
        passed += kinds.count("ElementEntered") - kinds.count("TaskReturned")
        seq = entries[-1].seq
    if passed > 0:
        text = f"The instance has passed '{graph.no_cancel_after}'; it cannot be withdrawn any more."
        raise Problem(WITHDRAWN_LATE, 409, text)


def _within(graph: ProcessGraph, element: str, outer: int) -> bool:
    """Whether the element is node `outer` or lies in that sub-process."""
    node = graph.by_id.get(element, -1)
    while node >= 0 and node != outer:
        node = graph.nodes[node].scope
    return node == outer


@delete(
    f"{BASE}/runtime/instances/{{instance_id:str}}",
    status_code=200,
    operation=Operation(
        "Delete an instance", allow.INSTANCE_DELETE, None, query=DeleteQuery, own=False, tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND, codes.INSTANCE_OPEN, faults.PARENT_SUSPENDED),
        description="Removes the record and its history for good. An open instance only with force=true.",
        audit="instance.delete",
    ),
)  # fmt: skip
async def remove(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    query = query_of(request, DeleteQuery)
    auditing.note(details={"force": query.force})
    await visible(services(request), caller(request), instance_id)
    await services(request).runtime.delete_instance(instance_id, who=caller(request).user, force=query.force)
    return done()


@get(
    f"{BASE}/runtime/instances/{{instance_id:str}}/history",
    operation=Operation(
        "Read an instance's history", allow.INSTANCE_READ, HistoryRecs, query=HistoryQuery, tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND,),
    ),
)  # fmt: skip
async def history(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    query = query_of(request, HistoryQuery)
    desk = services(request)
    await visible(desk, caller(request), instance_id)
    entries = await desk.runtime.history(instance_id, after=query.after, limit=query.limit)
    recs = [HistoryShape(e.seq, at(e.at), e.kind, e.element, e.element_kind, e.who, e.data) for e in entries]
    return success(HistoryRecs(recs, len(recs)))


async def visible(desk: Services, who: Caller, instance_id: str, *, informed: bool = True) -> InstanceRecord:
    """The instance, if the caller may see it: operators any; others their own and those they have or had a task in,
    and with `informed` those of whose tasks they are to know.

    Raises Problem 404, the same for one that is not there and one that is not theirs.
    """
    record = await desk.runtime.instance(instance_id)
    if may(who, allow.INSTANCE_READ_ANY, record.name) or who.user in (record.created_by, record.owner):
        return record
    for view in ("all", "history"):
        query = TaskQuery(
            view=view, user=who.user, groups=sorted(who.names), queues=sorted(who.queues),
            stands_for=who.stands_for, shares=who.shares, instance_id=instance_id, limit=1,
        )  # fmt: skip
        if (await desk.runtime.tasks(query)).total:
            return record
    if informed and await desk.runtime.remarks.knows(instance_id, who.items):
        return record
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'.")


async def operable(request: Call, instance_id: str) -> None:
    """Raises AccessProblem (403) where the caller may not operate it, and Problem (404)."""
    who = caller(request)
    if not sight(who).operate.all:
        record = await visible(services(request), who, instance_id)
        allow.demand(who, allow.INSTANCE_ACT_ANY, record.name)


HANDLERS: Final = (start, read, act, migration, remove, history)
