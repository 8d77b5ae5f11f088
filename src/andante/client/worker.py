"""The loop of a program that does the jobs of service tasks."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Final, TypeVar, final

from andante.client import calls
from andante.client.errors import Refused, Unreachable
from andante.client.handling import COMPLETE, ERROR, Function, Handling, JobError, Outcome
from andante.client.tracing import of_job

if TYPE_CHECKING:
    from andante.client.async_client import AsyncClient
    from andante.client.calls import Call
    from andante.client.shapes import Job
    from andante.client.sync_client import Client

__all__ = ["AsyncWorker", "JobError", "Worker"]
F = TypeVar("F", bound=Function)

log: Final = logging.getLogger("andante.worker")
# What is wrong with a result, not with the caller or the server: 400, 409, 413, 422.
FAULTY_RESULT: Final = (400, 409, 413, 422)
TOO_MANY: Final = 429
GONE: Final = 500  # and more: of the server, or of what stands before one that starts anew
LONGEST_PAUSE_S: Final = 30.0
SOON_S: Final = 0.5  # after a server has ended what it sent


@final
class Worker:
    """Fetches jobs of some types and hands each to its handler, one after the other. Handlers are given by their types,
    or with the decorator `handles`; see Handling for what they take.

    What a handler returns goes into the instance's variables; JobError becomes a BPMN error; any other exception fails
    the job, and so does a result that the server does not take. A failed job is tried again while it has retries. A job
    whose lock runs out meanwhile goes to another worker, so a handler must finish within `lock` (ISO 8601), or be safe
    to run twice. The result of a job that is gone, because its instance ended or another worker did it, is dropped.
    With `stream` the server sends jobs as they come, instead of being asked each time.
    """

    def __init__(
        self,
        client: Client,
        handlers: Mapping[str, Function] | None = None,
        *,
        name: str = "worker",
        lock: str = "PT30S",
        wait: str = "PT20S",
        max_jobs: int = 1,
        backoff: str = "PT5S",
        stream: bool = False,
    ) -> None:
        self._client = client
        self._handlers = {kind: Handling(each) for kind, each in (handlers or {}).items()}
        self._name = name
        self._lock = lock
        self._wait = wait
        self._max_jobs = max_jobs
        self._backoff = backoff
        self._stream = stream
        self._stopped = threading.Event()

    def handles(self, type: str) -> Callable[[F], F]:
        """`@worker.handles("charge-card")` before a function makes it the handler of jobs of this type."""

        def take(function: F) -> F:
            self._handlers[type] = Handling(function)
            return function

        return take

    def stop(self) -> None:
        """From another thread or a signal handler: `run` returns after the jobs in hand, or when `wait` is over."""
        self._stopped.set()

    def run(self) -> None:
        """Until `stop`, also while the server is away: it is asked again, after half a minute at the longest. Raises
        Refused for what asking again does not help, as a wrong secret."""
        missed = 0
        while not self._stopped.is_set():
            try:
                self._run_sent() if self._stream else self.run_once()
                missed = 0
            except (Unreachable, Refused) as fault:
                self._stopped.wait(_pause(fault, missed))
                missed += 1

    def run_once(self) -> int:
        """Fetch once and do what came; how many jobs it was."""
        jobs = self._client.activate_jobs(
            list(self._handlers), worker=self._name, max_jobs=self._max_jobs, lock=self._lock, wait=self._wait
        ).items
        for job in jobs:
            self._do(job)
        return len(jobs)

    def _run_sent(self) -> None:
        """Until the server ends it: then it stops, and another may be there soon."""
        call = calls.stream_jobs(list(self._handlers), worker=self._name, max_jobs=self._max_jobs, lock=self._lock)
        with closing(self._client.lines(call, calls.sent_job)) as sent:
            for job in sent:
                if job is not None:
                    self._do(job)
                if self._stopped.is_set():
                    return
        self._stopped.wait(SOON_S)

    def _do(self, job: Job) -> None:
        try:
            with of_job(job.type, job.headers):
                self._client.send(_report(job, self._handlers[job.type].run(job), self._backoff))
        except Refused as refused:
            again = _second_report(job, refused, self._backoff)
            if again is not None:
                self._client.send(again)


@final
class AsyncWorker:
    """As Worker, with coroutines: up to `max_jobs` at the same time."""

    def __init__(
        self,
        client: AsyncClient,
        handlers: Mapping[str, Function] | None = None,
        *,
        name: str = "worker",
        lock: str = "PT30S",
        wait: str = "PT20S",
        max_jobs: int = 8,
        backoff: str = "PT5S",
        stream: bool = False,
    ) -> None:
        self._client = client
        self._handlers = {kind: Handling(each) for kind, each in (handlers or {}).items()}
        self._name = name
        self._lock = lock
        self._wait = wait
        self._max_jobs = max_jobs
        self._backoff = backoff
        self._stream = stream

    def handles(self, type: str) -> Callable[[F], F]:
        """`@worker.handles("charge-card")` before a function makes it the handler of jobs of this type."""

        def take(function: F) -> F:
            self._handlers[type] = Handling(function)
            return function

        return take

    async def run(self) -> None:
        """Until the task is cancelled, as Worker does."""
        missed = 0
        while True:
            try:
                await (self._run_sent() if self._stream else self.run_once())
                missed = 0
            except (Unreachable, Refused) as fault:
                await asyncio.sleep(_pause(fault, missed))
                missed += 1

    async def run_once(self) -> int:
        """Fetch once and do what came; how many jobs it was."""
        page = await self._client.activate_jobs(
            list(self._handlers), worker=self._name, max_jobs=self._max_jobs, lock=self._lock, wait=self._wait
        )
        done = await asyncio.gather(*(self._do(job) for job in page.items), return_exceptions=True)
        for fault in done:
            if fault is not None:
                raise fault
        return len(page.items)

    async def _run_sent(self) -> None:
        """Until the server ends it: then it stops, and another may be there soon. Each job is begun as it comes."""
        call = calls.stream_jobs(list(self._handlers), worker=self._name, max_jobs=self._max_jobs, lock=self._lock)
        doing: set[asyncio.Task[None]] = set()
        try:
            async with aclosing(self._client.lines(call, calls.sent_job)) as sent:
                async for job in sent:
                    if job is not None:
                        doing.add(asyncio.create_task(self._do(job)))
                    if any(each.done() and each.exception() for each in doing):
                        break
                    doing = {each for each in doing if not each.done()}
        finally:  # what is in hand is done to the end, however the stream ends
            done = await asyncio.gather(*doing, return_exceptions=True)
        for fault in done:
            if fault is not None:
                raise fault
        await asyncio.sleep(SOON_S)

    async def _do(self, job: Job) -> None:
        try:
            with of_job(job.type, job.headers):
                await self._client.send(_report(job, await self._handlers[job.type].arun(job), self._backoff))
        except Refused as refused:
            again = _second_report(job, refused, self._backoff)
            if again is not None:
                await self._client.send(again)


def _pause(fault: Unreachable | Refused, missed: int) -> float:
    """Seconds until the server is asked again. Raises the fault if that is of no use."""
    if isinstance(fault, Refused) and fault.status != TOO_MANY and fault.status < GONE:
        raise fault
    log.warning("%s It is tried again.", fault)
    return min(LONGEST_PAUSE_S, 2.0**missed)


def _report(job: Job, outcome: Outcome, backoff: str) -> Call[Job]:
    """What to tell the server of it."""
    if outcome.action == COMPLETE:
        return calls.complete_job(job.id, outcome.variables)
    if outcome.action == ERROR:
        return calls.throw_error(job.id, outcome.code, outcome.message)
    return calls.fail_job(job.id, outcome.message, retries=outcome.retries, backoff=backoff)


def _second_report(job: Job, refused: Refused, backoff: str) -> Call[Job] | None:
    """What to tell after a report was refused; None: nothing. Raises it again where the worker cannot go on."""
    if refused.status == 404:
        log.warning("The result of job %s is dropped: %s", job.id, refused)
        return None
    if refused.status not in FAULTY_RESULT:
        raise refused
    return calls.fail_job(job.id, f"The result was refused: {refused}", backoff=backoff)
