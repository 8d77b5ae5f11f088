"""External tasks: what workers fetch, lock, do and report. They are Andante's jobs."""

from typing import Any, Final

from litestar import Response, get, post, put
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.definition_shapes import tag
from andante.camunda.external_bodies import (
    BpmnErrorBody,
    CompleteBody,
    FailureBody,
    FetchBody,
    LockBody,
    PriorityBody,
    RetriesBody,
    TopicBody,
)
from andante.camunda.faults import absent, wrong
from andante.camunda.values import NOTE, Given, read, written
from andante.camunda.wire import answer, body_of, is_own, nothing, stamp
from andante.people import permissions as allow
from andante.runtime import BY_PRIORITY, NEWEST, OLDEST, JobRecord, JobStory, JobView, Topic

PATH: Final = "/external-task"
ONE: Final = f"{PATH}/{{task_id:str}}"
LONGEST_LOCK_MS: Final = 366 * 86_400_000
LONGEST_WAIT_MS: Final = 1_800_000  # as Camunda; the answer comes after a minute at the latest, empty if need be
MOST_TOPICS: Final = 100
WORK: Final = allow.JOB_WORK


async def shape(desk: Services, job: JobRecord, story: JobStory) -> dict[str, Any]:
    """What all show of an external task. Before its first failure its retries are unset."""
    definition = await desk.runtime.definition(job.definition_id)
    return {
        "activityId": job.element,
        "activityInstanceId": f"{job.element}:{job.key}",
        "errorMessage": story.message or None,
        "executionId": job.id,
        "id": job.id,
        "lockExpirationTime": stamp(job.locked_until, desk.zone),
        "createTime": stamp(story.created_at, desk.zone),
        "processDefinitionId": job.definition_id,
        "processDefinitionKey": job.definition,
        "processDefinitionVersionTag": tag(definition),
        "processInstanceId": job.instance_id,
        "tenantId": None,
        "retries": job.retries if job.failed else None,
        "suspended": job.suspended,
        "workerId": job.worker or None,
        "topicName": job.type,
        "priority": job.priority,
        "businessKey": job.business_key or None,
    }


def _topic(request: Call, asked: TopicBody) -> Topic:
    if not asked.topicName:
        raise wrong("The topic name cannot be null or empty.")
    if asked.lockDuration is None or asked.lockDuration <= 0:
        raise wrong(f"The lock duration of topic '{asked.topicName}' must be greater than 0 ms.")
    ids = ([asked.processDefinitionId] if asked.processDefinitionId else []) + (asked.processDefinitionIdIn or [])
    names = ([asked.processDefinitionKey] if asked.processDefinitionKey else []) + (asked.processDefinitionKeyIn or [])
    if asked.tenantIdIn and not asked.withoutTenantId and not is_own(request, asked.tenantIdIn):
        names = [""]  # nobody's
    return Topic(
        asked.topicName,
        min(asked.lockDuration, LONGEST_LOCK_MS),
        asked.businessKey,
        tuple(ids),
        tuple(names),
        asked.processDefinitionVersionTag or "",
        asked.processVariables or {},
    )


def _order(asked: FetchBody) -> str:
    if asked.usePriority or not asked.sorting:
        return BY_PRIORITY
    first = asked.sorting[0]
    if first.get("sortBy") != "createTime" or first.get("sortOrder", "asc") not in ("asc", "desc"):
        raise wrong("sorting: sortBy is createTime, and sortOrder asc or desc.")
    return NEWEST if first.get("sortOrder") == "desc" else OLDEST


@post(
    f"{PATH}/fetchAndLock", status_code=200,
    operation=Operation(
        "Fetch and lock external tasks", WORK, body=FetchBody,
        description="With asyncResponseTimeout the answer waits for the first task, at most a minute. Sorting by "
        "createTime goes by the start of the instance.",
    ),
)  # fmt: skip
async def fetch_and_lock(request: Call) -> Response[bytes]:
    body = await body_of(request, FetchBody)
    if not body.workerId:
        raise wrong("The worker id cannot be null or empty.")
    if body.maxTasks is None or body.maxTasks < 0:
        raise wrong("maxTasks must be a number not less than 0.")
    if not 0 <= body.asyncResponseTimeout <= LONGEST_WAIT_MS:
        raise wrong(
            "The asynchronous response timeout cannot be set to a value greater than "
            f"{LONGEST_WAIT_MS} milliseconds, nor to one less than 0."
        )
    if len(body.topics) > MOST_TOPICS:
        raise wrong(f"topics: at most {MOST_TOPICS}.")
    topics, order = [_topic(request, each) for each in body.topics], _order(body)
    if not topics or not body.maxTasks:
        return answer([])
    desk = services(request)
    found = await desk.runtime.jobs.lock(topics, body.workerId, body.maxTasks, body.asyncResponseTimeout, order)
    asked = {topic.topicName: topic for topic in reversed(body.topics)}
    stories = await desk.runtime.jobs.held.stories([view.record for view in found if view.record is not None])
    return answer([await _locked(desk, view, asked[view.type], stories[view.id]) for view in found])


async def _locked(desk: Services, view: JobView, asked: TopicBody, story: JobStory) -> dict[str, Any]:
    assert view.record is not None
    seen = view.own if asked.localVariables else view.variables
    deserialize = bool(asked.deserializeValues)
    variables = read(
        seen, zone=desk.zone, names=asked.variables, deserialize=deserialize, notes=view.variables
    )  # fmt: skip
    properties = {name: value for name, value in view.headers.items() if name != "resultVariable"}
    return {
        **await shape(desk, view.record, story),
        "errorDetails": story.details or None,
        "variables": variables,
        "extensionProperties": properties if asked.includeExtensionProperties else {},
    }


async def _values(desk: Services, job_id: str, given: Given) -> dict[str, object]:
    """Variables with the notes of their types."""
    if not given:
        return {}
    job = await desk.runtime.jobs.held.one(job_id)
    return written(given, [name for name in await desk.runtime.variables(job.instance_id) if name.startswith(NOTE)])


def _worker(name: str) -> str:
    if not name:
        raise wrong("The worker id cannot be null or empty.")
    return name


@post(
    f"{ONE}/complete", status_code=200,
    operation=Operation("Complete an external task", WORK, body=CompleteBody),
)  # fmt: skip
async def complete(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, CompleteBody)
    desk = services(request)
    variables = await _values(desk, task_id, body.variables)
    await desk.runtime.jobs.held.complete(
        task_id, _worker(body.workerId), variables, written(body.localVariables), who=caller(request).user
    )
    return nothing()


@post(
    f"{ONE}/failure", status_code=200,
    operation=Operation(
        "Report a failure", WORK, body=FailureBody, description="With no retries left it is an incident.",
    ),
)  # fmt: skip
async def failure(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, FailureBody)
    if body.retries < 0 or body.retryTimeout < 0:
        raise wrong("retries and retryTimeout must not be less than 0.")
    desk = services(request)
    await desk.runtime.jobs.held.fail(
        task_id, _worker(body.workerId), retries=body.retries, message=body.errorMessage, details=body.errorDetails,
        backoff_ms=body.retryTimeout, variables=await _values(desk, task_id, body.variables),
        local=written(body.localVariables), who=caller(request).user,
    )  # fmt: skip
    return nothing()


@post(
    f"{ONE}/bpmnError", status_code=200,
    operation=Operation(
        "Throw a BPMN error", WORK, body=BpmnErrorBody,
        description="One that nothing catches is an incident; in Camunda 7 the path ends without a word.",
    ),
)  # fmt: skip
async def bpmn_error(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, BpmnErrorBody)
    if not body.errorCode:
        raise wrong("The error code cannot be null or empty.")
    desk = services(request)
    await desk.runtime.jobs.held.throw(
        task_id, _worker(body.workerId), body.errorCode, body.errorMessage,
        await _values(desk, task_id, body.variables), who=caller(request).user,
    )  # fmt: skip
    return nothing()


@post(
    f"{ONE}/extendLock",
    status_code=200,
    operation=Operation("Extend the lock of an external task", WORK, body=LockBody),
)
async def extend_lock(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, LockBody)
    await services(request).runtime.jobs.held.extend(task_id, _worker(body.workerId), _lock("newDuration", body))
    return nothing()


@post(f"{ONE}/lock", status_code=200, operation=Operation("Lock an external task", WORK, body=LockBody))
async def lock(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, LockBody)
    await services(request).runtime.jobs.held.take(task_id, _worker(body.workerId), _lock("lockDuration", body))
    return nothing()


def _lock(field: str, body: LockBody) -> int:
    length: int | None = getattr(body, field)
    if length is None or length <= 0:
        raise wrong(f"{field} must be greater than 0 ms.")
    return min(length, LONGEST_LOCK_MS)


@post(f"{ONE}/unlock", status_code=200, operation=Operation("Unlock an external task", WORK))
async def unlock(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    await services(request).runtime.jobs.held.release(task_id)
    return nothing()


@put(
    f"{ONE}/retries", status_code=200,
    operation=Operation(
        "Set the retries of an external task", WORK, body=RetriesBody,
        description="More than none ends its incident, none raises one.",
    ),
)  # fmt: skip
async def set_retries(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, RetriesBody)
    await services(request).runtime.jobs.held.change(task_id, retries=_tries(body), who=caller(request).user)
    return nothing()


@put(
    f"{PATH}/retries",
    status_code=200,
    operation=Operation(
        "Set the retries of several external tasks", WORK, body=RetriesBody, description="By their ids."
    ),
)
async def set_many_retries(request: Call) -> Response[bytes]:
    body = await body_of(request, RetriesBody)
    tries = _tries(body)
    if not body.externalTaskIds:
        raise absent("retries by query", "Give externalTaskIds.")
    held = services(request).runtime.jobs.held
    for each in body.externalTaskIds:
        await held.one(each)  # all of them are there, or nothing changes
    for each in body.externalTaskIds:
        await held.change(each, retries=tries, who=caller(request).user)
    return nothing()


def _tries(body: RetriesBody) -> int:
    if body.retries is None or not 0 <= body.retries <= 1_000:
        raise wrong("The number of retries must be a number from 0 to 1000.")
    return body.retries


@put(
    f"{ONE}/priority",
    status_code=200,
    operation=Operation("Set the priority of an external task", WORK, body=PriorityBody),
)
async def set_priority(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, PriorityBody)
    if body.priority is None or abs(body.priority) >= 2**31:
        raise wrong("priority must be a whole number.")
    await services(request).runtime.jobs.held.change(task_id, priority=body.priority, who=caller(request).user)
    return nothing()


@get(f"{ONE}/errorDetails", operation=Operation("Read the error details of an external task", WORK, media="text/plain"))
async def error_details(request: Call, task_id: FromPath[str]) -> Response[bytes]:
    held = services(request).runtime.jobs.held
    job = await held.one(task_id)
    details = (await held.stories([job]))[job.id].details
    return Response(details.encode(), status_code=200 if details else 204, media_type="text/plain")


HANDLERS: Final = (
    fetch_and_lock, complete, failure, bpmn_error, extend_lock, lock, unlock, set_many_retries, set_retries,
    set_priority, error_details,
)  # fmt: skip
