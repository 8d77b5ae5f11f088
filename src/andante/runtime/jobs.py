"""Jobs: work that workers fetch, do and report. A job is handed to one worker at a time, for a lock's duration."""

import asyncio
from typing import Final, final

import msgspec

from andante.codec import decode_state
from andante.engine.commands import Command, CompleteJob, FailJob, ThrowError
from andante.engine.views import job_headers, job_variables
from andante.runtime.bundle import changed
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.problem import JOB_NOT_FOUND, PARAMETER, Problem
from andante.runtime.sight import sees, sight
from andante.store.store import Row, SharedStore, Store

MOST: Final = 500
LONGEST_WAIT: Final = 60_000


class JobView(msgspec.Struct, frozen=True):
    """A job as its worker sees it; times in ms."""

    id: str
    type: str
    instance_id: str
    element: str
    variables: dict[str, object]
    headers: dict[str, str]
    retries: int
    locked_until: int


def job_key(job_id: str) -> tuple[str, int]:
    """Instance id and key. Raises Problem for an id that is none."""
    instance_id, _, key = job_id.rpartition("-")
    if not instance_id or not key.isdigit() or len(key) > 15:
        raise Problem(JOB_NOT_FOUND, 404, f"There is no job '{job_id}'.")
    return instance_id, int(key)


@final
class Jobs:
    """Hands out jobs and takes results."""

    def __init__(self, store: Store, clock: Clock, executor: Executor, definitions: Definitions) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._definitions = definitions
        self._handing_out = asyncio.Lock()
        self._news = asyncio.Event()
        self.waiting_ends = False

    def announce(self) -> None:
        """There may be a new job: wake those who wait for one."""
        self._news.set()

    def end_waiting(self) -> None:
        """The server stops: who waits for a job goes without, now and from now on."""
        self.waiting_ends = True
        self._news.set()

    async def activate(self, types: list[str], worker: str, max_jobs: int, lock_ms: int, wait_ms: int) -> list[JobView]:
        """Up to `max_jobs` jobs of these types, locked for `lock_ms`; waits up to `wait_ms` for the first."""
        deadline = asyncio.get_running_loop().time() + min(wait_ms, LONGEST_WAIT) / 1000
        while True:
            news = self._news
            found = await self._lock(types, worker, max(1, min(max_jobs, MOST)), lock_ms)
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0 or self.waiting_ends:
                return found
            if news.is_set():
                self._news = asyncio.Event()
                continue
            try:
                async with asyncio.timeout(min(left, 1.0)):  # a retry may fall due without news
                    await news.wait()
            except TimeoutError:
                continue

    async def _lock(self, types: list[str], worker: str, max_jobs: int, lock_ms: int) -> list[JobView]:
        marks = ",".join("?" * len(types))
        only, names = sight().view.sql("i.name")
        only = f" and {only}" if only else ""
        async with self._handing_out:
            now = self._clock.now()
            if isinstance(self._store, SharedStore):
                rows = await self._lock_among_others(self._store, types, worker, max_jobs, now, lock_ms, only, names)
                return await self._views(rows, now + lock_ms)
            rows = await self._store.read(
                "select j.instance_id, j.key, j.type, j.element, j.retries, i.data, i.definition_id from job j"
                " join instance i on i.id=j.instance_id"
                f" where j.type in ({marks}) and j.retries>0 and j.available_at<=? and j.locked_until<=?"
                f" and i.suspended=0{only} order by j.priority desc, j.available_at, j.instance_id, j.key limit ?",
                [*types, now, now, *names, max_jobs],
            )
            if rows:
                await self._store.write([
                    ("update job set worker=?, locked_until=? where instance_id=? and key=?",
                     [worker, now + lock_ms, row[0], row[1]])
                    for row in rows
                ])  # fmt: skip
        return await self._views(rows, now + lock_ms)

    async def _lock_among_others(
        self, store: SharedStore, types: list[str], worker: str, max_jobs: int, now: int, lock_ms: int, only: str,
        names: list[object],
    ) -> list[Row]:  # fmt: skip
        """In one statement: other servers hand out jobs at the same time."""
        marks = ",".join("?" * len(types))
        return await store.change(
            "with free as (select j.instance_id, j.key from job j join instance i on i.id=j.instance_id"
            f" where j.type in ({marks}) and j.retries>0 and j.available_at<=? and j.locked_until<=? and i.suspended=0"
            f"{only} order by j.priority desc, j.available_at, j.instance_id, j.key limit ?"
            f" {store.unlocked.format('j')})"
            " update job set worker=?, locked_until=? from free"
            " where job.instance_id=free.instance_id and job.key=free.key"
            " returning job.instance_id, job.key, job.type, job.element, job.retries,"
            " (select data from instance where id=job.instance_id),"
            " (select definition_id from instance where id=job.instance_id)",
            [*types, now, now, *names, max_jobs, worker, now + lock_ms],
        )

    async def _views(self, rows: list[Row], until: int) -> list[JobView]:
        found = []
        for instance_id, key, kind, element, retries, data, definition_id in rows:
            graph = await self._definitions.graph(definition_id)
            instance = decode_state(bytes(data))
            job = instance.jobs.get(key)
            if job is None:
                continue
            found.append(
                JobView(
                    f"{instance_id}-{key}", kind, instance_id, element, job_variables(graph, instance, job),
                    job_headers(graph, job), retries, until,
                )
            )  # fmt: skip
        return found

    async def act(
        self, job_id: str, action: str, who: str, variables: dict[str, object] | None, retries: int | None,
        backoff_ms: int, message: str, code: str, lock_ms: int,
    ) -> JobView:  # fmt: skip
        """complete, fail, error or extend; the job as it was. Raises Problem: 404 for a job that is not open."""
        instance_id, key = job_key(job_id)
        row = await self._store.get(
            "select j.type, j.element, j.retries, j.locked_until, i.name from job j join instance i"
            " on i.id=j.instance_id where j.instance_id=? and j.key=?",
            (instance_id, key),
        )
        if row is None or not sees(row[4]):
            raise Problem(JOB_NOT_FOUND, 404, f"There is no open job '{job_id}'. It may be done already.")
        view = JobView(job_id, row[0], instance_id, row[1], variables or {}, {}, row[2], row[3])
        command: Command
        if action == "complete":
            command = CompleteJob(key, variables)
        elif action == "fail":
            left = max(0, row[2] - 1) if retries is None else retries
            command = FailJob(key, left, message, backoff_ms)
            view = msgspec.structs.replace(view, retries=left, locked_until=0)
        elif action == "error":
            command = ThrowError(key, code, message, variables)
        elif action == "extend":
            until = self._clock.now() + lock_ms
            await self._store.write(
                [("update job set locked_until=? where instance_id=? and key=?", [until, instance_id, key])]
            )
            return msgspec.structs.replace(view, locked_until=until)
        else:
            raise Problem(PARAMETER, 400, f"action: '{action}' is none of complete, fail, error, extend.")
        await self._executor.submit(instance_id, command, who, changed)
        return view
