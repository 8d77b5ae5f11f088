"""Camunda's jobs, as far as Andante has the like: what has failed and is to be tried again, and timers that wait.

Here every command is a transaction that ends where the instance waits next, so there are no jobs between; what fails
stays at its element as an incident, which is shown as a job without retries. Jobs of workers are external tasks.
"""

from typing import Any, Final

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath

from andante.api.instances import operable, visible
from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.faults import absent, wrong
from andante.camunda.instances import opened
from andante.camunda.listing import in_pages, listed
from andante.camunda.wire import Paged, Shape, answer, body_of, moment, nothing, query_of, sorted_by, stamp
from andante.people import permissions as allow
from andante.people.permissions import whose
from andante.runtime import IncidentView, InstanceQuery, InstanceRecord, Problem, auditing
from andante.runtime import problem as codes

PATH: Final = "/job"
ONE: Final = f"{PATH}/{{job_id:str}}"
READ: Final = allow.INSTANCE_READ
ACT: Final = allow.INSTANCE_ACT_ANY
TIMER: Final = "timer"  # what the number of a timer begins with, in its id
TRIES: Final = 3  # what Camunda gives a job
ORDER: Final = {
    "jobId": "id", "jobDueDate": "dueDate", "jobRetries": "retries", "processInstanceId": "processInstanceId",
    "processDefinitionId": "processDefinitionId", "processDefinitionKey": "processDefinitionKey",
}  # fmt: skip
NOTE: Final = "What has failed; timers too where processInstanceId or processInstanceIds names their instances."


class ListQuery(Paged):
    """Which jobs."""

    jobId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    jobIds: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    processInstanceIds: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    executionId: str = ""  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    processDefinitionKey: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815
    failedActivityId: str = ""  # noqa: N815
    withRetriesLeft: bool = False  # noqa: N815
    noRetriesLeft: bool = False  # noqa: N815
    withException: bool = False  # noqa: N815
    exceptionMessage: str = ""  # noqa: N815
    executable: bool = False
    timers: bool = False
    messages: bool = False
    active: bool = False
    suspended: bool = False


class RetriesBody(msgspec.Struct):
    retries: int | None = None
    dueDate: str | None = None  # noqa: N815


class SuspendBody(msgspec.Struct):
    suspended: bool | None = None
    processInstanceId: str = ""  # noqa: N815


def _shape(record: InstanceRecord, id: str, element: str, due: str | None, fault: str | None) -> dict[str, Any]:
    return {
        "id": id,
        "jobDefinitionId": None,
        "processInstanceId": record.id,
        "processDefinitionId": record.definition_id,
        "processDefinitionKey": record.name,
        "executionId": record.id,
        "exceptionMessage": fault,
        "failedActivityId": element or None if fault is not None else None,
        "activityId": element or None,
        "retries": TRIES if fault is None else 0,
        "dueDate": due,
        "suspended": record.suspended,
        "priority": 0,
        "tenantId": None,
        "createTime": None,
        "batchId": None,
    }


async def _of(desk: Services, record: InstanceRecord, timers: bool) -> list[dict[str, Any]]:
    """An instance's own. Its timers are found by its journal."""
    found = []
    if record.incident:
        for each in (await desk.runtime.detail(record.id)).incidents:
            if each.kind != "job":  # that is an external task's
                job = _shape(record, f"{record.id}-{each.id}", each.element, None, each.message)
                found.append({**job, "createTime": stamp(each.at, desk.zone)})
    if timers and not record.closed:
        for timer in (await desk.runtime.replay(record.id)).timers:
            due = stamp(timer.due_at, desk.zone)
            found.append(_shape(record, f"{record.id}-{TIMER}{timer.key}", timer.element, due, None))
    return found


async def _found(request: Call) -> tuple[list[dict[str, Any]], ListQuery]:
    desk, who, asked = services(request), caller(request), await query_of(request, ListQuery)
    own, read = whose(who)
    ids = [*asked.processInstanceIds, *filter(None, (asked.processInstanceId, asked.executionId))]
    jobs = [*asked.jobIds, *filter(None, (asked.jobId,))]
    ids += [each.rpartition("-")[0] for each in jobs]
    query = InstanceQuery(
        broken=not ids, ids=ids, name=asked.processDefinitionKey, definition_id=asked.processDefinitionId, own=own,
        read=read, order_field="id", descending=False, limit=1_000,
    )  # fmt: skip
    found: list[dict[str, Any]] = []
    while not asked.nowhere and not asked.messages:
        page = await desk.runtime.instances(query)
        for record in page.items:
            found += await _of(desk, record, bool(ids) and not (asked.withException or asked.noRetriesLeft))
        query.after = page.after
        if not page.after:
            break
    kept = [each for each in found if _wanted(each, asked, jobs)]
    return sorted_by(kept, asked, ORDER, "id"), asked


def _wanted(job: dict[str, Any], asked: ListQuery, jobs: list[str]) -> bool:
    failed = job["exceptionMessage"] is not None
    return (
        (not jobs or job["id"] in jobs)
        and asked.activityId in ("", job["activityId"])
        and asked.failedActivityId in ("", job["failedActivityId"])
        and asked.exceptionMessage in ("", job["exceptionMessage"])
        and not (asked.timers and failed)
        and not ((asked.withRetriesLeft or asked.executable) and failed)
        and not ((asked.noRetriesLeft or asked.withException) and not failed)
        and not (asked.active and job["suspended"])
        and not (asked.suspended and not job["suspended"])
    )


async def _page(request: Call) -> list[Shape]:
    found, asked = await _found(request)
    return [{name: value for name, value in each.items() if name != "activityId"} for each in asked.part(found)]


async def _one(request: Call, job_id: str) -> dict[str, Any]:
    """Raises Problem (404)."""
    desk = services(request)
    record = await visible(desk, caller(request), job_id.rpartition("-")[0])
    for each in await _of(desk, record, True):
        if each["id"] == job_id:
            return each
    raise Problem(codes.JOB_NOT_FOUND, 404, f"No job found with id '{job_id}'.")


async def _retry(request: Call, job_id: str) -> None:
    """Try again what has failed. Raises Problem: 404 for none, 501 for a timer."""
    await _one(request, job_id)
    instance_id, _, number = job_id.rpartition("-")
    await operable(request, instance_id)
    if number.startswith(TIMER):
        raise absent("way to let a timer fire early", "Move its token to the element behind it (action move).")
    auditing.note("instance.retry", instance_id, rides=True)
    await services(request).runtime.act(instance_id, "retry", who=caller(request).user, only=int(number))


@get(ONE, operation=Operation("Read a job", READ))
async def one(request: Call, job_id: FromPath[str]) -> Response[bytes]:
    return answer({name: value for name, value in (await _one(request, job_id)).items() if name != "activityId"})


@get(f"{ONE}/stacktrace", operation=Operation("Read what a job stumbled over", READ))
async def stacktrace(request: Call, job_id: FromPath[str]) -> Response[bytes]:
    job = await _one(request, job_id)
    return Response((job["exceptionMessage"] or "").encode(), media_type="text/plain")


@put(
    f"{ONE}/retries", status_code=200,
    operation=Operation("Give a job more retries", ACT, body=RetriesBody, description="It is tried again at once."),
)  # fmt: skip
async def retries(request: Call, job_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, RetriesBody)
    if body.retries is None or body.retries < 0:
        raise wrong("The number of job retries must be 0 or more.")
    if moment("dueDate", body.dueDate or "", services(request).zone):
        raise absent("due date of a retry", "Leave dueDate out: it is tried again at once.")
    if body.retries:
        await _retry(request, job_id)
    else:
        await _one(request, job_id)
    return nothing()


@post(
    f"{ONE}/execute", status_code=200,
    operation=Operation("Execute a job", ACT, description="What has failed is tried again; 500 where it fails again."),
)  # fmt: skip
async def execute(request: Call, job_id: FromPath[str]) -> Response[bytes]:
    before = await _one(request, job_id)
    await _retry(request, job_id)
    again = [
        each for each in await _incidents(services(request), before["processInstanceId"])
        if each.element == (before["activityId"] or "") and each.kind != "job"
    ]  # fmt: skip
    if again:
        raise Problem(codes.INTERNAL, 500, again[-1].message)
    return nothing()


async def _incidents(desk: Services, instance_id: str) -> list[IncidentView]:
    return (await desk.runtime.detail(instance_id)).incidents


@put(
    f"{PATH}/suspended", status_code=200,
    operation=Operation(
        "Suspend or activate the jobs of an instance", ACT, body=SuspendBody,
        description="With processInstanceId: the instance is, with all that it has.",
    ),
)  # fmt: skip
async def suspend(request: Call) -> Response[bytes]:
    body = await body_of(request, SuspendBody)
    if body.suspended is None or not body.processInstanceId:
        raise wrong("suspended and processInstanceId are needed: Andante suspends instances, with all their jobs.")
    record = await opened(request, body.processInstanceId)
    await operable(request, record.id)
    action = "suspend" if body.suspended else "resume"
    auditing.note(f"instance.{action}", record.id)
    await services(request).runtime.act(record.id, action, who=caller(request).user)
    return nothing()


HANDLERS: Final = (
    *listed(PATH, "jobs", READ, ListQuery, _page, in_pages(_found)[1], NOTE), suspend, one, stacktrace, retries,
    execute,
)  # fmt: skip
