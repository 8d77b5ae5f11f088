"""Jobs for workers: fetch and lock, complete, fail, throw an error, extend the lock."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import Variables, at, body_of, choice, duration_ms, one_of, success
from andante.people import permissions as allow
from andante.runtime import JobView
from andante.runtime import problem as codes

ACTIONS: Final = ("complete", "fail", "error", "extend")
LONGEST_LOCK_MS: Final = 86_400_000
LONGEST_WAIT_MS: Final = 60_000
LONGEST_BACKOFF_MS: Final = 366 * 86_400_000
MOST_TYPES: Final = 100


class ActivateBody(msgspec.Struct, frozen=True):
    """`type` or `types`. With `wait` (ISO 8601, at most PT60S) the answer waits for the first job."""

    type: str = ""
    types: Annotated[list[str], Meta(max_length=MOST_TYPES)] = []
    worker: Annotated[str, Meta(max_length=200)] = ""
    maxJobs: Annotated[int, Meta(ge=1, le=500)] = 1  # noqa: N815 - as in the contract, here and below
    lockDuration: Annotated[str, Meta(description="ISO 8601, at most a day")] = "PT30S"  # noqa: N815
    wait: Annotated[str, Meta(description="ISO 8601, at most PT60S")] = ""


class ResultBody(msgspec.Struct, frozen=True):
    """complete: `variables`; fail: `retries` (default one less), `backoff`, `message`; error: `code`, `message`,
    `variables`; extend: `lockDuration`."""

    action: Annotated[str, choice(*ACTIONS)]
    variables: Variables = {}
    retries: Annotated[int, Meta(ge=0, le=1_000)] | None = None
    backoff: Annotated[str, Meta(description="ISO 8601")] = ""
    message: Annotated[str, Meta(max_length=10_000)] = ""
    code: Annotated[str, Meta(max_length=200)] = ""
    lockDuration: str = "PT30S"  # noqa: N815


class JobShape(msgspec.Struct, frozen=True):
    """`lockedUntil` is ISO 8601 UTC, "" for a free job."""

    id: str
    type: str
    instanceId: str  # noqa: N815
    element: str
    variables: dict[str, Any]
    headers: dict[str, str]
    retries: int
    lockedUntil: str  # noqa: N815


class JobRecs(msgspec.Struct, frozen=True):
    """The jobs that are now the worker's."""

    Recs: list[JobShape]
    total: int


def job_shape(job: JobView) -> JobShape:
    return JobShape(
        job.id, job.type, job.instance_id, job.element, job.variables, job.headers, job.retries, at(job.locked_until)
    )


@post(
    f"{BASE}/runtime/jobs/activate",
    status_code=200,
    operation=Operation("Fetch and lock jobs", allow.JOB_WORK, JobRecs, ActivateBody, tag="jobs"),
)
async def activate(request: Call) -> Response[bytes]:
    body = await body_of(request, ActivateBody)
    types = list(dict.fromkeys([*([body.type] if body.type else []), *body.types]))
    if not types or not all(types):
        raise bad_parameter("type", "give a job type in type, or several in types.")
    desk = services(request)
    now = desk.runtime.clock.now()
    lock = duration_ms("lockDuration", body.lockDuration, now, desk.zone, LONGEST_LOCK_MS)
    if not lock:
        raise bad_parameter("lockDuration", "it must be longer than nothing.")
    jobs = await desk.runtime.activate_jobs(
        types,
        worker=body.worker or caller(request).user,
        max_jobs=body.maxJobs,
        lock_ms=lock,
        wait_ms=duration_ms("wait", body.wait, now, desk.zone, LONGEST_WAIT_MS),
    )
    return success(JobRecs([job_shape(job) for job in jobs], len(jobs)))


@put(
    f"{BASE}/runtime/jobs/{{job_id:str}}",
    operation=Operation(
        "Report on a job", allow.JOB_WORK, JobShape, ResultBody, tag="jobs",
        errors=(codes.JOB_NOT_FOUND, codes.OVERLOADED),
        description="A result for a suspended instance is kept and applied when it resumes.",
    ),
)  # fmt: skip
async def report(request: Call, job_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ResultBody)
    action = one_of("action", body.action, ACTIONS)
    if action == "error" and not body.code:
        raise bad_parameter("code", "an error needs its code.")
    desk = services(request)
    now = desk.runtime.clock.now()
    lock = duration_ms("lockDuration", body.lockDuration, now, desk.zone, LONGEST_LOCK_MS)
    job = await desk.runtime.job_action(
        job_id,
        action,
        who=caller(request).user,
        variables=body.variables or None,
        retries=body.retries,
        backoff_ms=duration_ms("backoff", body.backoff, now, desk.zone, LONGEST_BACKOFF_MS),
        message=body.message,
        code=body.code,
        lock_ms=lock,
    )
    return success(job_shape(job))


HANDLERS: Final = (activate, report)
