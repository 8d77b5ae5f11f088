"""The worker for script tasks in Python: takes their jobs, runs them in the sandbox, reports what they said."""

from typing import Final, final

import structlog

from andante.runtime import HouseWorker, JobView, Problem, Runtime
from andante.scripting.sandbox import Limits, Outcome, Sandbox, ScriptFault

JOB_TYPE: Final = "script:python"
WORKER: Final = "python"
LOCK_MS: Final = 60_000
log: Final = structlog.get_logger("andante.scripting")


@final
class PythonScripts:
    """`async with PythonScripts(runtime):` serves the script tasks of its instances meanwhile."""

    def __init__(self, runtime: Runtime, limits: Limits = Limits()) -> None:  # noqa: B008 - immutable
        self._runtime = runtime
        self._sandbox = Sandbox(limits)
        self.worker = HouseWorker(
            runtime, WORKER, [JOB_TYPE], self._carry_out, at_once=limits.at_once, lock_ms=LOCK_MS
        )  # fmt: skip

    async def __aenter__(self) -> "PythonScripts":
        self.worker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.stop()
        await self._sandbox.close()

    async def _carry_out(self, job: JobView) -> None:
        try:
            outcome = await self._sandbox.run(job.headers.get("script", ""), job.variables)
        except ScriptFault as fault:
            await self._report(job, "fail", message=str(fault), retries=0)  # it would fail again in the same way
            return
        if outcome.error is not None:
            code, message = outcome.error
            await self._report(job, "error", code=code, message=message)
        else:
            await self._report(job, "complete", variables=brought(outcome, job.headers.get("resultVariable", "")))

    async def _report(self, job: JobView, action: str, **said: object) -> None:
        try:
            await self._runtime.job_action(job.id, action, who=WORKER, **said)  # type: ignore[arg-type]
        except Problem as problem:
            if problem.status >= 500:
                raise
            if action == "complete":  # the values do not fit the model
                await self._report(job, "fail", message=problem.message, retries=0)
            else:
                log.info("a script's job was gone", job=job.id, problem=problem.message)


def brought(outcome: Outcome, result_variable: str) -> dict[str, object]:
    """The variables that a script sets: those it says, and its value: as `result_variable`, or, where there is none and
    the value is a dictionary, each of its entries."""
    if result_variable:
        return {**outcome.variables, result_variable: outcome.value}
    if isinstance(outcome.value, dict):
        return {**outcome.variables, **outcome.value}
    return outcome.variables
