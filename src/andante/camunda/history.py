"""What has been: process instances, tasks, activities and variables."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.api.tasks import visible_task
from andante.camunda.definition_shapes import all_of, numbers
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import ENDED, activity_shape, past_shape, past_task_shape
from andante.camunda.instances import Filters, base_query, found_by
from andante.camunda.values import NOTE, shown
from andante.camunda.wire import Paged, answer, counted, moment, order_of, query_of
from andante.people import may, sight
from andante.people import permissions as allow
from andante.runtime import InstanceQuery, InstanceRecord, TaskQuery

INSTANCES: Final = "/history/process-instance"
TASKS: Final = "/history/task"
ACTIVITIES: Final = "/history/activity-instance"
VARIABLES: Final = "/history/variable-instance"
ORDER: Final = {
    "instanceId": "id", "definitionId": "definition_id", "definitionKey": "name", "businessKey": "business_key",
    "startTime": "started_at", "endTime": "ended_at",
}  # fmt: skip
TASK_ORDER: Final = {"taskId": "", "endTime": "ended_at", "startTime": "created_at"}


class InstanceFilters(Filters):
    """Which instances, open and over."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    processInstanceBusinessKey: str = ""  # noqa: N815
    superProcessInstanceId: str = ""  # noqa: N815
    startedBy: str = ""  # noqa: N815
    startedAfter: str = ""  # noqa: N815
    startedBefore: str = ""  # noqa: N815
    finished: bool = False
    unfinished: bool = False
    completed: bool = False
    externallyTerminated: bool = False  # noqa: N815
    internallyTerminated: bool = False  # noqa: N815
    active: bool = False
    suspended: bool = False
    withIncidents: bool = False  # noqa: N815


class TaskFilters(Paged):
    """Which tasks that are over."""

    taskId: str = ""  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    processInstanceBusinessKey: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815
    taskAssignee: str = ""  # noqa: N815
    taskDefinitionKey: str = ""  # noqa: N815
    taskName: str = ""  # noqa: N815
    finished: bool = False
    finishedBefore: str = ""  # noqa: N815
    finishedAfter: str = ""  # noqa: N815


class ActivityFilters(Paged):
    """Which activities of one process instance."""

    processInstanceId: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815
    activityType: str = ""  # noqa: N815
    finished: bool = False
    unfinished: bool = False
    canceled: bool = False


class VariableFilters(Paged):
    """Which variables of one process instance."""

    processInstanceId: str = ""  # noqa: N815
    variableName: str = ""  # noqa: N815
    deserializeValues: bool = True  # noqa: N815


def _query(request: Call, asked: InstanceFilters) -> InstanceQuery:
    zone, who = services(request).zone, caller(request)
    query = base_query(who, asked)
    ids = [*asked.processInstanceIds, *([asked.processInstanceId] if asked.processInstanceId else [])]
    query.ids = query.ids or ids
    wanted = (asked.completed, asked.externallyTerminated, asked.internallyTerminated)
    query.states = [state for state, yes in zip(ENDED, wanted, strict=True) if yes]
    if asked.finished:
        query.states = query.states or list(ENDED)
    if asked.unfinished or asked.active or asked.suspended:
        if query.states:
            raise wrong("finished and unfinished states: only one of the two kinds can be asked for.")
        query.states = ["Suspended"] if asked.suspended else []
        query.open = True
        query.going = asked.active
    query.business_key = asked.processInstanceBusinessKey
    query.parent_id = asked.superProcessInstanceId or query.parent_id
    query.broken = asked.withIncidents
    query.created_by = asked.startedBy
    query.started_from = moment("startedAfter", asked.startedAfter, zone)
    query.started_before = moment("startedBefore", asked.startedBefore, zone)
    query.order_field = order_of(asked, ORDER, "started_at")
    return query


async def _past(desk: Services, records: list[InstanceRecord]) -> list[dict[str, Any]]:
    known: dict[str, tuple[int, str]] = {}
    for name in dict.fromkeys(record.name for record in records):
        versions = await all_of(desk, name=name)
        number = numbers(versions)
        known.update({each.id: (number[each.id], each.label) for each in versions})
    return [past_shape(each, *known.get(each.definition_id, (0, each.name)), desk.zone) for each in records]


async def _instances(request: Call) -> tuple[list[InstanceRecord], int]:
    asked = await query_of(request, InstanceFilters)
    return await found_by(services(request), _query(request, asked), asked.variables, asked.maxResults)


@get(INSTANCES, operation=Operation("List past and open process instances", allow.INSTANCE_READ, query=InstanceFilters))
async def instances(request: Call) -> Response[bytes]:
    return answer(await _past(services(request), (await _instances(request))[0]))


@post(
    INSTANCES, status_code=200,
    operation=Operation("List past and open process instances", allow.INSTANCE_READ, body=InstanceFilters),
)  # fmt: skip
async def instances_by_body(request: Call) -> Response[bytes]:
    return answer(await _past(services(request), (await _instances(request))[0]))


@get(f"{INSTANCES}/count", operation=Operation("Count them", allow.INSTANCE_READ, query=InstanceFilters))
async def count_instances(request: Call) -> Response[bytes]:
    return counted((await _instances(request))[1])


@post(
    f"{INSTANCES}/count", status_code=200, operation=Operation("Count them", allow.INSTANCE_READ, body=InstanceFilters)
)
async def count_instances_by_body(request: Call) -> Response[bytes]:
    return counted((await _instances(request))[1])


@get(f"{INSTANCES}/{{instance_id:str}}", operation=Operation("Read a past or open instance", allow.INSTANCE_READ))
async def instance(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    return answer((await _past(desk, [await visible(desk, caller(request), instance_id)]))[0])


def _tasks(request: Call, asked: TaskFilters) -> TaskQuery:
    zone, who = services(request).zone, caller(request)
    return TaskQuery(
        view="history",
        user=who.user,
        groups=sorted(who.names),
        queues=sorted(who.queues),
        everything=may(who, allow.TASK_READ_ANY) and sight(who).read.all,
        instance_id=asked.processInstanceId if not asked.nowhere else "-",
        business_key=asked.processInstanceBusinessKey,
        definition=asked.processDefinitionKey,
        assignee=asked.taskAssignee,
        element=asked.taskDefinitionKey,
        name=asked.taskName,
        ended_before=moment("finishedBefore", asked.finishedBefore, zone),
        ended_from=moment("finishedAfter", asked.finishedAfter, zone),
        now=services(request).runtime.clock.now(),
        order_field=order_of(asked, TASK_ORDER, "ended_at"),
        descending=asked.sortOrder == "desc",
        skip=asked.firstResult,
        limit=max(1, asked.maxResults),
    )


async def _past_tasks(request: Call) -> tuple[list[dict[str, Any]], int]:
    desk, asked = services(request), await query_of(request, TaskFilters)
    if asked.taskId:
        return [past_task_shape(await visible_task(request, asked.taskId), desk.zone)], 1
    page = await desk.runtime.tasks(_tasks(request, asked))
    return [past_task_shape(task, desk.zone) for task in page.items] if asked.maxResults else [], page.total


@get(
    TASKS,
    operation=Operation(
        "List past tasks", allow.TASK_READ, query=TaskFilters, description="Those that are over; taskId finds any.",
    ),
)  # fmt: skip
async def tasks(request: Call) -> Response[bytes]:
    return answer((await _past_tasks(request))[0])


@post(TASKS, status_code=200, operation=Operation("List past tasks", allow.TASK_READ, body=TaskFilters))
async def tasks_by_body(request: Call) -> Response[bytes]:
    return answer((await _past_tasks(request))[0])


@get(f"{TASKS}/count", operation=Operation("Count past tasks", allow.TASK_READ, query=TaskFilters))
async def count_tasks(request: Call) -> Response[bytes]:
    return counted((await _past_tasks(request))[1])


async def _activities(request: Call) -> list[dict[str, Any]]:
    desk, asked = services(request), await query_of(request, ActivityFilters)
    if not asked.processInstanceId:
        raise wrong("Andante lists the activities of one instance: give processInstanceId.")
    record = await visible(desk, caller(request), asked.processInstanceId)
    stays = await desk.runtime.insight.exports.stays(record.id)
    found = [activity_shape(record, stay, number, desk.zone) for number, stay in enumerate(stays)]
    kept = [
        each for each in found
        if asked.activityId in ("", each["activityId"]) and asked.activityType in ("", each["activityType"])
        and not (asked.finished and each["endTime"] is None) and not (asked.unfinished and each["endTime"])
        and not (asked.canceled and not each["canceled"])
    ]  # fmt: skip
    order_of(asked, {"startTime": "", "occurrence": "", "instanceId": ""}, "")
    return kept[::-1] if asked.sortOrder == "desc" else kept


@get(
    ACTIVITIES,
    operation=Operation("List the activities of an instance", allow.INSTANCE_READ, query=ActivityFilters),
)  # fmt: skip
async def activities(request: Call) -> Response[bytes]:
    asked = await query_of(request, ActivityFilters)
    return answer((await _activities(request))[asked.firstResult : asked.firstResult + asked.maxResults])


@get(f"{ACTIVITIES}/count", operation=Operation("Count them", allow.INSTANCE_READ, query=ActivityFilters))
async def count_activities(request: Call) -> Response[bytes]:
    return counted(len(await _activities(request)))


@get(
    VARIABLES,
    operation=Operation(
        "List the variables of an instance", allow.INSTANCE_READ, query=VariableFilters,
        description="As they are now, or were at its end.",
    ),
)  # fmt: skip
async def variables(request: Call) -> Response[bytes]:
    desk, asked = services(request), await query_of(request, VariableFilters)
    if not asked.processInstanceId:
        raise wrong("Andante lists the variables of one instance: give processInstanceId.")
    record = await visible(desk, caller(request), asked.processInstanceId)
    known = await desk.runtime.variables(record.id)
    found = []
    for name, value in known.items():
        if name.startswith(NOTE) or asked.variableName not in ("", name):
            continue
        typed = shown(value, known.get(NOTE + name), zone=desk.zone, deserialize=asked.deserializeValues)
        found.append({
            **typed, "id": f"{record.id}:{name}", "name": name, "processDefinitionKey": record.name,
            "processDefinitionId": record.definition_id, "processInstanceId": record.id, "executionId": record.id,
            "activityInstanceId": record.id, "tenantId": None, "errorMessage": None, "state": "CREATED",
        })  # fmt: skip
    return answer(found[asked.firstResult : asked.firstResult + asked.maxResults])


HANDLERS: Final = (
    instances, instances_by_body, count_instances, count_instances_by_body, instance, tasks, tasks_by_body, count_tasks,
    activities, count_activities, variables,
)  # fmt: skip
