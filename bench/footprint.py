"""Memory of instances that wait: `python -m bench.footprint COUNT` prints {"cached_bytes": .., "suspended_bytes": ..}.

Python's own allocations (tracemalloc) per instance: what COUNT more instances add. `cached`: waiting at their two
tasks, kept ready in memory. `suspended`: the same instances once they are suspended.
"""

import asyncio
import gc
import json
import sys
import tempfile
import tracemalloc

from andante.runtime import Runtime, RuntimeSettings
from bench.process import MODEL, NAME, VARIABLES

WAVE = 64


def in_use() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def begin(runtime: Runtime, count: int) -> list[str]:
    ids: list[str] = []
    for _ in range(0, count, WAVE):
        wave = await asyncio.gather(*(runtime.start(NAME, variables=dict(VARIABLES), who="ann") for _ in range(WAVE)))
        ids += [instance.id for instance in wave]
    return ids


async def suspend(runtime: Runtime, ids: list[str]) -> None:
    for first in range(0, len(ids), WAVE):
        await asyncio.gather(*(runtime.act(each, "suspend", who="olga") for each in ids[first : first + WAVE]))


async def rest(runtime: Runtime) -> None:
    """As ten seconds in which nobody does anything: the server looks around twice."""
    for _ in range(2):
        await runtime.run_due()


async def main() -> None:
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        settings = RuntimeSettings(cache=10 * count)
        runtime = await Runtime.open(f"sqlite:///{folder}/bench.db", settings=settings, timers=False)
        await runtime.deploy_xml(MODEL.read_bytes(), who="ann")
        await suspend(runtime, await begin(runtime, count))  # every cache of code and statements is warm now
        await runtime.executor.idle()
        tracemalloc.start()
        # Once more with tracing on, so that what is replaced by a traced twin is not counted as new.
        await suspend(runtime, await begin(runtime, count))
        await rest(runtime)
        before = in_use()
        ids = await begin(runtime, count)
        cached = (in_use() - before) / len(ids)
        if runtime.executor.cached < len(ids):
            raise SystemExit("the instances are not in memory")
        await suspend(runtime, ids)
        await rest(runtime)
        count_of_ids = len(ids)
        del ids
        suspended = (in_use() - before) / count_of_ids
        await runtime.close()
    print(json.dumps({"cached_bytes": cached, "suspended_bytes": suspended}))


if __name__ == "__main__":
    asyncio.run(main())
