"""Variables of open process instances, as a list."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.camunda.faults import wrong
from andante.camunda.history_places import MOST, like, variables_of
from andante.camunda.instance_variables import deserialized
from andante.camunda.instances import compared, opened
from andante.camunda.listing import in_pages, listed
from andante.camunda.wire import Paged, Shape, answer, query_of, sorted_by
from andante.people import permissions as allow
from andante.runtime import Problem
from andante.runtime import problem as codes

PATH: Final = "/variable-instance"
READ: Final = allow.INSTANCE_READ
ORDER: Final = {"variableName": "name", "variableType": "type", "activityInstanceId": "activityInstanceId"}
KEPT: Final = (
    "id", "name", "type", "value", "valueInfo", "processDefinitionId", "processInstanceId", "executionId", "taskId",
    "activityInstanceId", "errorMessage", "tenantId",
)  # fmt: skip


class Filters(Paged):
    """Which variables of these process instances. `variableValues` are name_eq_value, or objects in a body."""

    processInstanceIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815 - Camunda's, here and below
    executionIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    variableName: str = ""  # noqa: N815
    variableNameLike: str = ""  # noqa: N815
    variableValues: Any = ""  # noqa: N815
    deserializeValues: bool = True  # noqa: N815


def _shape(past: Shape) -> Shape:
    missing = ("caseInstanceId", "caseExecutionId", "batchId")
    return {**{name: past[name] for name in KEPT}, **dict.fromkeys(missing)}


async def _found(request: Call) -> tuple[list[Shape], Filters]:
    asked = await query_of(request, Filters)
    ids = list(dict.fromkeys([*asked.processInstanceIdIn, *asked.executionIdIn]))
    if not ids:
        raise wrong("Andante lists the variables of given instances: give processInstanceIdIn.")
    if len(ids) > MOST:
        raise wrong(f"processInstanceIdIn: at most {MOST} instances at a time.")
    alike, equal = like(asked.variableNameLike or "%"), compared(asked.variableValues)
    found: list[Shape] = []
    for each in ids:
        record = await opened(request, each)
        found += [
            _shape(shape) for shape in await variables_of(services(request), record, asked.deserializeValues)
            if asked.variableName in ("", shape["name"]) and alike(shape["name"]) and not asked.nowhere
            and (not equal or (shape["name"], shape["value"]) in equal)
        ]  # fmt: skip
    return sorted_by(found, asked, ORDER), asked


@get(f"{PATH}/{{variable_id:str}}", operation=Operation("Read a variable of an open instance", READ))
async def one(request: Call, variable_id: FromPath[str]) -> Response[bytes]:
    record = await opened(request, variable_id.partition(":")[0])
    for each in await variables_of(services(request), record, deserialized(request)):
        if each["id"] == variable_id:
            return answer(_shape(each))
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"Variable instance with Id '{variable_id}' does not exist.")


HANDLERS: Final = (*listed(PATH, "variables of open instances", READ, Filters, *in_pages(_found)), one)
