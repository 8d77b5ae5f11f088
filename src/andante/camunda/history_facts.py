"""What the journal of a process instance tells: its incidents, and what workers did with its external tasks."""

from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.instances import visible
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.faults import wrong
from andante.camunda.instance_shapes import incident_shape
from andante.camunda.wire import Paged, Shape, answer, counted, query_of, sorted_by, stamp
from andante.people import permissions as allow
from andante.runtime import HistoryEntry, IncidentView, InstanceRecord, Problem
from andante.runtime import problem as codes

READ: Final = allow.INSTANCE_READ
INCIDENTS: Final = "/history/incident"
LOGS: Final = "/history/external-task-log"
DECISIONS: Final = "/history/decision-instance"
MOST: Final = 20_000  # commands of one instance that are read for a list
INCIDENT_ORDER: Final = {
    "incidentId": "id", "createTime": "", "endTime": "endTime", "incidentType": "incidentType",
    "activityId": "activityId", "incidentState": "open", "processInstanceId": "processInstanceId",
}  # fmt: skip
LOG_ORDER: Final = {
    "timestamp": "", "externalTaskId": "externalTaskId", "retries": "retries", "topicName": "topicName",
    "activityId": "activityId", "processInstanceId": "processInstanceId",
}  # fmt: skip
DECISION_ORDER: Final = {"evaluationTime": ""}


class IncidentFilters(Paged):
    """Which incidents of one process instance."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    incidentId: str = ""  # noqa: N815
    incidentType: str = ""  # noqa: N815
    incidentMessage: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815
    failedActivityId: str = ""  # noqa: N815
    open: bool = False
    resolved: bool = False


class LogFilters(Paged):
    """Which entries about the external tasks of one process instance."""

    processInstanceId: str = ""  # noqa: N815
    logId: str = ""  # noqa: N815
    externalTaskId: str = ""  # noqa: N815
    topicName: str = ""  # noqa: N815
    errorMessage: str = ""  # noqa: N815
    activityIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    creationLog: bool = False  # noqa: N815
    failureLog: bool = False  # noqa: N815
    successLog: bool = False  # noqa: N815


class DecisionFilters(Paged):
    """Which decisions of one process instance."""

    processInstanceId: str = ""  # noqa: N815
    decisionDefinitionId: str = ""  # noqa: N815
    decisionDefinitionKey: str = ""  # noqa: N815
    activityIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815


async def entries_of(request: Call, instance_id: str, what: str) -> tuple[InstanceRecord, list[HistoryEntry]]:
    """The instance, if the caller may see it, and all that happened in it. Raises Problem."""
    if not instance_id:
        raise wrong(f"Andante lists the {what} of one instance: give processInstanceId.")
    desk = services(request)
    record = await visible(desk, caller(request), instance_id)
    found = await desk.runtime.history(record.id, limit=MOST + 1)
    if found and found[-1].seq > MOST:
        text = f"The instance {record.id} has had more than {MOST} commands. Read its history page by page by"
        raise wrong(f"{text} /u-route/baas/bp/v2.0/runtime/instances/{record.id}/history.")
    return record, found


def shape_is(shape: Shape, wanted: Sequence[tuple[str, str]]) -> bool:
    """Whether it has these values; "" stands for any."""
    return all(not want or shape[key] == want for key, want in wanted)


async def _incidents_of(request: Call, instance_id: str) -> list[Shape]:
    record, entries = await entries_of(request, instance_id, "past incidents")
    zone = services(request).zone
    found: dict[int, Shape] = {}
    for each in entries:
        if each.kind == "IncidentRaised":
            raised = IncidentView(
                each.data["incident"], each.element, each.data.get("kind", ""), each.data.get("message", ""), each.at
            )
            shape = incident_shape(record, raised, zone)
            begun = shape.pop("incidentTimestamp")
            found[raised.id] = {
                **shape, "processDefinitionKey": record.name, "rootProcessInstanceId": record.root_id,
                "createTime": begun, "endTime": None, "historyConfiguration": None, "removalTime": None, "open": True,
                "resolved": False, "deleted": False,
            }  # fmt: skip
        elif each.kind == "IncidentResolved" and each.data["incident"] in found:
            found[each.data["incident"]].update(endTime=stamp(each.at, zone), open=False, resolved=True)
        elif each.kind in ("Terminated", "Completed"):
            for shape in found.values():
                if shape["open"]:
                    shape.update(endTime=stamp(each.at, zone), open=False, deleted=True)
    return list(found.values())


async def _incidents(request: Call) -> tuple[list[Shape], Paged]:
    asked = await query_of(request, IncidentFilters)
    wanted = (
        ("id", asked.incidentId), ("incidentType", asked.incidentType), ("incidentMessage", asked.incidentMessage),
        ("activityId", asked.activityId), ("failedActivityId", asked.failedActivityId),
    )  # fmt: skip
    instance_id = asked.processInstanceId or asked.incidentId.rpartition("-")[0]
    found = [
        each for each in await _incidents_of(request, instance_id)
        if shape_is(each, wanted) and not asked.nowhere
        and not (asked.open and not each["open"]) and not (asked.resolved and not each["resolved"])
    ]  # fmt: skip
    return sorted_by(found, asked, INCIDENT_ORDER), asked


def _log(
    record: InstanceRecord, each: HistoryEntry, made: HistoryEntry, retries: int | None, zone: str, number: int
) -> Shape:
    return {
        "id": f"{record.id}-{each.seq}-{number}",
        "timestamp": stamp(each.at, zone),
        "externalTaskId": f"{record.id}-{made.data['job']}",
        "topicName": made.data.get("type", ""),
        "workerId": None,
        "retries": retries,
        "priority": made.data.get("priority", 0),
        "errorMessage": each.data.get("message") if each.kind == "JobFailed" else None,
        "activityId": made.element,
        "activityInstanceId": None,
        "executionId": record.id,
        "processInstanceId": record.id,
        "processDefinitionId": record.definition_id,
        "processDefinitionKey": record.name,
        "tenantId": None,
        "creationLog": each.kind == "JobCreated",
        "failureLog": each.kind == "JobFailed",
        "successLog": each.kind == "JobCompleted",
        "deletionLog": False,
        "removalTime": None,
        "rootProcessInstanceId": record.root_id,
    }


async def _logs_of(request: Call, instance_id: str) -> list[tuple[Shape, str]]:
    """Each with the details of what went wrong, "" for none."""
    record, entries = await entries_of(request, instance_id, "log of external tasks")
    zone = services(request).zone
    made: dict[int, HistoryEntry] = {}
    left: dict[int, int] = {}
    found: list[tuple[Shape, str]] = []
    for number, each in enumerate(entries):
        key = each.data.get("job", 0)
        if each.kind == "JobCreated":
            made[key] = each
        elif each.kind in ("JobFailed", "JobRetried"):
            left[key] = each.data.get("retries", 0)
        if each.kind in ("JobCreated", "JobFailed", "JobCompleted") and key in made:
            shape = _log(record, each, made[key], left.get(key), zone, number)
            found.append((shape, each.data.get("details", "")))
    return found


async def _logs(request: Call) -> tuple[list[Shape], Paged]:
    asked = await query_of(request, LogFilters)
    wanted = (
        ("id", asked.logId), ("externalTaskId", asked.externalTaskId), ("topicName", asked.topicName),
        ("errorMessage", asked.errorMessage),
    )  # fmt: skip
    instance_id = asked.processInstanceId or asked.externalTaskId.rpartition("-")[0] or asked.logId.rsplit("-", 2)[0]
    found = [
        each for each, _ in await _logs_of(request, instance_id)
        if shape_is(each, wanted) and (not asked.activityIdIn or each["activityId"] in asked.activityIdIn)
        and all(each[flag] for flag in ("creationLog", "failureLog", "successLog") if getattr(asked, flag))
        and not asked.nowhere
    ]  # fmt: skip
    return sorted_by(found, asked, LOG_ORDER), asked


async def _decisions(request: Call) -> tuple[list[Shape], Paged]:
    asked = await query_of(request, DecisionFilters)
    record, entries = await entries_of(request, asked.processInstanceId, "decisions")
    found = []
    for number, each in enumerate(entries):
        if each.kind == "DecisionMade":
            shape = _decision(services(request), record, each, number)
            wanted = (
                ("decisionDefinitionId", asked.decisionDefinitionId),
                ("decisionDefinitionKey", asked.decisionDefinitionKey),
            )
            activities = asked.activityIdIn
            if shape_is(shape, wanted) and (not activities or each.element in activities) and not asked.nowhere:
                found.append(shape)
    return sorted_by(found, asked, DECISION_ORDER), asked


def _decision(desk: Services, record: InstanceRecord, each: HistoryEntry, number: int) -> Shape:
    return {
        "id": f"{record.id}-{each.seq}-{number}",
        "decisionDefinitionId": each.data.get("definition_id"),
        "decisionDefinitionKey": each.data.get("decision"),
        "decisionDefinitionName": None,
        "evaluationTime": stamp(each.at, desk.zone),
        "removalTime": None,
        "processDefinitionId": record.definition_id,
        "processDefinitionKey": record.name,
        "processInstanceId": record.id,
        "rootProcessInstanceId": record.root_id,
        "caseDefinitionId": None,
        "caseDefinitionKey": None,
        "caseInstanceId": None,
        "activityId": each.element or None,
        "activityInstanceId": None,
        "userId": None,
        "inputs": [],
        "outputs": [],
        "collectResultValue": None,
        "rootDecisionInstanceId": None,
        "decisionRequirementsDefinitionId": None,
        "decisionRequirementsDefinitionKey": None,
        "tenantId": None,
    }


def _page(found: tuple[list[Shape], Paged]) -> Response[bytes]:
    shapes, asked = found
    return answer(asked.part(shapes))


@get(INCIDENTS, operation=Operation("List the incidents of an instance", READ, query=IncidentFilters))
async def incidents(request: Call) -> Response[bytes]:
    return _page(await _incidents(request))


@get(f"{INCIDENTS}/count", operation=Operation("Count them", READ, query=IncidentFilters))
async def count_incidents(request: Call) -> Response[bytes]:
    return counted(len((await _incidents(request))[0]))


@get(
    LOGS,
    operation=Operation(
        "List what workers did in an instance", READ, query=LogFilters,
        description="Of each external task: that it was made, failed, was done. Which worker it was is not kept.",
    ),
)  # fmt: skip
async def logs(request: Call) -> Response[bytes]:
    return _page(await _logs(request))


@get(f"{LOGS}/count", operation=Operation("Count them", READ, query=LogFilters))
async def count_logs(request: Call) -> Response[bytes]:
    return counted(len((await _logs(request))[0]))


async def _one_log(request: Call, log_id: str) -> tuple[Shape, str]:
    """As `_logs_of`. Raises Problem (404)."""
    for each in await _logs_of(request, log_id.rsplit("-", 2)[0]):
        if each[0]["id"] == log_id:
            return each
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"Historic external task log with id {log_id} does not exist")


@get(f"{LOGS}/{{log_id:str}}", operation=Operation("Read an entry of it", READ))
async def log(request: Call, log_id: FromPath[str]) -> Response[bytes]:
    return answer((await _one_log(request, log_id))[0])


@get(f"{LOGS}/{{log_id:str}}/error-details", operation=Operation("Read the details of a failure", READ))
async def log_details(request: Call, log_id: FromPath[str]) -> Response[bytes]:
    _, details = await _one_log(request, log_id)
    return Response(details.encode(), media_type="text/plain")


@get(
    DECISIONS,
    operation=Operation(
        "List the decisions of an instance", READ, query=DecisionFilters,
        description="Of its business rule tasks; what went in and came out is not kept beside the variables.",
    ),
)  # fmt: skip
async def decisions(request: Call) -> Response[bytes]:
    return _page(await _decisions(request))


@get(f"{DECISIONS}/count", operation=Operation("Count them", READ, query=DecisionFilters))
async def count_decisions(request: Call) -> Response[bytes]:
    return counted(len((await _decisions(request))[0]))


HANDLERS: Final = (
    incidents, count_incidents, logs, count_logs, log, log_details, decisions, count_decisions,
)  # fmt: skip
