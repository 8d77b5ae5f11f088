"""Jobs: work that workers fetch, do and report. A job is handed to one worker at a time, for a lock's duration."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, final

import msgspec

from andante.codec import decode_state
from andante.engine.commands import Command, CompleteJob, FailJob, ThrowError
from andante.engine.state import Instance
from andante.engine.views import job_headers, job_own, job_variables
from andante.runtime import job_records as rows
from andante.runtime.bundle import changed
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.held_jobs import HeldJobs, job_key
from andante.runtime.job_records import JobQuery, JobView, Topic
from andante.runtime.job_stream import JobStream
from andante.runtime.problem import JOB_NOT_FOUND, PARAMETER, Problem
from andante.runtime.sight import sees
from andante.runtime.tracing import with_trace
from andante.store.store import Row, SharedStore, Store

MOST: Final = 500
LONGEST_WAIT: Final = 60_000
CANDIDATES: Final = f"select {','.join(rows.COLUMNS)}, i.data {rows.FROM}"
# The same of a row that is just changed; it may name no other table.
OF_JOB: Final = ",".join(
    name.replace("j.", "job.", 1)
    if name.startswith("j.")
    else f"(select {name} from instance i where i.id=job.instance_id)"
    for name in (*rows.COLUMNS, "i.data")
)
FREE: Final = "j.retries>0 and j.available_at<=? and j.locked_until<=? and i.suspended=0"
BY_PRIORITY: Final = "j.priority desc, j.available_at, j.instance_id, j.key"
OLDEST: Final = "j.instance_id, j.key"
NEWEST: Final = "j.instance_id desc, j.key desc"
PAGE: Final = 200  # candidates looked into at a time where their variables decide


@final
class Jobs:
    """Hands out jobs and takes results. `held`: the same for workers who say who they are with each report."""

    def __init__(self, store: Store, clock: Clock, executor: Executor, definitions: Definitions) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._definitions = definitions
        self._handing_out = asyncio.Lock()
        self._news = asyncio.Event()
        self.waiting_ends = False
        self._streams: set[JobStream] = set()
        self.held = HeldJobs(store, clock, executor, self._handing_out, self.announce)

    def announce(self) -> None:
        """There may be a new job: wake those who wait for one."""
        self._news.set()
        for stream in self._streams:
            stream.wake()

    def end_waiting(self) -> None:
        """The server stops: who waits for a job goes without, now and from now on."""
        self.waiting_ends = True
        self._news.set()
        for stream in self._streams:
            stream.end()

    async def next_at(self, types: Sequence[str]) -> int:
        """When the next free job of these types, of an instance that is not suspended, can be had (ms); 0: none can."""
        places = ",".join("?" for _ in types)
        row = await self._store.get(
            "select min(case when j.available_at>j.locked_until then j.available_at else j.locked_until end)"
            f" from job j join instance i on i.id=j.instance_id where j.type in ({places}) and j.retries>0"
            " and i.suspended=0",
            list(types),
        )
        return int(row[0]) if types and row is not None and row[0] else 0

    async def activate(self, types: list[str], worker: str, max_jobs: int, lock_ms: int, wait_ms: int) -> list[JobView]:
        """Up to `max_jobs` jobs of these types, locked for `lock_ms`; waits up to `wait_ms` for the first."""
        return await self.lock([Topic(each, lock_ms) for each in types], worker, max_jobs, wait_ms)

    @contextmanager
    def stream(self, types: Sequence[str], worker: str, most: int, lock_ms: int) -> Iterator[JobStream]:
        """Jobs of these types as they come, for a worker that holds at most `most` of them at a time, each locked for
        `lock_ms`."""
        topics = [Topic(each, lock_ms) for each in types]

        async def take(room: int) -> list[JobView]:
            return await self.lock(topics, worker, room, 0)

        async def held(ids: list[str]) -> set[str]:
            return {each.id for each in await self.held.many(JobQuery(ids=ids, worker=worker, locked=True))}

        stream = JobStream(take, held, most)
        if self.waiting_ends:
            stream.end()
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    @property
    def streams(self) -> int:
        """How many workers have jobs sent to them."""
        return len(self._streams)

    async def lock(
        self, topics: Sequence[Topic], worker: str, max_jobs: int, wait_ms: int, order: str = BY_PRIORITY
    ) -> list[JobView]:
        """Up to `max_jobs` jobs that a topic wants, locked as it says; waits up to `wait_ms` for the first."""
        deadline = asyncio.get_running_loop().time() + min(wait_ms, LONGEST_WAIT) / 1000
        while True:
            news = self._news
            found = await self._lock(topics, worker, max(1, min(max_jobs, MOST)), order)
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

    async def _lock(self, topics: Sequence[Topic], worker: str, max_jobs: int, order: str) -> list[JobView]:
        if any(topic.variables for topic in topics):
            return await self._lock_looked_into(topics, worker, max_jobs, order)
        which, values = rows.wanted(topics)
        async with self._handing_out:
            now = self._clock.now()
            sql = f"{CANDIDATES} where {which} and {FREE} order by {order} limit ?"
            asked = [*values, now, now, max_jobs]
            if isinstance(self._store, SharedStore):
                found = await self._lock_among_others(self._store, sql, asked, topics, worker, now)
            else:
                found = await self._store.read(sql, asked)
                await self._mark(found, topics, worker, now)
        return [view for view, _ in await self._views(found, topics, worker, now)]

    async def _lock_among_others(
        self, store: SharedStore, sql: str, asked: list[object], topics: Sequence[Topic], worker: str, now: int
    ) -> list[Row]:
        """In one statement: other servers hand out jobs at the same time."""
        until, values = _until(topics, now)
        return await store.change(
            f"with free as ({sql} {store.unlocked.format('j')})"
            f" update job set worker=?, locked_until={until} from free"
            f" where job.instance_id=free.instance_id and job.key=free.key returning {OF_JOB}",
            [*asked, worker, *values],
        )

    async def _mark(self, found: Sequence[Row], topics: Sequence[Topic], worker: str, now: int) -> None:
        if found:
            await self._store.write([
                ("update job set worker=?, locked_until=? where instance_id=? and key=?",
                 [worker, now + _length(topics, row[2]), row[0], row[1]])
                for row in found
            ])  # fmt: skip

    async def _lock_looked_into(self, topics: Sequence[Topic], worker: str, max_jobs: int, order: str) -> list[JobView]:
        """The same where variables decide, which only the instances know: look first, then lock what is still free."""
        which, values = rows.wanted(topics)
        taken: list[JobView] = []
        skip = 0
        async with self._handing_out:
            now = self._clock.now()
            while len(taken) < max_jobs:
                page = await self._store.read(
                    f"{CANDIDATES} where {which} and {FREE} order by {order} limit ? offset ?",
                    [*values, now, now, PAGE, skip],
                )
                good = {
                    view.id: view
                    for view, instance in await self._views(page, topics, worker, now)
                    if any(_asks_for(topic, view, instance) for topic in topics)
                }
                chosen = [row for row in page if f"{row[0]}-{row[1]}" in good][: max_jobs - len(taken)]
                mine = await self._still_free(chosen, topics, worker, now)
                taken += [view for id, view in good.items() if id in mine]
                if len(page) < PAGE:
                    break
                skip += PAGE - len(mine)  # what is locked now is not found again
        return taken

    async def _still_free(self, chosen: Sequence[Row], topics: Sequence[Topic], worker: str, now: int) -> set[str]:
        if not isinstance(self._store, SharedStore):
            await self._mark(chosen, topics, worker, now)
            return {f"{row[0]}-{row[1]}" for row in chosen}
        if not chosen:
            return set()
        until, values = _until(topics, now)
        places = ",".join("(?,?)" for _ in chosen)
        locked = await self._store.change(
            f"update job set worker=?, locked_until={until} where (instance_id, key) in ({places})"
            " and locked_until<=? returning instance_id, key",
            [worker, *values, *(each for row in chosen for each in row[:2]), now],
        )
        return {f"{row[0]}-{row[1]}" for row in locked}

    async def _views(
        self, found: Sequence[Row], topics: Sequence[Topic], worker: str, now: int
    ) -> list[tuple[JobView, Instance]]:
        views = []
        for *row, data in found:
            record = rows.record(tuple(row))
            graph = await self._definitions.graph(record.definition_id)
            instance = decode_state(bytes(data))
            job = instance.jobs.get(record.key)
            if job is None:
                continue
            until = now + _length(topics, record.type)
            record = msgspec.structs.replace(record, worker=worker, locked_until=until)
            view = JobView(
                record.id, record.type, record.instance_id, record.element, job_variables(graph, instance, job),
                with_trace(job_headers(graph, job), record.instance_id), record.retries, until,
                job_own(instance, job), record,
            )  # fmt: skip
            views.append((view, instance))
        return views

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
        for stream in self._streams:
            stream.done(job_id)
        return view


def _length(topics: Sequence[Topic], kind: str) -> int:
    """How long (ms) a job of this type is locked: the first topic that names it says so."""
    return next(topic.lock_ms for topic in topics if topic.type == kind)


def _until(topics: Sequence[Topic], now: int) -> tuple[str, list[object]]:
    """The same as an expression of SQL, with its parameters."""
    if len({topic.lock_ms for topic in topics}) == 1:
        return "?", [now + topics[0].lock_ms]
    cases = " ".join(f"when ? then {now + int(topic.lock_ms)}" for topic in topics)
    return f"case job.type {cases} end", [topic.type for topic in topics]


def _asks_for(topic: Topic, view: JobView, instance: Instance) -> bool:
    """Whether the topic wants this job, of which it is known that some topic may."""
    record = view.record
    if record is None or topic.type != record.type:
        return False
    if topic.business_key is not None and topic.business_key != record.business_key:
        return False
    if topic.definition_ids and record.definition_id not in topic.definition_ids:
        return False
    if (topic.names and record.definition not in topic.names) or (topic.version and topic.version != record.version):
        return False
    return all(
        name in instance.variables and _equal(instance.variables[name], value)
        for name, value in topic.variables.items()
    )


def _equal(one: object, other: object) -> bool:
    """As JSON has it: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other
