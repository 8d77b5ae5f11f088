"""Handlers of jobs in this process: found by the type of the job, called after the commit that made it."""

import secrets
from collections.abc import Callable
from typing import Any, Final, TypeVar, final

import structlog

from andante.client.handling import ERROR, FAIL, Function, Handling, Outcome
from andante.client.shapes import Job
from andante.runtime import HouseWorker, JobView, Problem, Runtime
from andante.timing.duration import parse_duration, shift
from andante.timing.instants import iso

F = TypeVar("F", bound=Function)
FAULTY_RESULT: Final = (400, 409, 413, 422)  # the result's fault, not the database's
log: Final = structlog.get_logger("andante.embedded")


@final
class Handler:
    """A function and how it is called: `lock` and `backoff` are ISO 8601, `max_jobs` are carried out at a time."""

    def __init__(self, type: str, function: Function, lock: str, backoff: str, max_jobs: int) -> None:
        self.type = type
        self.handling = Handling(function)
        self.lock_ms = _length(lock)
        self.backoff_ms = _length(backoff)
        self.max_jobs = max_jobs


@final
class Handlers:
    """All of an engine. Those that are added while it is open begin at once."""

    def __init__(self) -> None:
        self.known: dict[str, Handler] = {}
        self.added: Callable[[Handler], None] | None = None

    def decorator(self, type: str, lock: str, backoff: str, max_jobs: int) -> Callable[[F], F]:
        """Raises ValueError for a type that has a handler, TimingError for what is no duration."""

        def take(function: F) -> F:
            if type in self.known:
                raise ValueError(f"There is a handler for jobs of the type '{type}' already.")
            handler = Handler(type, function, lock, backoff, max_jobs)
            self.known[type] = handler
            if self.added is not None:
                self.added(handler)
            return function

        return take


def house_worker(runtime: Runtime, handler: Handler) -> HouseWorker:
    """What hands a runtime's jobs to the handler."""
    name = f"embedded-{secrets.token_hex(4)}"

    async def carry_out(job: JobView) -> None:
        seen = Job(
            id=job.id, type=job.type, instance_id=job.instance_id, element=job.element, variables=job.variables,
            headers=job.headers, retries=job.retries, locked_until=iso(job.locked_until),
        )  # fmt: skip
        outcome = await handler.handling.arun(seen)
        try:
            await _report(runtime, job, outcome, handler.backoff_ms, name)
        except Problem as problem:
            if problem.status not in FAULTY_RESULT:
                _dropped(problem, job)
                return
            refused = Outcome(FAIL, message=f"The result was refused: {problem.message}")
            try:
                await _report(runtime, job, refused, handler.backoff_ms, name)
            except Problem as again:
                _dropped(again, job)

    return HouseWorker(runtime, name, [handler.type], carry_out, at_once=handler.max_jobs, lock_ms=handler.lock_ms)


async def _report(runtime: Runtime, job: JobView, outcome: Outcome, backoff_ms: int, who: str) -> None:
    more: dict[str, Any] = {"variables": outcome.variables or None}
    if outcome.action == ERROR:
        more = {"code": outcome.code, "message": outcome.message}
    elif outcome.action == FAIL:
        more = {"message": outcome.message, "retries": outcome.retries, "backoff_ms": backoff_ms}
    await runtime.job_action(job.id, outcome.action, who=who, **more)


def _dropped(problem: Problem, job: JobView) -> None:
    if problem.status >= 500:
        raise problem
    log.info("the result of a job is dropped", job=job.id, why=problem.message)


def _length(text: str) -> int:
    return shift(0, parse_duration(text), "UTC")
