"""A million open instances that wait for their timers: `python -m bench.million [COUNT [URL]]` prints one JSON object.

The rows are those that COUNT starts would write, made in one process and written in bulk (`filling_s`). Then a server
is started on them in a process of its own: `open_s` and `open_mb` until it could serve, `idle_ms_per_s` of processor
time while nothing is due, and `fire_s` for 10,000 timers that are due at the same moment.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import uvloop

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine.commands import Start
from andante.engine.state import Instance
from andante.engine.step import step
from andante.runtime import Runtime, TestClock, collector
from andante.runtime.ids import INSTANCE, Ids
from andante.store.opening import open_store
from andante.store.projection import Batch

NOW: Final = 1_700_000_000_000
DUE: Final = 10_000
IDLE_S: Final = 2.0
AT_ONCE: Final = 2_000
MODEL: Final = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://bench">
<process id="wait" isExecutable="true"><startEvent id="start"/><intermediateCatchEvent id="until"><timerEventDefinition>
<timeDate>=at</timeDate></timerEventDefinition></intermediateCatchEvent><endEvent id="end"/>
<sequenceFlow id="a" sourceRef="start" targetRef="until"/><sequenceFlow id="b" sourceRef="until" targetRef="end"/>
</process></definitions>"""


def batches(graph: ProcessGraph, definition_id: str, count: int) -> Iterator[Batch]:
    ids = Ids()
    for first in range(0, count, AT_ONCE):
        found = Batch()
        for number in range(first, min(count, first + AT_ONCE)):
            instance = Instance(ids.new(INSTANCE, NOW))
            at = "2023-11-15T00:00:00Z" if number < DUE else "2033-11-15T00:00:00Z"
            command = Start(definition_id, "wait", "1.0.0", {"at": at})
            taken = step(graph, instance, command, NOW, "ann")
            found.add(graph, instance, command, taken.events, taken.effects)
        found.seal()
        yield found


async def fill(url: str, count: int) -> None:
    runtime = await Runtime.open(url, clock=TestClock(NOW), timers=False)
    definition_id = (await runtime.deploy_xml(MODEL, who="ann")).id
    await runtime.close()
    (graph,) = read_xml(MODEL).processes
    store = await open_store(url)
    loop = asyncio.get_running_loop()

    def tell(answer: Callable[[BaseException | None], None], fault: BaseException | None) -> None:
        loop.call_soon_threadsafe(answer, fault)

    for batch in batches(graph, definition_id, count):
        done: asyncio.Future[BaseException | None] = loop.create_future()
        store.submit(batch, lambda fault, answer=done.set_result: tell(answer, fault))  # type: ignore[misc]
        if (fault := await done) is not None:
            raise fault
    await store.close()


def resident() -> float:
    """Megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024**2


async def serve(url: str) -> None:
    """The process that is measured."""
    collector.settle()
    clock = TestClock(NOW)
    begin = time.perf_counter()
    runtime = await Runtime.open(url, clock=clock)
    opened = time.perf_counter() - begin
    used = resident()
    await asyncio.sleep(0.5)
    before = time.process_time()
    await asyncio.sleep(IDLE_S)
    idle = (time.process_time() - before) / IDLE_S
    clock.set(NOW + 10 * 24 * 3_600_000)
    begin = time.perf_counter()
    await runtime.run_due()
    fired = time.perf_counter() - begin
    (left,) = await runtime.store.get("select count(*) from instance where closed=1") or (0,)
    if left != DUE:
        raise SystemExit(f"{left} instances are over, not {DUE}")
    await runtime.close()
    print(
        json.dumps(
            {"open_s": opened, "open_mb": round(used, 1), "idle_ms_per_s": round(idle * 1000, 2), "fire_s": fired}
        )
    )


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        uvloop.run(serve(sys.argv[2]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/million.db"
        begin = time.perf_counter()
        uvloop.run(fill(url, count))
        filled = time.perf_counter() - begin
        done = subprocess.run(
            [sys.executable, "-m", "bench.million", "serve", url], check=True, stdout=subprocess.PIPE, text=True
        )
        print(json.dumps({"filling_s": round(filled, 1), **json.loads(done.stdout)}))


if __name__ == "__main__":
    main()
