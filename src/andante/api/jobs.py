"""Jobs for workers: fetch and lock, or have them sent; complete, fail, throw an error, extend the lock."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post, put
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation, address, bearer
from andante.api.services import Call, Services, caller, services
from andante.api.wire import Variables, at, body_of, choice, duration_ms, one_of, success
from andante.people import may, sight
from andante.people import permissions as allow
from andante.runtime import JobView, Problem, StoreProblem
from andante.runtime import problem as codes
from andante.runtime.sight import look_as

ACTIONS: Final = ("complete", "fail", "error", "extend")
STREAM: Final = f"{BASE}/runtime/jobs/stream"
MOST_STREAMS: Final = 1_000  # workers that have jobs sent to them at a time
BEAT: Final = 15.0  # seconds after which the rights are looked at anew, and the connection is shown to be alive
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


class StreamBody(msgspec.Struct, frozen=True):
    """`type` or `types`. `maxJobs`: so many the worker holds at a time; it gets the next when it has reported one."""

    type: str = ""
    types: Annotated[list[str], Meta(max_length=MOST_TYPES)] = []
    worker: Annotated[str, Meta(max_length=200)] = ""
    maxJobs: Annotated[int, Meta(ge=1, le=500)] = 32  # noqa: N815
    lockDuration: Annotated[str, Meta(description="ISO 8601, at most a day")] = "PT30S"  # noqa: N815


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


def _types(body: ActivateBody | StreamBody) -> list[str]:
    """Raises Problem."""
    types = list(dict.fromkeys([*([body.type] if body.type else []), *body.types]))
    if not types or not all(types):
        raise bad_parameter("type", "give a job type in type, or several in types.")
    return types


def _lock(body: ActivateBody | StreamBody, desk: Services, now: int) -> int:
    """How long (ms) each job is locked. Raises Problem."""
    lock = duration_ms("lockDuration", body.lockDuration, now, desk.zone, LONGEST_LOCK_MS)
    if not lock:
        raise bad_parameter("lockDuration", "it must be longer than nothing.")
    return lock


@post(
    f"{BASE}/runtime/jobs/activate",
    status_code=200,
    operation=Operation("Fetch and lock jobs", allow.JOB_WORK, JobRecs, ActivateBody, tag="jobs"),
)
async def activate(request: Call) -> Response[bytes]:
    body = await body_of(request, ActivateBody)
    desk = services(request)
    now = desk.runtime.clock.now()
    types, lock = _types(body), _lock(body, desk, now)
    jobs = await desk.runtime.activate_jobs(
        types,
        worker=body.worker or caller(request).user,
        max_jobs=body.maxJobs,
        lock_ms=lock,
        wait_ms=duration_ms("wait", body.wait, now, desk.zone, LONGEST_WAIT_MS),
    )
    return success(JobRecs([job_shape(job) for job in jobs], len(jobs)))


@post(
    STREAM,
    status_code=200,
    operation=Operation(
        "Have jobs sent", allow.JOB_WORK, None, StreamBody, tag="jobs", media="text/event-stream",
        errors=(codes.OVERLOADED,),
        description="Server-sent events for as long as the worker stays: each `job` has a job as its data, locked for "
        "the worker; a comment every 15 seconds tells that the server is there. It ends when the server stops, or when "
        "the token is worth nothing any more: ask again then.",
    ),
)  # fmt: skip
async def stream(request: Call) -> ServerSentEvent:
    body = await body_of(request, StreamBody)
    desk = services(request)
    types, lock = _types(body), _lock(body, desk, desk.runtime.clock.now())
    if desk.runtime.jobs.streams >= MOST_STREAMS:
        raise Problem(codes.OVERLOADED, 503, "Too many workers have jobs sent to them. Fetch them, or try again later.")
    sent = _sent(request, desk, types, body.worker or caller(request).user, body.maxJobs, lock)
    return ServerSentEvent(sent, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def _sent(
    request: Call, desk: Services, types: list[str], worker: str, most: int, lock: int
) -> AsyncIterator[ServerSentEventMessage]:  # fmt: skip
    """However many come: who may not work any longer gets nothing more than a BEAT later."""
    now = asyncio.get_running_loop().time
    with desk.runtime.jobs.stream(types, worker, most, lock) as stream:
        yield ServerSentEventMessage(data=None, comment="open")
        look = now() + BEAT
        while not stream.over:
            try:
                jobs = await stream.next(max(0.0, look - now()))
            except (Problem, StoreProblem):  # the database is away: the worker asks again
                return
            for job in jobs:
                yield ServerSentEventMessage(event="job", data=msgspec.json.encode(job_shape(job)).decode())
            if now() >= look:
                if not await _may_work(request, desk):
                    return
                look = now() + BEAT
                yield ServerSentEventMessage(data=None, comment="still here")


async def _may_work(request: Call, desk: Services) -> bool:
    who = await desk.access.caller_of(bearer(request), address(request))
    if who is None or not may(who, allow.JOB_WORK):
        return False
    look_as(sight(who))
    return True


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


HANDLERS: Final = (activate, stream, report)
