"""The whole runtime on a database: `python -m bench.durable CLIENTS COUNT [URL [look-up]]` prints one JSON object,
{"instances_per_s": number, "p50_ms": ..., "p99_ms": ..., "histogram": ...}. All but the first are of commands.

Without a URL it is SQLite. Each client starts an instance and completes its two tasks, each call answered after its
commit (SQLite: WAL, synchronous=FULL), then begins anew; with `look-up` it asks for the tasks first, each time. The
event loop and the collector are those of `andante serve`.
"""

import asyncio
import json
import sys
import tempfile
import time

import uvloop

from andante.runtime import Runtime, TaskQuery, collector
from bench.measuring import latencies
from bench.process import ENDED, MODEL, NAME, VARIABLES


async def tasks_of(runtime: Runtime, instance_id: str) -> list[int]:
    page = await runtime.tasks(TaskQuery(view="all", everything=True, instance_id=instance_id))
    return [task.key for task in page.items]


async def client(runtime: Runtime, keys: list[int], count: int, times: list[float]) -> None:
    now = time.perf_counter
    for _ in range(count):
        begin = now()
        instance = await runtime.start(NAME, variables=dict(VARIABLES), who="ann")
        times.append(now() - begin)
        for key in keys or await tasks_of(runtime, instance.id):
            begin = now()
            await runtime.task_action(f"{instance.id}-{key}", "complete", who="ben", outcome="approved")
            times.append(now() - begin)
    if (await runtime.instance(instance.id)).state != ENDED:
        raise SystemExit("the process did not end")


async def rate(runtime: Runtime, keys: list[int], clients: int, count: int, times: list[float]) -> float:
    begin = time.perf_counter()
    await asyncio.gather(*(client(runtime, keys, count // clients, times) for _ in range(clients)))
    return count // clients * clients / (time.perf_counter() - begin)


async def main() -> None:
    clients, count = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        runtime = await Runtime.open(sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{folder}/bench.db")
        await runtime.deploy_xml(MODEL.read_bytes(), who="ann")
        # The keys of the tasks are the same in every instance: looked up once, as a page would look up its list.
        first = await runtime.start(NAME, variables=dict(VARIABLES), who="ann")
        keys = [] if sys.argv[4:] == ["look-up"] else await tasks_of(runtime, first.id)
        collector.settle()
        await rate(runtime, keys, clients, count // 10, [])
        times: list[float] = []
        value = await rate(runtime, keys, clients, count, times)
        await runtime.close()
    print(json.dumps({"instances_per_s": value, **latencies(times)}))


if __name__ == "__main__":
    uvloop.run(main())
