"""The worker for connectors: takes their jobs after the commit that made them, carries them out, reports what came."""

import asyncio
import secrets
from typing import Any, Final, final

import httpx
import structlog

from andante.connectors.http import AGAIN, CAMUNDA_7, TYPES, Wrong, brought, call_of
from andante.notify.faults import Undeliverable
from andante.notify.outbound import Answer, asked_ms, call
from andante.runtime import HouseWorker, JobView, Problem, Runtime

LOCK_MS: Final = 180_000
AT_ONCE: Final = 16
MOST: Final = 4 * 1024 * 1024  # bytes of an answer
FIRST_PAUSE_MS: Final = 10_000
LONGEST_PAUSE_MS: Final = 3_600_000
WHO: Final = "connectors"
log: Final = structlog.get_logger("andante.connectors")


@final
class Connectors:
    """`async with Connectors(runtime, private=False):` serves these tasks meanwhile. `private`: whether addresses that
    are not of the open internet may be called."""

    def __init__(self, runtime: Runtime, *, private: bool) -> None:
        self._runtime = runtime
        self._private = private
        self._name = f"{WHO}-{secrets.token_hex(4)}"  # each server is a worker of its own
        self._worker = HouseWorker(
            runtime, self._name, list(TYPES), self._carry_out, at_once=AT_ONCE, lock_ms=LOCK_MS
        )  # fmt: skip

    async def __aenter__(self) -> "Connectors":
        self._worker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._worker.stop()

    async def _carry_out(self, job: JobView) -> None:
        try:
            asked = call_of(job.type, job.own, job.id)
            async with asyncio.timeout(asked.seconds * 2):
                answer = await call(
                    asked.method, asked.parts, asked.headers, asked.body, private=self._private,
                    seconds=asked.seconds, most=MOST,
                )  # fmt: skip
            if job.type != CAMUNDA_7 and answer.status >= 400:
                await self._refused(job, answer)
                return
            variables, local = brought(job.type, answer, job.headers, self._runtime.clock.now())
        except (Wrong, Undeliverable) as fault:
            await self._fail(job, str(fault), retries=0)  # it would fail again in the same way
        except (OSError, httpx.HTTPError, TimeoutError) as fault:
            await self._fail(job, f"{job.own.get('url')}: {fault or type(fault).__name__}")
        else:
            await self._complete(job, variables, local)

    async def _refused(self, job: JobView, answer: Answer) -> None:
        again = answer.status >= 500 or answer.status in AGAIN
        wait = asked_ms(answer.headers.get("retry-after", ""))
        text = f"{job.own.get('url')} answered {answer.status}"
        details = answer.body[:2_000].decode(errors="replace")
        await self._fail(job, text, retries=None if again else 0, wait_ms=wait, details=details)

    async def _complete(self, job: JobView, variables: dict[str, object], local: dict[str, object]) -> None:
        try:
            await self._runtime.jobs.held.complete(job.id, self._name, variables, local, who=WHO)
        except Problem as problem:
            if problem.status >= 500:
                raise
            if problem.status == 400:  # the values do not fit the model
                await self._fail(job, problem.message, retries=0)
            else:
                log.info("a connector's job was gone", job=job.id, problem=problem.message)

    async def _fail(
        self, job: JobView, message: str, *, retries: int | None = None, wait_ms: int = 0, details: str = ""
    ) -> None:
        left = max(0, job.retries - 1) if retries is None else retries
        said: dict[str, Any] = {"message": message, "details": details, "variables": {}, "local": {}}
        try:
            await self._runtime.jobs.held.fail(
                job.id, self._name, retries=left, backoff_ms=wait_ms or await self._pause(job, left), who=WHO, **said
            )
        except Problem as problem:
            if problem.status >= 500:
                raise
            log.info("a connector's job was gone", job=job.id, problem=problem.message)

    async def _pause(self, job: JobView, left: int) -> int:
        """0 where the model says how long, else longer with each try."""
        if job.record is not None:
            graph = await self._runtime.graph(job.record.definition_id)
            if getattr(graph.nodes[graph.by_id[job.element]].work, "backoff_ms", 0):
                return 0
        return min(FIRST_PAUSE_MS * int(4 ** max(0, 3 - left)), LONGEST_PAUSE_MS)
