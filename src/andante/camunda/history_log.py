"""What the journal of a process instance tells of its variables, its timers and its failures (Camunda's jobs)."""

from collections.abc import Iterator
from typing import Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.camunda.history_facts import READ, entries_of, shape_is
from andante.camunda.jobs import TIMER, TRIES
from andante.camunda.values import NOTE, shown
from andante.camunda.wire import Paged, Shape, answer, counted, moment, query_of, sorted_by, stamp
from andante.runtime import HistoryEntry, InstanceRecord, Problem
from andante.runtime import problem as codes

DETAILS: Final = "/history/detail"
LOGS: Final = "/history/job-log"
DETAIL_ORDER: Final = {"time": "", "occurrence": "", "processInstanceId": "processInstanceId",
                       "variableName": "variableName", "variableType": "variableType"}  # fmt: skip
LOG_ORDER: Final = {"timestamp": "", "occurrence": "", "jobId": "jobId", "jobDueDate": "jobDueDate",
                    "activityId": "activityId", "processInstanceId": "processInstanceId"}  # fmt: skip
OF_TIMERS: Final = {"TimerSet": "creationLog", "TimerFired": "successLog", "TimerCleared": "deletionLog"}


class DetailFilters(Paged):
    """Which changes of variables of one process instance."""

    processInstanceId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    executionId: str = ""  # noqa: N815
    variableInstanceId: str = ""  # noqa: N815
    variableUpdates: bool = False  # noqa: N815
    formFields: bool = False  # noqa: N815
    initial: bool = False
    excludeTaskDetails: bool = False  # noqa: N815
    occurredBefore: str = ""  # noqa: N815
    occurredAfter: str = ""  # noqa: N815
    deserializeValues: bool = True  # noqa: N815


class LogFilters(Paged):
    """Which entries about timers and failures of one process instance."""

    processInstanceId: str = ""  # noqa: N815
    logId: str = ""  # noqa: N815
    jobId: str = ""  # noqa: N815
    jobExceptionMessage: str = ""  # noqa: N815
    activityIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    creationLog: bool = False  # noqa: N815
    failureLog: bool = False  # noqa: N815
    successLog: bool = False  # noqa: N815
    deletionLog: bool = False  # noqa: N815


def _details(
    record: InstanceRecord, entries: list[HistoryEntry], zone: str, plain: bool
) -> Iterator[tuple[Shape, int]]:
    """Each change of a variable, and its time in ms."""
    notes: dict[str, object] = {}
    revisions: dict[str, int] = {}
    for number, each in enumerate(entries):
        first = each.kind == "InstanceStarted"
        values = each.data.get("variables" if first else "values", {}) if first or each.kind == "VariablesSet" else {}
        notes.update(values)
        for name, value in values.items():
            if name.startswith(NOTE):
                continue
            typed = shown(value, notes.get(NOTE + name), zone=zone, deserialize=plain)
            yield {
                "type": "variableUpdate", "id": f"{record.id}-{each.seq}-{number}-{name}",
                "processDefinitionKey": record.name, "processDefinitionId": record.definition_id,
                "processInstanceId": record.id, "activityInstanceId": record.id, "executionId": record.id,
                "caseDefinitionKey": None, "caseDefinitionId": None, "caseInstanceId": None, "caseExecutionId": None,
                "taskId": None, "tenantId": None, "userOperationId": None, "time": stamp(each.at, zone),
                "removalTime": None, "rootProcessInstanceId": record.root_id, "variableName": name,
                "variableInstanceId": f"{record.id}:{name}", "variableType": typed["type"], "value": typed["value"],
                "valueInfo": typed["valueInfo"], "initial": first, "revision": revisions.get(name, 0),
                "errorMessage": None,
            }, each.at  # fmt: skip
            revisions[name] = revisions.get(name, 0) + 1


async def _changes(request: Call) -> tuple[list[Shape], DetailFilters]:
    asked, zone = await query_of(request, DetailFilters), services(request).zone
    wanted_id = asked.processInstanceId or asked.executionId or asked.variableInstanceId.partition(":")[0]
    record, entries = await entries_of(request, wanted_id, "changes of variables")
    before, after = (moment(name, getattr(asked, name), zone) for name in ("occurredBefore", "occurredAfter"))
    found = [
        shape for shape, at in _details(record, entries, zone, asked.deserializeValues)
        if not (before and at > before) and at >= after and not asked.formFields and not asked.nowhere
        and (not asked.initial or shape["initial"])
        and shape_is(shape, [("variableInstanceId", asked.variableInstanceId), ("executionId", asked.executionId)])
    ]  # fmt: skip
    return sorted_by(found, asked, DETAIL_ORDER), asked


def _logs(record: InstanceRecord, entries: list[HistoryEntry], zone: str) -> Iterator[Shape]:
    due: dict[int, int] = {}
    for number, each in enumerate(entries):
        failed = each.kind == "IncidentRaised" and each.data.get("kind") != "job"
        if not failed and each.kind not in OF_TIMERS:
            continue
        key = each.data["incident" if failed else "timer"]
        if each.kind == "TimerSet":
            due[key] = each.data.get("due_at", 0)
        yield {
            "id": f"{record.id}-{each.seq}-{number}", "timestamp": stamp(each.at, zone),
            "jobId": f"{record.id}-{'' if failed else TIMER}{key}", "jobDueDate": stamp(due.get(key, 0), zone),
            "jobRetries": 0 if failed else TRIES, "jobPriority": 0,
            "jobExceptionMessage": each.data.get("message") if failed else None, "jobDefinitionId": None,
            "jobDefinitionType": None if failed else "timer", "jobDefinitionConfiguration": None,
            "activityId": each.element or None, "failedActivityId": (each.element or None) if failed else None,
            "executionId": record.id, "processInstanceId": record.id, "processDefinitionId": record.definition_id,
            "processDefinitionKey": record.name, "deploymentId": None, "rootProcessInstanceId": record.root_id,
            "removalTime": None, "tenantId": None, "hostname": None, "batchId": None, "failureLog": failed,
            **{name: each.kind == kind for kind, name in OF_TIMERS.items()},
        }  # fmt: skip


async def _found(request: Call) -> tuple[list[Shape], LogFilters]:
    asked = await query_of(request, LogFilters)
    instance_id = asked.processInstanceId or asked.jobId.rpartition("-")[0] or asked.logId.rsplit("-", 2)[0]
    record, entries = await entries_of(request, instance_id, "log of jobs")
    wanted = [("id", asked.logId), ("jobId", asked.jobId), ("jobExceptionMessage", asked.jobExceptionMessage)]
    found = [
        each for each in _logs(record, entries, services(request).zone)
        if shape_is(each, wanted) and (not asked.activityIdIn or each["activityId"] in asked.activityIdIn)
        and all(each[flag] for flag in (*OF_TIMERS.values(), "failureLog") if getattr(asked, flag))
        and not asked.nowhere
    ]  # fmt: skip
    return sorted_by(found, asked, LOG_ORDER), asked


async def _one(request: Call, log_id: str) -> Shape:
    """Raises Problem (404)."""
    record, entries = await entries_of(request, log_id.rsplit("-", 2)[0], "log of jobs")
    for each in _logs(record, entries, services(request).zone):
        if each["id"] == log_id:
            return each
    raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"Historic job log with id {log_id} does not exist")


@get(
    DETAILS,
    operation=Operation(
        "List the changes of an instance's variables", READ, query=DetailFilters,
        description="Form fields are variables here.",
    ),
)  # fmt: skip
async def details(request: Call) -> Response[bytes]:
    found, asked = await _changes(request)
    return answer(asked.part(found))


@get(f"{DETAILS}/count", operation=Operation("Count them", READ, query=DetailFilters))
async def count_details(request: Call) -> Response[bytes]:
    return counted(len((await _changes(request))[0]))


@get(
    LOGS,
    operation=Operation("List what became of timers, and what failed, in an instance", READ, query=LogFilters),
)
async def logs(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{LOGS}/count", operation=Operation("Count them", READ, query=LogFilters))
async def count_logs(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


@get(f"{LOGS}/{{log_id:str}}", operation=Operation("Read an entry of it", READ))
async def log(request: Call, log_id: FromPath[str]) -> Response[bytes]:
    return answer(await _one(request, log_id))


@get(f"{LOGS}/{{log_id:str}}/stacktrace", operation=Operation("Read what it stumbled over", READ))
async def stacktrace(request: Call, log_id: FromPath[str]) -> Response[bytes]:
    text = (await _one(request, log_id))["jobExceptionMessage"] or ""
    return Response(text.encode(), media_type="text/plain")


HANDLERS: Final = (details, count_details, logs, count_logs, log, stacktrace)
