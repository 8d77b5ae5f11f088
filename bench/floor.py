"""What the disk and SQLite allow: `python -m bench.floor COUNT` prints {"commands_per_s": number}.

The very rows of the measured process, made beforehand: COUNT commands of it, in the mix and the batches in which 64
clients send them, then only written to the same tables: WAL, synchronous=FULL, one transaction a batch.
"""

import json
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
from andante.store.store import Store
from andante.store.writer import connect
from bench.process import MODEL, NAME, VARIABLES

BATCH = 64
Calls = list[tuple[str, list[object]]]


def batch(graph: ProcessGraph, work: list[tuple[Instance, Command]], now: int) -> Calls:
    found = Batch()
    for instance, command in work:
        taken = step(graph, instance, command, now, "ann")
        found.add(graph, instance, command, taken.events, taken.effects)
    found.seal()
    return found.calls()


def rows(graph: ProcessGraph, count: int) -> list[Calls]:
    """The statements of `count` commands."""
    ids = Ids()
    found: list[Calls] = []
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


def main() -> None:
    count = int(sys.argv[1])
    (graph,) = read_xml(MODEL.read_bytes()).processes
    made = rows(graph, count + count // 10)
    first = len(made) // 11
    with tempfile.TemporaryDirectory() as folder:
        Store(f"sqlite:///{folder}/floor.db").close()
        database = connect(f"{folder}/floor.db")
        rate(database, made[:first])
        value = rate(database, made[first:])
        database.close()
    print(json.dumps({"commands_per_s": value}))


if __name__ == "__main__":
    main()
