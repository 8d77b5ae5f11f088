"""The loop of a program that does the jobs of service tasks."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from andante.client.async_client import AsyncClient
    from andante.client.shapes import Job
    from andante.client.sync_client import Client

Result = Mapping[str, Any] | None
Handler = Callable[["Job"], Result]
AsyncHandler = Callable[["Job"], Awaitable[Result]]


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
    the job, which is tried again while it has retries. A job whose lock runs out meanwhile goes to another worker, so a
    handler must finish within `lock` (ISO 8601), or be safe to run twice.
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
        """From another thread or a signal handler: `run` returns after the jobs in hand."""
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
            try:
                result = self._handlers[job.type](job)
            except JobError as error:
                self._client.throw_error(job.id, error.code, error.message)
            except Exception:
                self._client.fail_job(job.id, traceback.format_exc(limit=-3), backoff=self._backoff)
            else:
                self._client.complete_job(job.id, result)
        return len(jobs)


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
        await asyncio.gather(*(self._do(job) for job in page.items))
        return len(page.items)

    async def _do(self, job: Job) -> None:
        try:
            result = await self._handlers[job.type](job)
        except JobError as error:
            await self._client.throw_error(job.id, error.code, error.message)
        except Exception:
            await self._client.fail_job(job.id, traceback.format_exc(limit=-3), backoff=self._backoff)
        else:
            await self._client.complete_job(job.id, result)
