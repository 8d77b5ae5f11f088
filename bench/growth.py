"""Whether a command costs the same when much is over: `python -m bench.growth [COUNT [URL [commands]]]` prints one
JSON object.

`before_us` and `after_us`: starts and completed tasks on a database without and with COUNT finished instances, for each
command, 50 at a time; `alone_...`: the same one after the other. `bytes`: what a finished instance takes of the disk at
hand, `archived_bytes` in the archive. `archive_per_s` and `verify_per_s`: how many instances a second the
retention and the verification get through; they are left out with "commands". URL is a PostgreSQL that may be filled,
or "postgresql" for a server of its own that waits for the disk; without one it is a SQLite file.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import psycopg
import uvloop
from tests.support.cluster import running

from andante.runtime import Runtime, RuntimeSettings, TaskQuery, TestClock
from andante.runtime.ids import INSTANCE, Ids
from andante.runtime.upkeep import verify_database
from bench.postgres import Databases

NOW: Final = 1_700_000_000_000
DAY: Final = 86_400_000
AT_ONCE: Final = 5_000
COMMANDS: Final = 1_000
LONGEST_S: Final = 10.0  # that instances are put away for
TABLES: Final = ("instance", "journal", "task")
MODEL: Final = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://bench"
xmlns:andante="http://andante.dev/schema/bpmn/1.0"><process id="approve" isExecutable="true"><startEvent id="start"/>
<userTask id="ask" name="Ask" andante:candidateGroups="managers" andante:outcomes="yes,no"/><endEvent id="end"/>
<sequenceFlow id="a" sourceRef="start" targetRef="ask"/><sequenceFlow id="b" sourceRef="ask" targetRef="end"/>
</process></definitions>"""
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


async def pair(runtime: Runtime) -> str:
    """One start and one completed task."""
    started = await runtime.start("approve", variables={"employee": "Dana", "days": 3}, who="ann")
    (task,) = (await runtime.tasks(TaskQuery(everything=True, instance_id=started.id))).items
    await runtime.task_action(task.id, "complete", who="ben", outcome="yes")
    return started.id


async def costs(runtime: Runtime) -> tuple[float, float]:
    """Microseconds a command: 50 at a time, and one by one."""

    async def some(count: int) -> None:
        for _ in range(count):
            await pair(runtime)

    await some(100)
    begun = time.perf_counter()
    await asyncio.gather(*(some(COMMANDS // 50) for _ in range(50)))
    together = (time.perf_counter() - begun) / COMMANDS / 2
    begun = time.perf_counter()
    await some(COMMANDS // 5)
    return together * 1e6, (time.perf_counter() - begun) / (COMMANDS // 5) / 2 * 1e6


async def pattern(runtime: Runtime) -> tuple[str, Rows]:
    """The rows that one finished instance leaves."""
    instance_id = await pair(runtime)
    found: Rows = {}
    for table in TABLES:
        key = "id" if table == "instance" else "instance_id"
        names = [
            row[0]
            for row in await runtime.store.read(
                "select name from pragma_table_info(?) order by cid"
                if runtime.store.url.startswith("sqlite")
                else "select column_name::text from information_schema.columns where table_name=?"
                " order by ordinal_position",
                (table,),
            )
        ]
        quoted = ",".join(f'"{name}"' for name in names)
        found[table] = names, await runtime.store.read(f"select {quoted} from {table} where {key}=?", (instance_id,))
    return instance_id, found


def copies(instance_id: str, rows: Sequence[tuple[Any, ...]], ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    old = instance_id.encode()
    for fresh in ids:
        new = fresh.encode()
        for row in rows:
            yield tuple(
                fresh if value == instance_id else bytes(value).replace(old, new) if isinstance(value, bytes) else value
                for value in row
            )


def fill(url: str, instance_id: str, found: Rows, count: int) -> None:
    ids = Ids()
    for first in range(0, count, AT_ONCE):
        fresh = [ids.new(INSTANCE, NOW - DAY + number) for number in range(first, min(count, first + AT_ONCE))]
        if url.startswith("sqlite"):
            with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
                file.execute("pragma synchronous=off")
                for table, (names, rows) in found.items():
                    quoted = ",".join(f'"{name}"' for name in names)
                    file.executemany(
                        f"insert into {table} ({quoted}) values ({','.join('?' * len(names))})",
                        copies(instance_id, rows, fresh),
                    )
            continue
        with psycopg.connect(url) as server:
            for table, (names, rows) in found.items():
                quoted = ",".join(f'"{name}"' for name in names)
                with server.cursor().copy(f"copy {table} ({quoted}) from stdin".encode()) as copy:
                    for row in copies(instance_id, rows, fresh):
                        copy.write_row(row)


async def size(runtime: Runtime, table: str = "") -> int:
    if runtime.store.url.startswith("sqlite"):
        tables = (table,) if table else TABLES
        names = [
            row[0]
            for each in tables
            for row in await runtime.store.read("select name from sqlite_master where tbl_name=?", (each,))
        ]
        marks = ",".join("?" * len(names))
        return int((await runtime.store.read(f"select sum(pgsize) from dbstat where name in ({marks})", names))[0][0])
    whole = " + ".join(f"pg_total_relation_size('{each}')" for each in ((table,) if table else TABLES))
    return int((await runtime.store.read(f"select {whole}"))[0][0])


async def measure(count: int, url: str, upkeep: bool = True) -> dict[str, float]:
    clock = TestClock(NOW)
    runtime = await Runtime.open(url, clock=clock, timers=False, settings=RuntimeSettings(retention="P90D"))
    try:
        if not await runtime.definitions(name="approve"):
            await runtime.deploy_xml(MODEL, who="bench")
        await costs(runtime)
        before = await costs(runtime)
        one, found = await pattern(runtime)
        small = await size(runtime)
    finally:
        await runtime.close()
    begun = time.perf_counter()
    fill(url, one, found, count)
    if not url.startswith("sqlite"):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("vacuum analyze")
    filling = time.perf_counter() - begun
    clock.set(NOW + DAY)  # a new server gives ids of a later time
    runtime = await Runtime.open(url, clock=clock, timers=False, settings=RuntimeSettings(retention="P90D"))
    try:
        await costs(runtime)  # the first thousand commands read the pages that all later ones find in memory
        after = await costs(runtime)
        at_hand = (await size(runtime) - small) / count
    finally:
        await runtime.close()
    found_out = {
        "count": count, "fill_s": round(filling, 1), "before_us": round(before[0], 1), "after_us": round(after[0], 1),
        "alone_before_us": round(before[1], 1), "alone_after_us": round(after[1], 1), "bytes": round(at_hand),
    }  # fmt: skip
    return found_out | await upkeep_costs(url, clock) if upkeep else found_out


async def upkeep_costs(url: str, clock: TestClock) -> dict[str, float]:
    """How fast all is verified, and put away."""
    begun = time.perf_counter()
    checked = drift = 0
    async for part in verify_database(url):
        checked += part.checked
        drift += len(part.drift)
    verifying = checked / (time.perf_counter() - begun)
    clock.set(NOW + 100 * DAY)
    runtime = await Runtime.open(url, clock=clock, timers=False, settings=RuntimeSettings(retention="P90D"))
    try:
        retention = runtime.upkeep.retention
        begun = time.perf_counter()
        work = asyncio.create_task(retention.carry_out())
        await asyncio.wait([work], timeout=LONGEST_S)
        archived, taken = retention.removed, time.perf_counter() - begun
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await runtime.executor.idle()
        kept = await size(runtime, "archive") / max(1, retention.archived)
    finally:
        await runtime.close()
    return {
        "archived_bytes": round(kept), "archive_per_s": round(archived / taken), "verify_per_s": round(verifying),
        "drift": drift,
    }  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    upkeep = sys.argv[3:] != ["commands"]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder)}/andante.db"
        if url == "postgresql":
            url = Databases(stack.enter_context(running(durable=True))).new()
        print(json.dumps(uvloop.run(measure(count, url, upkeep))))


if __name__ == "__main__":
    main()
