"""What the disk and SQLite allow: `python -m bench.floor COUNT` prints {"same": number, "narrow": number}, commands/s.

same: the very rows of the measured process, made beforehand: COUNT commands of it, in the mix and the batches in which
64 clients send them, then only written to the same tables. narrow: what would be the least, an instance with its state
of 600 bytes, a journal entry of 200 bytes and a task, in tables of few columns without an index but the keys. Both WAL,
synchronous=FULL, one transaction a batch.
"""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine.commands import Command, CompleteTask, Start
from andante.engine.state import Instance
from andante.engine.step import step
from andante.runtime.ids import INSTANCE, Ids
from andante.store.projection import Batch
from andante.store.sqlite import SqliteStore
from andante.store.sqlite.writer import connect
from bench.process import MODEL, NAME, VARIABLES

BATCH = 64
Calls = list[tuple[str, list[object]]]


def batch(graph: ProcessGraph, work: list[tuple[Instance, Command]], now: int) -> Batch:
    found = Batch()
    for instance, command in work:
        taken = step(graph, instance, command, now, "ann")
        found.add(graph, instance, command, taken.events, taken.effects)
    found.seal()
    return found


def sealed(graph: ProcessGraph, count: int) -> list[Batch]:
    """The batches of `count` commands."""
    ids = Ids()
    found: list[Batch] = []
    now = 1_700_000_000_000
    while len(found) * BATCH < count:
        now += 10
        wave = [Instance(ids.new(INSTANCE, now)) for _ in range(BATCH)]
        found.append(batch(graph, [(each, Start("d1", NAME, "1.0.0", dict(VARIABLES))) for each in wave], now))
        for number in range(2):
            keys = [min(each.tasks) for each in wave]
            done: list[tuple[Instance, Command]] = [
                (each, CompleteTask(key, "approved")) for each, key in zip(wave, keys, strict=True)
            ]
            found.append(batch(graph, done, now + number))
    return found


def rate(database: sqlite3.Connection, batches: list[Calls]) -> float:
    begin = time.perf_counter()
    for calls in batches:
        database.execute("begin immediate")
        for sql, values in calls:
            database.execute(sql, values)
        database.execute("commit")
    return len(batches) * BATCH / (time.perf_counter() - begin)


def narrow(database: sqlite3.Connection, count: int) -> float:
    state, entry = os.urandom(600), os.urandom(200)
    database.execute("create table a (id text primary key, seq integer, data blob)")
    database.execute("create table b (id text, seq integer, data blob, primary key (id, seq)) without rowid")
    database.execute("create table c (id text, key integer, name text, primary key (id, key))")
    begin = time.perf_counter()
    for first in range(0, count, BATCH):
        keys = [(f"002N{n // 3:016d}", n % 3) for n in range(first, first + BATCH)]
        database.execute("begin immediate")
        database.executemany("insert or replace into a values (?, ?, ?)", [(i, n, state) for i, n in keys])
        database.executemany("insert into b values (?, ?, ?)", [(i, n, entry) for i, n in keys])
        database.executemany("insert into c values (?, ?, ?)", [(i, n, "Review the terms") for i, n in keys])
        database.execute("commit")
    return count / (time.perf_counter() - begin)


def main() -> None:
    count = int(sys.argv[1])
    (graph,) = read_xml(MODEL.read_bytes()).processes
    made = [each.calls() for each in sealed(graph, count + count // 10)]
    first = len(made) // 11
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(SqliteStore(f"sqlite:///{folder}/floor.db").close())
        database = connect(f"{folder}/floor.db")
        rate(database, made[:first])
        value = rate(database, made[first:])
        database.close()
        database = connect(f"{folder}/narrow.db")
        least = narrow(database, count)
        database.close()
    print(json.dumps({"same": value, "narrow": least}))


if __name__ == "__main__":
    main()
