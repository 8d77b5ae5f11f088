"""What PostgreSQL allows: `python -m bench.floor_postgres URL COUNT` prints {"same": number}, commands/s.

The very rows of the measured process, made and encoded beforehand: COUNT commands of it, in the mix and the batches in
which 64 clients send them, sent through one connection, two batches on their way at a time, each a durable transaction
with the statements of the product.
"""

import asyncio
import json
import sys
import time

import uvloop

from andante.bpmn import read_xml
from andante.store import statements as st
from andante.store.opening import open_store
from andante.store.postgres.pipe import Call, Pipe, Result
from andante.store.postgres.statements import TEXTS, parameters
from andante.store.postgres.store import WRITER
from andante.store.projection import Batch
from bench.floor import BATCH, sealed
from bench.process import MODEL

UNDER_WAY = 2


def calls(batch: Batch) -> list[Call]:
    return [
        (TEXTS[statement].encode(), parameters(statement, rows, batch.bases), 1)
        for statement in st.ORDER
        if (rows := batch.rows[statement])
    ]


async def rate(pipe: Pipe, batches: list[list[Call]]) -> float:
    waiting: list[asyncio.Future[list[Result]]] = []
    begin = time.perf_counter()
    for batch in batches:
        waiting.append(pipe.send(batch))
        if len(waiting) >= UNDER_WAY:
            await waiting.pop(0)
    await asyncio.gather(*waiting)
    return len(batches) * BATCH / (time.perf_counter() - begin)


async def main() -> None:
    url, count = sys.argv[1], int(sys.argv[2])
    await (await open_store(url)).close()
    (graph,) = read_xml(MODEL.read_bytes()).processes
    made = [calls(batch) for batch in sealed(graph, count + count // 10)]
    first = len(made) // 11
    pipe = await Pipe.open(url, WRITER)
    await rate(pipe, made[:first])
    value = await rate(pipe, made[first:])
    pipe.close()
    print(json.dumps({"same": value}))


if __name__ == "__main__":
    uvloop.run(main())
