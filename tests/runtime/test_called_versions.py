"""Which version of a process a call activity runs."""

import pytest
from server import Bench, line


def parent(attributes: str) -> str:
    call = f'<callActivity id="call" calledElement="child" {attributes}/>'
    return "parent " + line('<startEvent id="start"/>', call, '<endEvent id="end"/>')


def child(task: str) -> str:
    return "child " + line('<startEvent id="start"/>', f'<userTask id="{task}"/>', '<endEvent id="end"/>')


async def called(bench: Bench, attributes: str) -> list[str]:
    """The task that stands open when the parent came with the first child and two more were deployed after it."""
    await bench.deploy(parent(attributes), child("first"))
    await bench.deploy(child("second"))
    await bench.deploy(child("third"))
    await bench.start("parent", which=2)
    await bench.runtime.run_due()
    return [task.element for task in await bench.todo()]


@pytest.mark.parametrize(
    ("attributes", "task"),
    [
        ("", "third"),
        ('camunda:calledElementBinding="latest"', "third"),
        ('camunda:calledElementBinding="deployment"', "first"),
        ('andante:binding="deployment"', "first"),
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="1"', "first"),
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="${which}"', "second"),
        ('andante:version="1.0.1"', "second"),
    ],
)
async def test_the_version_that_is_called(bench: Bench, attributes: str, task: str) -> None:
    assert await called(bench, attributes) == [task]


async def test_what_was_not_deployed_together_is_the_active_version(bench: Bench) -> None:
    await bench.deploy(child("first"))
    await bench.deploy(parent('andante:binding="deployment"'))
    await bench.start("parent")
    await bench.runtime.run_due()
    assert [task.element for task in await bench.todo()] == ["first"]


@pytest.mark.parametrize("version", ["0", "7", "9.9", "${nobody}"])
async def test_a_version_that_is_not_there_is_an_incident(bench: Bench, version: str) -> None:
    await bench.deploy(parent(f'andante:version="{version}"'), child("first"))
    started = await bench.start("parent")
    await bench.runtime.run_due()
    assert await bench.state(started.id) == "Broken"
