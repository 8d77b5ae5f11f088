"""Process instances: which there are, suspending and ending them, and where they are."""

from typing import Any, Final

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath

from andante.api.instances import demand_action, operable, visible
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.faults import absent, wrong
from andante.camunda.instance_shapes import instance_shape
from andante.camunda.listing import listed
from andante.camunda.wire import Paged, Shape, answer, body_of, nothing, order_of, ordered, page_of, query_of
from andante.people import Caller
from andante.people import permissions as allow
from andante.people.permissions import whose
from andante.runtime import InstanceQuery, InstanceRecord, Problem, auditing
from andante.runtime import problem as codes

PATH: Final = "/process-instance"
NAMED: Final = 100  # instances, in the audit log
ONE: Final = f"{PATH}/{{instance_id:str}}"
OPEN: Final = [
    "New", "Dispatched", "Running", "Waiting for user interaction", "Waiting for page event", "Paused", "Broken",
    "CompletedOkWait",
]  # fmt: skip
PAGE: Final = 500
MOST_LOOKED_AT: Final = 5_000
ORDER: Final = {
    "instanceId": "id", "definitionKey": "name", "definitionId": "definition_id", "businessKey": "business_key",
}  # fmt: skip


class Filters(Paged):
    """What open and past instances are asked for alike."""

    processInstanceIds: list[str] = msgspec.field(default_factory=list)  # noqa: N815 - Camunda's spelling, here and below
    processDefinitionId: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815
    superProcessInstance: str = ""  # noqa: N815
    rootProcessInstances: bool = False  # noqa: N815
    variables: Any = ""


class ListQuery(Filters):
    """Which open instances. `variables` are name_eq_value with commas between, or objects in a body."""

    businessKey: str = ""  # noqa: N815
    active: bool = False
    suspended: bool = False
    withIncident: bool = False  # noqa: N815


class SuspendBody(msgspec.Struct):
    suspended: bool | None = None
    processDefinitionId: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815
    processInstanceIds: list[str] = []  # noqa: N815


class DeleteQuery(Paged):
    skipCustomListeners: bool = False  # noqa: N815
    skipIoMappings: bool = False  # noqa: N815
    skipSubprocesses: bool = False  # noqa: N815
    failIfNotExists: bool = True  # noqa: N815


def compared(asked: Any) -> list[tuple[str, object]]:
    """The variables that are to be equal. Raises Problem for other comparisons."""
    found: list[tuple[str, object]] = []
    if isinstance(asked, str):
        for part in asked.split(",") if asked else ():
            name, _, rest = part.partition("_")
            operator, _, text = rest.partition("_")
            found.append((name, _plain(text)))
            _equals(operator)
        return found
    for each in asked if isinstance(asked, list) else [None]:
        if not isinstance(each, dict) or not each.get("name"):
            raise wrong("variables: name_eq_value with commas between; or objects with name, operator and value.")
        _equals(str(each.get("operator", "eq")))
        found.append((str(each["name"]), each.get("value")))
    return found


def _equals(operator: str) -> None:
    if operator != "eq":
        raise absent(f"comparison of variables by '{operator}'", "Compare with eq.")


def _plain(text: str) -> object:
    try:
        value: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return value if value is None or isinstance(value, bool | int | float) else text


def base_query(who: Caller, asked: Filters) -> InstanceQuery:
    """The part of the query that all lists have: who may not see all sees their own."""
    own, read = whose(who)
    return InstanceQuery(
        own=own,
        read=read,
        ids=[""] if asked.nowhere else asked.processInstanceIds,
        definition_id=asked.processDefinitionId,
        name=asked.processDefinitionKey,
        parent_id=asked.superProcessInstance,
        roots=asked.rootProcessInstances,
        descending=asked.sortOrder == "desc",
        skip=asked.firstResult,
        limit=max(1, asked.maxResults),
    )


async def found_by(
    desk: Services, query: InstanceQuery, asked: Filters, order: dict[str, str]
) -> tuple[list[InstanceRecord], int]:
    """A page, and how many match. Where variables decide, each instance is looked at. Raises Problem."""
    equal = compared(asked.variables)
    if not equal:
        return await page_of(asked, order, query, desk.runtime.instances)
    query.skip, query.limit, matching = 0, PAGE, []
    while True:
        page = await desk.runtime.instances(query)
        if page.total > MOST_LOOKED_AT:
            text = (
                f"variables: of {page.total} instances all would have to be looked at; ask for fewer, by other filters."
            )
            raise wrong(text)
        for record in page.items:
            known = await desk.runtime.variables(record.id)
            if all(name in known and known[name] == value for name, value in equal):
                matching.append(record)
        query.after = page.after
        if not page.after:
            if len(asked.sorting) > 1:
                matching = ordered(matching, asked, order, "id", getattr)
            return asked.part(matching), len(matching)


async def _found(request: Call) -> tuple[list[InstanceRecord], int]:
    return await found_open(request, await query_of(request, ListQuery))


async def found_open(request: Call, asked: ListQuery) -> tuple[list[InstanceRecord], int]:
    """A page of the open instances that are asked for, and how many there are. Raises Problem."""
    if asked.active and asked.suspended:
        raise wrong("active and suspended: only one of them can be asked for.")
    query = base_query(caller(request), asked)
    query.states = ["Suspended"] if asked.suspended else [] if asked.active else [*OPEN, "Suspended"]
    query.going, query.broken, query.business_key = asked.active, asked.withIncident, asked.businessKey
    query.order_field = order_of(asked, ORDER, "id")
    return await found_by(services(request), query, asked, ORDER)


async def _page(request: Call) -> list[Shape]:
    return [instance_shape(each) for each in (await _found(request))[0]]


async def _number(request: Call) -> int:
    return (await _found(request))[1]


async def opened(request: Call, instance_id: str) -> InstanceRecord:
    """An open instance that the caller may see. Raises Problem 404, as Camunda does for one that is over."""
    record = await visible(services(request), caller(request), instance_id)
    if record.closed:
        raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"Process instance with id {instance_id} does not exist")
    return record


@get(ONE, operation=Operation("Read a process instance", allow.INSTANCE_READ, description="One that is open."))
async def read(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    return answer(instance_shape(await opened(request, instance_id)))


@delete(
    ONE, status_code=200,
    operation=Operation(
        "End a process instance", allow.INSTANCE_ACT, query=DeleteQuery,
        description="It is terminated, with all it has called; its history stays.",
    ),
)  # fmt: skip
async def remove(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    asked = await query_of(request, DeleteQuery)
    if asked.skipSubprocesses:
        raise absent("end of an instance without those it has called")
    desk, who = services(request), caller(request)
    try:
        await opened(request, instance_id)
    except Problem:
        if asked.failIfNotExists:
            raise
        return nothing()
    await demand_action(desk, who, instance_id, "terminate")
    if allow.may(who, allow.INSTANCE_ACT_ANY):
        auditing.note("instance.terminate", instance_id, rides=True)
    await desk.runtime.act(instance_id, "terminate", who=who.user, reason="deleted by the REST API of Camunda 7")
    return nothing()


@put(
    f"{ONE}/suspended", status_code=200,
    operation=Operation("Suspend or activate a process instance", allow.INSTANCE_ACT_ANY, body=SuspendBody),
)  # fmt: skip
async def suspend(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, SuspendBody)
    await opened(request, instance_id)
    await operable(request, instance_id)
    auditing.note(f"instance.{_action(body)}", instance_id, rides=True)
    await services(request).runtime.act(instance_id, _action(body), who=caller(request).user)
    return nothing()


def _action(body: SuspendBody) -> str:
    if body.suspended is None:
        raise wrong("suspended is required: true or false.")
    return "suspend" if body.suspended else "resume"


@put(
    f"{PATH}/suspended", status_code=200,
    operation=Operation(
        "Suspend or activate process instances", allow.INSTANCE_ACT_ANY, body=SuspendBody,
        description="Those of processInstanceIds.",
    ),
)  # fmt: skip
async def suspend_many(request: Call) -> Response[bytes]:
    body = await body_of(request, SuspendBody)
    action = _action(body)
    if not body.processInstanceIds:
        raise absent("suspension of instances by definition here", "Use PUT /process-definition/suspended.")
    ids = body.processInstanceIds
    auditing.note(f"instance.{action}", f"{len(ids)} instances", details={"instances": ids[:NAMED]})
    for each in ids:
        await opened(request, each)
        await operable(request, each)
    for each in body.processInstanceIds:
        await services(request).runtime.act(each, action, who=caller(request).user)
    return nothing()


@get(
    f"{ONE}/activity-instances",
    operation=Operation(
        "Read where a process instance is", allow.INSTANCE_READ, description="All tokens directly below the process.",
    ),
)  # fmt: skip
async def activity_instances(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await opened(request, instance_id)
    detail = await desk.runtime.detail(instance_id)
    names = {node.id: (node.name, node.kind_name) for node in (await desk.runtime.graph(record.definition_id)).nodes}
    failed: dict[str, list[str]] = {}
    for incident in detail.incidents:
        failed.setdefault(incident.element, []).append(f"{instance_id}-{incident.id}")

    def place(id: str, element: str, name: str, kind: str, parent: str | None) -> dict[str, Any]:
        return {
            "id": id, "parentActivityInstanceId": parent, "activityId": element, "activityType": kind,
            "processInstanceId": instance_id, "processDefinitionId": record.definition_id,
            "childActivityInstances": [], "childTransitionInstances": [], "executionIds": [instance_id],
            "activityName": name or None, "name": name or None, "incidentIds": failed.get(element, []),
            "incidents": [],
        }  # fmt: skip

    root = place(instance_id, record.definition_id, record.label, "processDefinition", None)
    root["childActivityInstances"] = [
        place(f"{token.element}:{token.token}", token.element, *names.get(token.element, ("", "")), instance_id)
        for token in detail.tokens
    ]
    return answer(root)


HANDLERS: Final = (
    *listed(PATH, "process instances", allow.INSTANCE_READ, ListQuery, _page, _number),
    suspend_many, read, remove, suspend, activity_instances,
)  # fmt: skip
