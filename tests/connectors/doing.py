"""A process of one task that the server does itself, and waiting until it has."""

import asyncio
from collections.abc import Callable

from andante.runtime import JobQuery, Runtime

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:flowable="http://flowable.org/bpmn" xmlns:andante="http://andante.dev/schema/bpmn/1.0">'
)


def model(task: str, name: str = "p") -> bytes:
    """Start, the task `call`, the end."""
    return (
        f'{HEAD}<process id="{name}" isExecutable="true"><startEvent id="start"/>{task}<endEvent id="end"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="call"/>'
        '<sequenceFlow id="f2" sourceRef="call" targetRef="end"/></process></definitions>'
    ).encode()


async def settled(runtime: Runtime, instance_id: str, asked: Callable[[], bool] = lambda: True) -> None:
    """Until it is over or broken, or waits for another try after it was `asked`."""
    async with asyncio.timeout(20):
        while True:
            record = await runtime.instance(instance_id)
            jobs = await runtime.jobs.held.many(JobQuery(instance_ids=[instance_id]))
            waits = bool(jobs) and jobs[0].available_at > runtime.clock.now()
            if record.closed or record.incident or (waits and asked()):
                return
            await asyncio.sleep(0.005)  # who is asked is another thread: it takes the time it takes


async def run(runtime: Runtime, data: bytes, **variables: object) -> str:
    """Deploy, start, and wait until it was done; the instance's id."""
    await runtime.deploy_xml(data, who="designer")
    instance = await runtime.start("p", variables=variables, who="anna")
    await settled(runtime, instance.id)
    return instance.id


async def incident(runtime: Runtime, instance_id: str) -> str:
    """What it stumbled over."""
    (found,) = (await runtime.detail(instance_id)).incidents
    return found.message
