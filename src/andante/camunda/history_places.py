"""What has been at the elements of a process instance, and its variables."""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import activity_shape
from andante.camunda.listing import in_pages, listed
from andante.camunda.values import NOTE, shown
from andante.camunda.wire import Paged, Shape, answer, moment, query_of, sorted_by
from andante.people import permissions as allow
from andante.runtime import InstanceRecord, Problem
from andante.runtime import problem as codes

ACTIVITIES: Final = "/history/activity-instance"
VARIABLES: Final = "/history/variable-instance"
READ: Final = allow.INSTANCE_READ
MOST: Final = 100  # instances whose variables are listed together
ORDER: Final = {
    "startTime": "", "occurrence": "", "instanceId": "", "endTime": "endTime", "duration": "durationInMillis",
    "activityId": "activityId", "activityName": "activityName", "activityType": "activityType",
    "activityInstanceId": "id",
}  # fmt: skip
VARIABLE_ORDER: Final = {"variableName": "name", "instanceId": "processInstanceId"}


class ActivityFilters(Paged):
    """Which activities of one process instance."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    activityInstanceId: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815
    activityName: str = ""  # noqa: N815
    activityType: str = ""  # noqa: N815
    taskAssignee: str = ""  # noqa: N815
    startedBefore: str = ""  # noqa: N815
    startedAfter: str = ""  # noqa: N815
    finishedBefore: str = ""  # noqa: N815
    finishedAfter: str = ""  # noqa: N815
    finished: bool = False
    unfinished: bool = False
    canceled: bool = False


class VariableFilters(Paged):
    """Which variables of these process instances."""

    processInstanceId: str = ""  # noqa: N815
    processInstanceIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    variableName: str = ""  # noqa: N815
    variableNameIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    variableNameLike: str = ""  # noqa: N815
    variableTypeIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    variableValue: Any = ""  # noqa: N815
    deserializeValues: bool = True  # noqa: N815


def like(pattern: str) -> Callable[[str], bool]:
    """Whether a text is as Camunda's pattern has it: % stands for any."""
    wanted = re.compile(".*".join(re.escape(part) for part in pattern.split("%")), re.DOTALL)
    return lambda text: wanted.fullmatch(text) is not None


async def _stays(desk: Services, record: InstanceRecord) -> list[tuple[Shape, int, int]]:
    """What has been where, each with its beginning and end in ms."""
    stays = await desk.runtime.insight.exports.stays(record.id)
    return [
        (activity_shape(record, stay, number, desk.zone), stay.begun, stay.ended) for number, stay in enumerate(stays)
    ]


async def _activities(request: Call) -> tuple[list[Shape], ActivityFilters]:
    desk, asked = services(request), await query_of(request, ActivityFilters)
    if not asked.processInstanceId:
        raise wrong("Andante lists the activities of one instance: give processInstanceId.")
    record = await visible(desk, caller(request), asked.processInstanceId)
    before, after, ended_before, ended_after = (
        moment(name, getattr(asked, name), desk.zone)
        for name in ("startedBefore", "startedAfter", "finishedBefore", "finishedAfter")
    )
    wanted = (
        ("id", asked.activityInstanceId), ("activityId", asked.activityId), ("activityName", asked.activityName),
        ("activityType", asked.activityType), ("assignee", asked.taskAssignee),
    )  # fmt: skip
    kept = [
        each for each, begun, ended in await _stays(desk, record)
        if all(not want or each[key] == want for key, want in wanted)
        and not (before and begun >= before) and begun >= after
        and not (ended_before and not 0 < ended < ended_before) and (not ended_after or ended >= ended_after)
        and not (asked.finished and not ended) and not (asked.unfinished and ended)
        and not (asked.canceled and not each["canceled"]) and not asked.nowhere
    ]  # fmt: skip
    return sorted_by(kept, asked, ORDER), asked


@get(f"{ACTIVITIES}/{{activity_id:str}}", operation=Operation("Read an activity of an instance", READ))
async def activity(request: Call, activity_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await visible(desk, caller(request), activity_id.partition(":")[0])
    for each, *_ in await _stays(desk, record):
        if each["id"] == activity_id:
            return answer(each)
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"Historic activity instance with id '{activity_id}' does not exist")


async def variables_of(desk: Services, record: InstanceRecord, deserialize: bool = True) -> list[Shape]:
    """Those of an instance, as they are now or were at its end."""
    known = await desk.runtime.variables(record.id)
    return [
        {
            **shown(value, known.get(NOTE + name), zone=desk.zone, deserialize=deserialize),
            "id": f"{record.id}:{name}", "name": name, "processDefinitionKey": record.name,
            "processDefinitionId": record.definition_id, "processInstanceId": record.id, "executionId": record.id,
            "activityInstanceId": record.id, "tenantId": None, "errorMessage": None, "state": "CREATED",
            "rootProcessInstanceId": record.root_id, "taskId": None, "removalTime": None, "createTime": None,
        }
        for name, value in known.items() if not name.startswith(NOTE)
    ]  # fmt: skip


async def _variables(request: Call) -> tuple[list[Shape], VariableFilters]:
    desk, who, asked = services(request), caller(request), await query_of(request, VariableFilters)
    ids = list(dict.fromkeys([*filter(None, (asked.processInstanceId,)), *asked.processInstanceIdIn]))
    if not ids:
        raise wrong("Andante lists the variables of given instances: give processInstanceId or processInstanceIdIn.")
    if len(ids) > MOST:
        raise wrong(f"processInstanceIdIn: at most {MOST} instances at a time.")
    if asked.variableValue != "" and not asked.variableName:
        raise wrong("variableValue needs variableName.")
    types = [kind[:1].upper() + kind[1:] for kind in asked.variableTypeIn]
    alike = like(asked.variableNameLike or "%")
    found: list[Shape] = []
    for each in ids:
        record = await visible(desk, who, each)
        found += [
            shape for shape in await variables_of(desk, record, asked.deserializeValues)
            if asked.variableName in ("", shape["name"]) and alike(shape["name"])
            and (not asked.variableNameIn or shape["name"] in asked.variableNameIn)
            and (not types or shape["type"] in types)
            and (asked.variableValue == "" or _same(shape["value"], asked.variableValue)) and not asked.nowhere
        ]  # fmt: skip
    return sorted_by(found, asked, VARIABLE_ORDER), asked


def _same(value: object, wanted: object) -> bool:
    """Whether a value is what was asked for: by its text where that came in an address."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted or str(value).lower() == wanted
    return value == wanted or (isinstance(wanted, str) and isinstance(value, int | float) and str(value) == wanted)


@get(f"{VARIABLES}/{{variable_id:str}}", operation=Operation("Read a variable of an instance", READ))
async def variable(request: Call, variable_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    record = await visible(desk, caller(request), variable_id.partition(":")[0])
    for each in await variables_of(desk, record):
        if each["id"] == variable_id:
            return answer(each)
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"Historic variable instance with id '{variable_id}' does not exist")


HANDLERS: Final = (
    *listed(ACTIVITIES, "activities of an instance", READ, ActivityFilters, *in_pages(_activities)), activity,
    *listed(
        VARIABLES, "variables of instances", READ, VariableFilters, *in_pages(_variables),
        "As they are now, or were at its end.",
    ),
    variable,
)  # fmt: skip
