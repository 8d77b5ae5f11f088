"""Script tasks in Python, from the file to what follows them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from andante.runtime import Problem, Runtime, TaskQuery, TestClock
from andante.scripting import PythonScripts

START = 1_767_258_000_000
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><error id="e" errorCode="TooMuch"/>'
)


def model(script: str, attributes: str = "", format: str = "python") -> bytes:
    """Start, the script, a task that shows what came of it; where the script ends with an error, another task."""
    return (
        f'{HEAD}<process id="p" isExecutable="true"><startEvent id="start"/>'
        f'<scriptTask id="work" scriptFormat="{format}" {attributes}><script><![CDATA[{script}]]></script></scriptTask>'
        '<boundaryEvent id="caught" attachedToRef="work"><errorEventDefinition errorRef="e"/></boundaryEvent>'
        '<userTask id="look" name="Look"/><userTask id="worry" name="Worry"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="look"/>'
        '<sequenceFlow id="f3" sourceRef="caught" targetRef="worry"/></process></definitions>'
    ).encode()


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    made = await Runtime.open(f"sqlite:///{tmp_path}/a.db", clock=TestClock(START), timers=False)
    async with PythonScripts(made):
        yield made
        made.end_waiting()
    await made.close()


async def run(runtime: Runtime, data: bytes, **variables: object) -> str:
    """Deploy, start, and wait for what the script's worker says; the instance's id."""
    await runtime.deploy_xml(data, who="designer")
    instance = await runtime.start("p", variables=variables, who="anna")
    for _ in range(2_000):
        if (await runtime.instance(instance.id)).state != "Running":
            return instance.id
        await asyncio.sleep(0.005)  # the sandbox is another process: it takes the time it takes
    raise AssertionError("the script was not run")


async def names(runtime: Runtime, instance_id: str) -> list[str]:
    page = await runtime.tasks(TaskQuery(everything=True, instance_id=instance_id))
    return [task.name for task in page.items]


async def test_a_dictionary_sets_variables(runtime: Runtime) -> None:
    done = await run(runtime, model("\n    vat = net * 0.25\n    {'gross': net + vat, 'vat': vat}\n"), net=100)
    assert await names(runtime, done) == ["Look"]
    assert await runtime.variables(done) == {"net": 100, "vat": 25.0, "gross": 125.0}


async def test_a_result_variable_takes_the_value(runtime: Runtime) -> None:
    script = "execution.setVariable('seen', True)\nsorted(words)"
    done = await run(runtime, model(script, 'camunda:resultVariable="order"', "jython"), words=["b", "a"])
    assert await runtime.variables(done) == {"words": ["b", "a"], "seen": True, "order": ["a", "b"]}


async def test_an_error_is_caught_by_the_model(runtime: Runtime) -> None:
    done = await run(runtime, model("bpmn_error('TooMuch', 'no')"))
    assert await names(runtime, done) == ["Worry"]


async def test_a_script_that_fails_is_an_incident_and_can_be_retried(runtime: Runtime) -> None:
    broken = await run(runtime, model("{'half': 10 / n}"), n=0)
    detail = await runtime.detail(broken)
    assert detail.record.state == "Broken"
    assert "line 1: ZeroDivisionError" in detail.incidents[0].message
    await runtime.set_variables(broken, {"n": 4}, who="olga")
    await runtime.act(broken, "retry", who="olga")
    for _ in range(2_000):
        if await names(runtime, broken):
            break
        await asyncio.sleep(0.005)
    assert (await runtime.variables(broken))["half"] == 2.5


async def test_a_suspended_instance_runs_no_script_until_it_is_resumed(runtime: Runtime) -> None:
    await runtime.deploy_xml(model("{'done': True}"), who="designer")
    first = asyncio.create_task(runtime.start("p", who="anna"))
    instance = await first
    await runtime.act(instance.id, "suspend", who="olga")
    other = await run(runtime, model("{'done': True}"))  # by now the worker has looked for work again
    assert await names(runtime, other) == ["Look"]
    assert await names(runtime, instance.id) == []
    await runtime.act(instance.id, "resume", who="olga")
    for _ in range(2_000):
        if await names(runtime, instance.id):
            break
        await asyncio.sleep(0.005)
    assert await runtime.variables(instance.id) == {"done": True}


async def test_what_is_no_python_is_refused_with_its_line(runtime: Runtime) -> None:
    with pytest.raises(Problem, match="no Python in its line 2"):
        await runtime.deploy_xml(model("x = 1\nif x\n    pass"), who="designer")
