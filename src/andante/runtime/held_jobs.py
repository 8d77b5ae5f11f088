"""Jobs and the workers that hold them: a report is taken only from the worker that had the last lock (Camunda 7's
external tasks). The lock is in the jobs' table, so it holds for all servers of a database."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, final

import msgspec

from andante.codec import decode_entry
from andante.engine import events as ev
from andante.engine.commands import ChangeJob, Command, CompleteJob, FailJob, ThrowError
from andante.engine.scoping import visible
from andante.runtime import job_records as rows
from andante.runtime.bundle import changed
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.job_records import JobQuery, JobRecord
from andante.runtime.problem import JOB_HELD, JOB_NOT_FOUND, Problem
from andante.runtime.sight import sees
from andante.runtime.views import load
from andante.store.store import SharedStore, Store

JOURNAL_PAGE: Final = 50
Values = dict[str, object]


class JobStory(msgspec.Struct):
    """When a job was made (ms; 0: not known), and what the last worker that failed it said."""

    created_at: int = 0
    message: str = ""
    details: str = ""


def job_key(job_id: str) -> tuple[str, int]:
    """Instance id and key. Raises Problem for an id that is none."""
    instance_id, _, key = job_id.rpartition("-")
    if not instance_id or not key.isdecimal() or len(key) > 15:
        raise Problem(JOB_NOT_FOUND, 404, f"There is no job '{job_id}'.")
    return instance_id, int(key)


@final
class HeldJobs:
    """All methods raise Problem: 404 for a job that is not open, 409 for one that this worker does not hold."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, handing_out: asyncio.Lock, announce: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._handing_out = handing_out
        self._announce = announce

    async def one(self, job_id: str) -> JobRecord:
        record = await rows.one(self._store, *job_key(job_id))
        if record is None or not sees(record.definition):
            raise Problem(JOB_NOT_FOUND, 404, f"There is no open job '{job_id}'. It may be done already.")
        return record

    async def many(self, query: JobQuery) -> list[JobRecord]:
        query.now = self._clock.now()
        return await rows.many(self._store, query)

    async def count(self, query: JobQuery) -> int:
        query.now = self._clock.now()
        return await rows.count(self._store, query)

    async def stories(self, jobs: Sequence[JobRecord]) -> dict[str, JobStory]:
        """What the journals tell of these jobs, by id."""
        found: dict[str, JobStory] = {}
        for instance_id in dict.fromkeys(job.instance_id for job in jobs):
            left = {job.key for job in jobs if job.instance_id == instance_id}
            found.update((f"{instance_id}-{key}", JobStory()) for key in left)
            failed: set[int] = set()
            before = 2**62
            while left:
                journal = await self._store.get_all(
                    "select seq, at, data from journal where instance_id=? and seq<? order by seq desc limit ?",
                    (instance_id, before, JOURNAL_PAGE),
                )
                for _, at, data in journal:
                    for fact in reversed(decode_entry(bytes(data))[1]):
                        if isinstance(fact, ev.JobFailed) and fact.job in left and fact.job not in failed:
                            failed.add(fact.job)
                            story = found[f"{instance_id}-{fact.job}"]
                            story.message, story.details = fact.message, fact.details
                        elif isinstance(fact, ev.JobCreated) and fact.job in left:
                            left.discard(fact.job)
                            found[f"{instance_id}-{fact.job}"].created_at = at
                if len(journal) < JOURNAL_PAGE:
                    break
                before = journal[-1][0]
        return found

    async def variables(self, job: JobRecord) -> Values:
        """All that the job sees."""
        _, instance = await load(self._store, job.instance_id)
        found = instance.jobs.get(job.key)
        return dict(visible(instance, None if found is None else instance.tokens[found.token]))

    async def complete(self, job_id: str, worker: str, variables: Values, local: Values, *, who: str) -> None:
        """`variables` go where their names are known, else to the instance; `local` ones are for output mappings."""
        job = await self._of(job_id, worker, "complete")
        await self._submit(job, CompleteJob(job.key, variables, local, True), who)

    async def fail(
        self, job_id: str, worker: str, *, retries: int, message: str, details: str, backoff_ms: int,
        variables: Values, local: Values, who: str,
    ) -> None:  # fmt: skip
        job = await self._of(job_id, worker, "fail")
        command = FailJob(job.key, retries, message, backoff_ms, details, variables or None, local or None)
        await self._submit(job, command, who)

    async def throw(self, job_id: str, worker: str, code: str, message: str, variables: Values, *, who: str) -> None:
        """A BPMN error."""
        job = await self._of(job_id, worker, "throw an error at")
        await self._submit(job, ThrowError(job.key, code, message, variables), who)

    async def extend(self, job_id: str, worker: str, lock_ms: int) -> None:
        """From now on for `lock_ms`. A lock that has run out cannot be extended."""
        async with self._handing_out:
            await self._of(job_id, worker, "extend the lock of")
            now = self._clock.now()
            if not await self._set(job_id, worker, now + lock_ms, "worker=? and locked_until>?", worker, now):
                raise _not_yours(f"The lock of worker '{worker}' on job '{job_id}' has run out. Fetch the job again.")

    async def take(self, job_id: str, worker: str, lock_ms: int) -> None:
        """Lock this one."""
        async with self._handing_out:
            job = await self.one(job_id)
            now = self._clock.now()
            if not await self._set(job_id, worker, now + lock_ms, "(worker=? or locked_until<=?)", worker, now):
                raise _not_yours(f"The job '{job_id}' is locked by worker '{job.worker}'. Wait for its lock to end.")

    async def release(self, job_id: str) -> None:
        """Nobody has it any longer."""
        async with self._handing_out:
            await self.one(job_id)
            await self._set(job_id, "", 0, "1=1")
        self._announce()

    async def change(self, job_id: str, *, retries: int = -1, priority: int | None = None, who: str) -> None:
        """Other tries (-1: as before), another priority."""
        job = await self.one(job_id)
        await self._submit(job, ChangeJob(job.key, retries, priority), who)
        if retries > 0:
            self._announce()

    async def _of(self, job_id: str, worker: str, what: str) -> JobRecord:
        job = await self.one(job_id)
        if job.worker != worker:
            holder = f"it is locked by worker '{job.worker}'" if job.worker else "it is not locked"
            raise _not_yours(f"Worker '{worker}' cannot {what} the job '{job_id}': {holder}.")
        return job

    async def _submit(self, job: JobRecord, command: Command, who: str) -> None:
        await self._executor.submit(job.instance_id, command, who, changed)

    async def _set(self, job_id: str, worker: str, until: int, condition: str, *values: object) -> bool:
        """Change the lock where the condition holds; whether it did."""
        instance_id, key = job_key(job_id)
        where = f"where instance_id=? and key=? and {condition}"
        parameters = [worker, until, instance_id, key, *values]
        change = f"update job set worker=?, locked_until=? {where}"
        if isinstance(self._store, SharedStore):
            return bool(await self._store.change(f"{change} returning key", parameters))
        if await self._store.get(f"select 1 from job {where}", parameters[2:]) is None:
            return False
        await self._store.write([(change, parameters)])
        return True


def _not_yours(message: str) -> Problem:
    return Problem(JOB_HELD, 409, message)
