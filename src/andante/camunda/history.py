"""What has been of process instances, open and over."""

from typing import Any, Final

import msgspec
from litestar import Response, delete, get
from litestar.params import FromPath

from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.definition_shapes import all_of, numbers
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import ENDED, past_shape
from andante.camunda.instances import Filters, base_query, found_by
from andante.camunda.listing import listed
from andante.camunda.wire import Paged, Shape, answer, moment, nothing, order_of, query_of
from andante.people import permissions as allow
from andante.runtime import InstanceQuery, InstanceRecord, Problem, auditing
from andante.runtime import problem as codes

INSTANCES: Final = "/history/process-instance"
ORDER: Final = {
    "instanceId": "id", "definitionId": "definition_id", "definitionKey": "name", "businessKey": "business_key",
    "startTime": "started_at", "endTime": "ended_at",
}  # fmt: skip


class InstanceFilters(Filters):
    """Which instances, open and over."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    processInstanceIdNotIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceBusinessKey: str = ""  # noqa: N815
    processInstanceBusinessKeyIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceBusinessKeyLike: str = ""  # noqa: N815
    processDefinitionKeyIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processDefinitionKeyNotIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processDefinitionNameLike: str = ""  # noqa: N815
    superProcessInstanceId: str = ""  # noqa: N815
    startedBy: str = ""  # noqa: N815
    startedAfter: str = ""  # noqa: N815
    startedBefore: str = ""  # noqa: N815
    finishedAfter: str = ""  # noqa: N815
    finishedBefore: str = ""  # noqa: N815
    finished: bool = False
    unfinished: bool = False
    completed: bool = False
    externallyTerminated: bool = False  # noqa: N815
    internallyTerminated: bool = False  # noqa: N815
    active: bool = False
    suspended: bool = False
    withIncidents: bool = False  # noqa: N815


class DeleteQuery(Paged):
    failIfNotExists: bool = True  # noqa: N815


def _query(request: Call, asked: InstanceFilters) -> InstanceQuery:
    zone, who = services(request).zone, caller(request)
    query = base_query(who, asked)
    ids = [*asked.processInstanceIds, *([asked.processInstanceId] if asked.processInstanceId else [])]
    query.ids = query.ids or ids
    wanted = (asked.completed, asked.externallyTerminated, asked.internallyTerminated)
    query.states = [state for state, yes in zip(ENDED, wanted, strict=True) if yes]
    query.over = asked.finished or bool(query.states)
    query.ended_from = moment("finishedAfter", asked.finishedAfter, zone)
    query.ended_before = moment("finishedBefore", asked.finishedBefore, zone)
    if asked.unfinished or asked.active or asked.suspended:
        if query.over or query.ended_from or query.ended_before:
            raise wrong("finished and unfinished states: only one of the two kinds can be asked for.")
        query.states = ["Suspended"] if asked.suspended else []
        query.open = True
        query.going = asked.active
    query.business_key = asked.processInstanceBusinessKey
    query.keys, query.key_like = asked.processInstanceBusinessKeyIn, asked.processInstanceBusinessKeyLike
    query.names, query.not_names = asked.processDefinitionKeyIn, asked.processDefinitionKeyNotIn
    query.label_like, query.not_ids = asked.processDefinitionNameLike, asked.processInstanceIdNotIn
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
    return await found_by(services(request), _query(request, asked), asked, ORDER)


async def _page(request: Call) -> list[Shape]:
    return await _past(services(request), (await _instances(request))[0])


async def _number(request: Call) -> int:
    return (await _instances(request))[1]


@get(f"{INSTANCES}/{{instance_id:str}}", operation=Operation("Read a past or open instance", allow.INSTANCE_READ))
async def instance(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    return answer((await _past(desk, [await visible(desk, caller(request), instance_id)]))[0])


@delete(
    f"{INSTANCES}/{{instance_id:str}}", status_code=200,
    operation=Operation(
        "Delete an instance that is over", allow.INSTANCE_DELETE, query=DeleteQuery, audit="instance.delete",
        description="With its history, for good.",
    ),
)  # fmt: skip
async def remove(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    asked = await query_of(request, DeleteQuery)
    desk, who = services(request), caller(request)
    try:
        await visible(desk, who, instance_id)
        await desk.runtime.delete_instance(instance_id, who=who.user)
    except Problem as problem:
        if asked.failIfNotExists or problem.code != codes.INSTANCE_NOT_FOUND:
            raise
        auditing.no_entry()
    return nothing()


HANDLERS: Final = (
    *listed(INSTANCES, "past and open process instances", allow.INSTANCE_READ, InstanceFilters, _page, _number),
    instance, remove,
)  # fmt: skip
