"""A worker of the server's own: it takes jobs of some types after the commits that made them, and reports on them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, final

import structlog

from andante.runtime.job_records import JobView
from andante.runtime.logs import about
from andante.runtime.runtime import Runtime
from andante.runtime.tracing import working

WAIT_MS: Final = 30_000
PAUSE: Final = 1.0  # seconds, after the database refused
log: Final = structlog.get_logger("andante.runtime")


@final
class HouseWorker:
    """`start` and `stop` it. `carry_out` is called for each job, `at_once` of them together; it reports how it went,
    and raises only what has nothing to do with the job."""

    def __init__(
        self, runtime: Runtime, name: str, types: Sequence[str], carry_out: Callable[[JobView], Awaitable[None]],
        *, at_once: int, lock_ms: int,
    ) -> None:  # fmt: skip
        self._runtime = runtime
        self._name = name
        self.types = list(types)
        self._carry_out = carry_out
        self._at_once = at_once
        self._lock_ms = lock_ms
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._serve(), name=self._name)

    async def stop(self, patience: float = 0) -> None:
        """The jobs in hand get `patience` seconds, if nobody waits for jobs any longer (`Runtime.end_waiting`)."""
        if self._task is not None:
            if patience:
                await asyncio.wait([self._task], timeout=patience)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def once(self, wait_ms: int = 0) -> int:
        """Take what jobs there are, waiting so long for the first, and carry them out; how many it were."""
        jobs = await self._runtime.activate_jobs(
            self.types, worker=self._name, max_jobs=self._at_once, lock_ms=self._lock_ms, wait_ms=wait_ms
        )
        await asyncio.gather(*(self._one(job) for job in jobs))
        return len(jobs)

    async def _one(self, job: JobView) -> None:
        about(job=job.id, instance=job.instance_id, definition=job.record.definition if job.record is not None else "")
        with working(f"job {job.type}", job.instance_id, job=job.id, worker=self._name):
            await self._carry_out(job)

    async def _serve(self) -> None:
        while not self._runtime.ending:
            try:
                await self.once(WAIT_MS)
            except Exception as fault:  # it must go on serving, whatever one round met
                log.error("jobs could not be carried out", worker=self._name, exc_info=fault)
                await asyncio.sleep(PAUSE)
