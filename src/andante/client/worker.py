"""The loop of a program that does the jobs of service tasks."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, final

from andante.client import calls
from andante.client.errors import Refused

if TYPE_CHECKING:
    from andante.client.async_client import AsyncClient
    from andante.client.calls import Call
    from andante.client.shapes import Job
    from andante.client.sync_client import Client

Result = Mapping[str, Any] | None
Handler = Callable[["Job"], Result]
AsyncHandler = Callable[["Job"], Awaitable[Result]]

log: Final = logging.getLogger("andante.worker")
# What is wrong with a result, not with the caller or the server: 400, 409, 413, 422.
FAULTY_RESULT: Final = (400, 409, 413, 422)


class JobError(Exception):
    """Raised by a handler: a BPMN error, which the model catches by `code`."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


@final
class Worker:
    """Fetches jobs of some types and hands each to its handler, one after the other.

    What a handler returns goes into the instance's variables; JobError becomes a BPMN error; any other exception fails
    the job, and so does a result that the server does not take. A failed job is tried again while it has retries. A job
    whose lock runs out meanwhile goes to another worker, so a handler must finish within `lock` (ISO 8601), or be safe
    to run twice. The result of a job that is gone, because its instance ended or another worker did it, is dropped.
    """

    def __init__(
        self,
        client: Client,
        handlers: Mapping[str, Handler],
        *,
        name: str = "worker",
        lock: str = "PT30S",
        wait: str = "PT20S",
        max_jobs: int = 1,
        backoff: str = "PT5S",
    ) -> None:
        self._client = client
        self._handlers = dict(handlers)
        self._name = name
        self._lock = lock
        self._wait = wait
        self._max_jobs = max_jobs
        self._backoff = backoff
        self._stopped = threading.Event()

    def stop(self) -> None:
        """From another thread or a signal handler: `run` returns after the jobs in hand, or when `wait` is over."""
        self._stopped.set()

    def run(self) -> None:
        """Until `stop`. Raises what the client raises when the server is gone for longer than its attempts."""
        while not self._stopped.is_set():
            self.run_once()

    def run_once(self) -> int:
        """Fetch once and do what came; how many jobs it was."""
        jobs = self._client.activate_jobs(
            list(self._handlers), worker=self._name, max_jobs=self._max_jobs, lock=self._lock, wait=self._wait
        ).items
        for job in jobs:
            self._do(job)
        return len(jobs)

    def _do(self, job: Job) -> None:
        try:
            report = calls.complete_job(job.id, self._handlers[job.type](job))
        except Exception as fault:
            report = _report_of(job, fault, self._backoff)
        try:
            self._client.send(report)
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
        handlers: Mapping[str, AsyncHandler],
        *,
        name: str = "worker",
        lock: str = "PT30S",
        wait: str = "PT20S",
        max_jobs: int = 8,
        backoff: str = "PT5S",
    ) -> None:
        self._client = client
        self._handlers = dict(handlers)
        self._name = name
        self._lock = lock
        self._wait = wait
        self._max_jobs = max_jobs
        self._backoff = backoff

    async def run(self) -> None:
        """Until the task is cancelled."""
        while True:
            await self.run_once()

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

    async def _do(self, job: Job) -> None:
        try:
            report = calls.complete_job(job.id, await self._handlers[job.type](job))
        except Exception as fault:
            report = _report_of(job, fault, self._backoff)
        try:
            await self._client.send(report)
        except Refused as refused:
            again = _second_report(job, refused, self._backoff)
            if again is not None:
                await self._client.send(again)


def _report_of(job: Job, fault: Exception, backoff: str) -> Call[Job]:
    """What to tell the server of a handler that raised this."""
    if isinstance(fault, JobError):
        return calls.throw_error(job.id, fault.code, fault.message)
    told = "".join(traceback.format_exception(fault, limit=-3))
    return calls.fail_job(job.id, told, backoff=backoff)


def _second_report(job: Job, refused: Refused, backoff: str) -> Call[Job] | None:
    """What to tell after a report was refused; None: nothing. Raises it again where the worker cannot go on."""
    if refused.status == 404:
        log.warning("The result of job %s is dropped: %s", job.id, refused)
        return None
    if refused.status not in FAULTY_RESULT:
        raise refused
    return calls.fail_job(job.id, f"The result was refused: {refused}", backoff=backoff)
