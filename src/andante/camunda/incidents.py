"""Incidents: what stopped process instances."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.instance_shapes import incident_shape
from andante.camunda.wire import Paged, answer, counted, query_of, sorted_by
from andante.people import permissions as allow
from andante.people.permissions import whose
from andante.runtime import InstanceQuery, Problem
from andante.runtime import problem as codes

PATH: Final = "/incident"
READ: Final = allow.INSTANCE_READ
ORDER: Final = {
    "incidentId": "id", "incidentTimestamp": "incidentTimestamp", "activityId": "activityId",
    "processInstanceId": "processInstanceId", "incidentType": "incidentType",
}  # fmt: skip


class ListQuery(Paged):
    """Which incidents."""

    incidentId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    incidentType: str = ""  # noqa: N815
    incidentMessage: str = ""  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    processDefinitionKeyIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815


async def _found(request: Call) -> tuple[list[dict[str, Any]], ListQuery]:
    desk, who, asked = services(request), caller(request), await query_of(request, ListQuery)
    own, read = whose(who)
    query = InstanceQuery(
        broken=True,
        ids=[asked.processInstanceId] if asked.processInstanceId else [],
        definition_id=asked.processDefinitionId,
        own=own,
        read=read,
        order_field="id",
        descending=False,
        limit=1_000,
    )
    found: list[dict[str, Any]] = []
    while not asked.nowhere:
        page = await desk.runtime.instances(query)
        for record in page.items:
            if asked.processDefinitionKeyIn and record.name not in asked.processDefinitionKeyIn:
                continue
            detail = await desk.runtime.detail(record.id)
            found += [incident_shape(record, each, desk.zone) for each in detail.incidents]
        query.after = page.after
        if not page.after:
            break
    wanted = (
        ("id", asked.incidentId), ("incidentType", asked.incidentType), ("incidentMessage", asked.incidentMessage),
        ("activityId", asked.activityId),
    )  # fmt: skip
    found = [each for each in found if all(not want or each[key] == want for key, want in wanted)]
    return sorted_by(found, asked, ORDER, "id"), asked


@get(PATH, operation=Operation("List incidents", READ, query=ListQuery))
async def find(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{PATH}/count", operation=Operation("Count incidents", READ, query=ListQuery))
async def count(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


@get(f"{PATH}/{{incident_id:str}}", operation=Operation("Read an incident", READ))
async def one(request: Call, incident_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    instance_id, _, number = incident_id.rpartition("-")
    record = await visible(desk, caller(request), instance_id)
    for each in (await desk.runtime.detail(record.id)).incidents:
        if str(each.id) == number:
            return answer(incident_shape(record, each, desk.zone))
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"No matching incident with id {incident_id}")


HANDLERS: Final = (count, find, one)
