"""Ten steps in a row on a database: `python -m bench.ten script|worker CLIENTS COUNT URL` prints one JSON object,
{"instances_per_s": number}.

`script`: ten automatic tasks, which is one command and one commit. `worker`: ten service tasks, which a worker in this
process fetches and reports one by one, a commit each. Each client starts an instance and waits until it has ended, then
begins anew.
"""

import asyncio
import json
import sys
import time

import uvloop

from andante.runtime import Runtime, collector
from andante.runtime.job_records import JobView
from bench.process import ENDED
from bench.scale import row

STEPS = 10
SCRIPT = (
    '<scriptTask id="{}" scriptFormat="feel" xmlns:c="http://camunda.org/schema/1.0/bpmn" c:resultVariable="n">'
    "<script>n + 1</script></scriptTask>"
)
SERVICE = (
    '<serviceTask id="{}"><extensionElements>'
    '<taskDefinition xmlns="http://camunda.org/schema/zeebe/1.0" type="add_one"/>'
    "</extensionElements></serviceTask>"
)
MODELS = {"script": SCRIPT, "worker": SERVICE}


class Worker:
    """Does all jobs there are; says of each instance when its last one is reported."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._last: dict[str, asyncio.Event] = {}

    async def run(self, at_a_time: int) -> None:
        async with asyncio.TaskGroup() as under_way:
            while True:
                for job in await self._runtime.activate_jobs(
                    ["add_one"], worker="w", max_jobs=at_a_time, wait_ms=1_000
                ):
                    under_way.create_task(self._do(job))

    async def _do(self, job: JobView) -> None:
        number = job.variables["n"]
        assert isinstance(number, int)
        await self._runtime.job_action(job.id, "complete", who="w", variables={"n": number + 1})
        if job.element == f"e{STEPS - 1}":
            self._end(job.instance_id).set()

    def _end(self, instance_id: str) -> asyncio.Event:
        return self._last.setdefault(instance_id, asyncio.Event())

    async def ended(self, instance_id: str) -> None:
        await self._end(instance_id).wait()
        del self._last[instance_id]


async def client(runtime: Runtime, worker: Worker | None, count: int) -> None:
    for _ in range(count):
        instance = await runtime.start("p", variables={"n": 1}, who="ann")
        if worker:
            await worker.ended(instance.id)
    counted = (await runtime.variables(instance.id))["n"]
    if counted != 1 + STEPS or (await runtime.instance(instance.id)).state != ENDED:
        raise SystemExit("the process did not end with its steps done")


async def rate(runtime: Runtime, worker: Worker | None, clients: int, count: int) -> float:
    begin = time.perf_counter()
    await asyncio.gather(*(client(runtime, worker, count // clients) for _ in range(clients)))
    return count // clients * clients / (time.perf_counter() - begin)


async def main() -> None:
    kind, clients, count, url = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    runtime = await Runtime.open(url)
    await runtime.deploy_xml(row([MODELS[kind]] * STEPS), who="ann")
    worker = Worker(runtime) if kind == "worker" else None
    collector.settle()
    async with asyncio.TaskGroup() as group:
        working = group.create_task(worker.run(clients)) if worker else None
        await rate(runtime, worker, clients, count // 4)
        value = await rate(runtime, worker, clients, count)
        if working:
            working.cancel()
    await runtime.close()
    print(json.dumps({"instances_per_s": value}))


if __name__ == "__main__":
    uvloop.run(main())
